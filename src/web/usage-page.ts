import { mapPaced } from "../core/pace.ts";
import { renderPersonLinks, renderSelect, renderSignIn, type Choice } from "./fragments.ts";
import { html, type SafeHtml } from "./html.ts";
import { renderPage } from "./layout.ts";
import { renderUsageCard, type UsageCard, type UsageSpan } from "./usage-card.ts";

/** Everything that the usage page shows; values from outside are raw, the page escapes them. */
export interface UsageView {
  readonly span: UsageSpan;
  readonly cards: readonly UsageCard[];
  /** Places with calls that have no card here; they can be chosen. */
  readonly more: number;
  /** Accounts and locations to choose from. */
  readonly places: readonly Choice[];
  /** The chosen place, as the address has it, or nothing. */
  readonly place: string;
  /** Whether the person has any account at all. */
  readonly hasAccounts: boolean;
  readonly sandbox: boolean;
}

const TITLE = "Usage";

/**
 * The page of a signed-in person: calls and what is left of the rate budget, by account and location. The
 * event loop gets its turns between the cards, each of which has a chart and a table.
 */
export const renderUsagePage = async (view: UsageView): Promise<string> => {
  const cards = await mapPaced([...view.cards.entries()], 1, async ([index, card]) =>
    renderUsageCard(card, { span: view.span, id: `usage-${index + 1}` }),
  );
  return renderPage(
    { title: TITLE, sandbox: view.sandbox },
    html`<h1>${TITLE}</h1>
      <p>
        Requests to GoHighLevel for your accounts, of all their clients together, also of those that
        others let in. Every attempt counts, as GoHighLevel counts it. Times are in UTC.
      </p>
      ${view.hasAccounts ? renderAccounts(view, cards) : NO_ACCOUNT} ${renderPersonLinks("/usage")}`,
  );
};

/** The same page for a browser that nobody has signed in to. */
export const renderUsageSignedOut = (view: { readonly sandbox: boolean }): string =>
  renderPage(
    { title: TITLE, sandbox: view.sandbox },
    html`<h1>${TITLE}</h1>
      <p>
        Sign in to see how many calls went to GoHighLevel for the accounts that you connected here,
        and what is left of their rate limits.
      </p>
      ${renderSignIn(view)}
      <p class="small"><a href="/">About this server</a></p>`,
  );

const NO_ACCOUNT = html`<p>
  You are signed in, but no account of yours is connected now. Once one is, its calls and rate
  limits are shown here.
</p>`;

const renderAccounts = (view: UsageView, cards: readonly SafeHtml[]): SafeHtml =>
  html`${renderSpans(view)} ${renderFilter(view)}
    ${
      cards.length === 0
        ? html`<p>There is no such account or location among yours.</p>`
        : html`<ul class="cards">
            ${cards}
          </ul>`
    }
    ${
      view.more === 0
        ? undefined
        : html`<p>${view.more} more are not shown here: choose one above to see it.</p>`
    }
    <p class="small">
      What other instances of this server have counted may be half a minute late. What is left is
      what GoHighLevel last told this instance; it counts the calls of all of them.
    </p>`;

const SPANS = {
  day: "Last 24 hours",
  month: "Last 30 days",
} as const satisfies Readonly<Record<UsageSpan, string>>;

const renderSpans = ({ place, span }: UsageView): SafeHtml =>
  html`<nav class="spans" aria-label="Time">
    ${(["day", "month"] as const).map((one) => {
      const query = new URLSearchParams({ span: one, ...(place !== "" && { place }) });
      const href = `/usage?${query.toString()}`;
      return one === span
        ? html`<a href="${href}" aria-current="page">${SPANS[one]}</a>`
        : html`<a href="${href}">${SPANS[one]}</a>`;
    })}
  </nav>`;

const renderFilter = ({ place, places, span }: UsageView): SafeHtml | undefined =>
  places.length < 2
    ? undefined
    : html`<form class="filter" method="get" action="/usage">
        <input type="hidden" name="span" value="${span}" />
        ${renderSelect({
          name: "place",
          label: "Account or location",
          chosen: place,
          choices: places,
        })}
        <div class="actions"><button type="submit">Show</button></div>
      </form>`;
