import type { EpochSeconds } from "../core/clock.ts";
import { EVENT_TITLES } from "./activity-words.ts";
import {
  type Choice,
  renderFact,
  renderPersonLinks,
  renderSelect,
  renderSignIn,
} from "./fragments.ts";
import { html, type SafeHtml } from "./html.ts";
import { renderPage } from "./layout.ts";
import { renderMinute } from "./time.ts";

/** One event of the person, by name where names are known. */
export interface ActivityRow {
  readonly at: EpochSeconds;
  readonly title: string;
  readonly actor: string;
  readonly outcome?: string;
  readonly client?: string;
  readonly account: string;
  readonly location?: string;
}

/** The fields of the filter, as the address has them. */
export interface ActivityFields {
  readonly kind: string;
  readonly client: string;
  readonly connection: string;
  /** Days as date fields write them, `2026-11-27`, or nothing. */
  readonly from: string;
  readonly to: string;
}

/** Everything that the activity page shows; values from outside are raw, the page escapes them. */
export interface ActivityView {
  readonly rows: readonly ActivityRow[];
  readonly fields: ActivityFields;
  readonly clients: readonly Choice[];
  readonly connections: readonly Choice[];
  /** The address of the newest events, where these are older ones. */
  readonly newest?: string;
  /** The address of older events. */
  readonly older?: string;
  readonly sandbox: boolean;
}

const TITLE = "Activity";

/** The page of a signed-in person: what happened to their connections and grants, newest first. */
export const renderActivityPage = (view: ActivityView): string =>
  renderPage(
    { title: TITLE, sandbox: view.sandbox },
    html`<h1>${TITLE}</h1>
      <p>
        What happened to your accounts and to the access that you gave, in the last 180 days. What
        clients read and wrote in GoHighLevel is not kept here.
      </p>
      ${renderFilter(view)} ${renderRows(view)} ${renderPaging(view)}
      ${renderPersonLinks("/activity")}`,
  );

/** The same page for a browser that nobody has signed in to. */
export const renderActivitySignedOut = (view: { readonly sandbox: boolean }): string =>
  renderPage(
    { title: TITLE, sandbox: view.sandbox },
    html`<h1>${TITLE}</h1>
      <p>
        Sign in to see what happened to the accounts that you connected here, and to the access that
        you gave.
      </p>
      ${renderSignIn(view)}
      <p class="small"><a href="/">About this server</a></p>`,
  );

const KINDS: readonly Choice[] = Object.entries(EVENT_TITLES).map(([value, label]) => ({
  value,
  label,
}));

const renderFilter = ({ clients, connections, fields }: ActivityView): SafeHtml =>
  html`<form class="filter" method="get" action="/activity">
    ${renderSelect({ name: "kind", label: "What", chosen: fields.kind, choices: KINDS })}
    ${renderSelect({ name: "client", label: "Client", chosen: fields.client, choices: clients })}
    ${renderSelect({
      name: "connection",
      label: "Account",
      chosen: fields.connection,
      choices: connections,
    })}
    ${renderDate("from", "From", fields.from)} ${renderDate("to", "To", fields.to)}
    <div class="actions"><button type="submit">Show</button></div>
  </form>`;

const renderDate = (name: string, label: string, value: string): SafeHtml =>
  html`<div class="field">
    <label for="filter-${name}">${label}</label>
    <input id="filter-${name}" name="${name}" type="date" value="${value}" />
  </div>`;

const renderRows = ({ older, rows }: ActivityView): SafeHtml => {
  if (rows.length > 0)
    return html`<ol class="cards">
      ${rows.map(renderRow)}
    </ol>`;
  return older === undefined
    ? html`<p>Nothing of that kind happened.</p>`
    : html`<p>Nothing of that kind so far; look at older events to go on.</p>`;
};

const renderRow = (row: ActivityRow): SafeHtml =>
  html`<li>
    <h2>${row.title}</h2>
    <dl class="facts">
      ${renderFact("When", renderMinute(row.at))} ${renderFact("By", html`${row.actor}`)}
      ${row.client === undefined ? undefined : renderFact("Client", html`<bdi>${row.client}</bdi>`)}
      ${renderFact("Account", html`<bdi>${row.account}</bdi>`)}
      ${
        row.location === undefined
          ? undefined
          : renderFact("Location", html`<bdi>${row.location}</bdi>`)
      }
      ${row.outcome === undefined ? undefined : renderFact("Outcome", html`${row.outcome}`)}
    </dl>
  </li>`;

const renderPaging = ({ newest, older }: ActivityView): SafeHtml | undefined =>
  newest === undefined && older === undefined
    ? undefined
    : html`<nav class="actions" aria-label="Pages">
        ${newest === undefined ? undefined : html`<a href="${newest}">Newest events</a>`}
        ${older === undefined ? undefined : html`<a href="${older}">Older events</a>`}
      </nav>`;
