import { html, type SafeHtml } from "./html.ts";

/** A page of an agency's locations. */
export interface LocationPage {
  readonly names: readonly string[];
  readonly total: number;
  /** From 1 on. */
  readonly page: number;
  readonly pages: number;
  /** Whether this list was asked for: then it is unfolded. */
  readonly isOpen: boolean;
}

/** More than these are folded away. */
const MOST_SHOWN = 5;
const PAGE_SIZE = 50;

/** Cuts a page out of all names; a page that does not exist gives the nearest one. */
export const toLocationPage = (
  names: readonly string[],
  wanted: number | undefined,
): LocationPage => {
  const pages = Math.max(1, Math.ceil(names.length / PAGE_SIZE));
  const page = Math.min(Math.max(1, wanted ?? 1), pages);
  return {
    names: names.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE),
    total: names.length,
    page,
    pages,
    isOpen: wanted !== undefined,
  };
};

/** The locations of a connection: a short list as it is, a longer one folded, a long one in pages. */
export const renderLocations = (
  connection: { readonly id: string; readonly name: string },
  list: LocationPage,
): SafeHtml => {
  const names = html`<ul>
    ${list.names.map((name) => html`<li><bdi>${name}</bdi></li>`)}
  </ul>`;
  if (list.total <= MOST_SHOWN) {
    return html`<h3>Approved locations</h3>
      ${names}`;
  }
  const content = html`<summary>
      Approved locations<span>${list.total}</span><span class="unseen"> of ${connection.name}</span>
    </summary>
    ${names} ${renderPager(connection, list)}`;
  return list.isOpen
    ? html`<details open>${content}</details>`
    : html`<details>${content}</details>`;
};

const renderPager = (
  connection: { readonly id: string; readonly name: string },
  { page, pages }: LocationPage,
): SafeHtml | undefined => {
  if (pages === 1) return undefined;
  const link = (to: number, word: string): SafeHtml =>
    html`<a
      href="${`/connections?${new URLSearchParams({ of: connection.id, page: String(to) }).toString()}`}"
      >${word}<span class="unseen"> page of the locations of ${connection.name}</span></a
    >`;
  return html`<p>
    Page ${page} of ${pages}. ${page > 1 ? link(page - 1, "Previous") : undefined}
    ${page < pages ? link(page + 1, "Next") : undefined}
  </p>`;
};
