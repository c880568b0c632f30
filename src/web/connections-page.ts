import type { EpochSeconds } from "../core/clock.ts";
import type { ConnectionKind, ConnectionStatus } from "../core/connection.ts";
import { mapPaced } from "../core/pace.ts";
import type { MissingScope } from "../core/scope-words.ts";
import {
  renderFact,
  renderNotice,
  renderPersonLinks,
  renderSignIn,
  renderToken,
} from "./fragments.ts";
import { html, type SafeHtml } from "./html.ts";
import { renderPage } from "./layout.ts";
import { type LocationPage, renderLocations } from "./location-list.ts";
import { renderDay, renderMinute } from "./time.ts";

/** A connection of the person, with everything that there is to know about it. */
export interface ConnectionRow {
  readonly id: string;
  readonly kind: ConnectionKind;
  readonly name: string;
  /** The id of the location or agency at GoHighLevel. */
  readonly accountId?: string;
  readonly status: ConnectionStatus;
  /** Why a new sign-in is needed. */
  readonly reason?: string;
  readonly connectedAt: EpochSeconds;
  readonly lastRefreshAt?: EpochSeconds;
  readonly tokenExpiresAt?: EpochSeconds;
  /** The approved locations of an agency. Absent where there is nothing to list. */
  readonly locations?: LocationPage;
  /** Whether GoHighLevel gave no names just now, though it should have. */
  readonly isSilent: boolean;
  readonly scopes: readonly string[];
  readonly missingScopes: readonly MissingScope[];
  /** The clients that this person let in, by host or name. */
  readonly clients: readonly string[];
  /** How many more grants other people gave on it. */
  readonly grantsOfOthers: number;
}

/** Everything that the connections page shows; values from outside are raw, the page escapes them. */
export interface ConnectionsView {
  readonly connections: readonly ConnectionRow[];
  readonly csrfToken: string;
  /** What was just done. */
  readonly notice: string | undefined;
  readonly sandbox: boolean;
}

const TITLE = "Your connections";

/**
 * The page of a signed-in person: the accounts they connected, how these are, and what can be done. Of
 * hundreds of accounts the event loop gets its turns in between.
 */
export const renderConnectionsPage = async (view: ConnectionsView): Promise<string> => {
  const cards = await mapPaced(view.connections, 1, async (row) => renderConnection(view, row));
  return renderPage(
    { title: TITLE, sandbox: view.sandbox },
    html`<h1>${TITLE}</h1>
      ${renderNotice(view.notice)}
      ${
        view.connections.length === 0
          ? html`<p>You are signed in, but no account of yours is connected now.</p>`
          : html`<ul class="cards">
              ${cards}
            </ul>`
      }
      <p><a href="/oauth/authorize">Connect another account</a></p>
      ${renderPersonLinks("/connections")}
      <form class="end" method="post" action="/sign-out">
        ${renderToken(view)}
        <button type="submit">Sign out</button>
      </form>`,
  );
};

/** The same page for a browser that nobody has signed in to. */
export const renderConnectionsSignedOut = (
  view: Pick<ConnectionsView, "notice" | "sandbox">,
): string =>
  renderPage(
    { title: TITLE, sandbox: view.sandbox },
    html`<h1>${TITLE}</h1>
      ${renderNotice(view.notice)}
      <p>
        Sign in to see the GoHighLevel accounts that you connected here, how they are, and what they
        allow. You can renew or end each of them.
      </p>
      ${renderSignIn(view)}
      <p class="small"><a href="/">About this server</a></p>`,
  );

const renderConnection = (view: ConnectionsView, row: ConnectionRow): SafeHtml =>
  html`<li>
    <h2><bdi>${row.name}</bdi></h2>
    ${renderHealth(row)}
    <dl class="facts">
      ${renderFact("Account", renderAccount(row))}
      ${renderFact("Signed in on", renderDay(row.connectedAt))}
      ${renderFact("Last refresh", renderLastRefresh(row))}
      ${renderFact("Token until", renderTokenEnd(row))} ${renderFact("Clients", renderClients(row))}
    </dl>
    ${renderMissing(row)}
    ${row.locations === undefined ? undefined : renderLocations(row, row.locations)}
    ${renderScopes(row)} ${renderActions(view, row)}
  </li>`;

const HEALTH = {
  active: "Works.",
  needs_reauth: "Needs a new sign-in:",
  suspended:
    "Suspended: GoHighLevel has paused this location. The connection works again once the location is active there; nothing needs to be done here.",
} as const satisfies Readonly<Record<ConnectionStatus, string>>;

const renderHealth = (row: ConnectionRow): SafeHtml => {
  const words = HEALTH[row.status];
  switch (row.status) {
    case "active":
      return row.isSilent
        ? html`<p class="warning">
            GoHighLevel did not answer just now, so names are missing here. The connection is kept
            as it is.
          </p>`
        : html`<p class="before">${words}</p>`;
    case "needs_reauth":
      return html`<p class="warning">
        ${words} ${row.reason ?? "GoHighLevel no longer accepts this one."}. Clients get no data
        from it until then.
      </p>`;
    case "suspended":
      return html`<p class="warning">${words}</p>`;
  }
};

const KINDS = {
  location: "a location",
  company: "an agency",
  private: "a location, by private integration token",
} as const satisfies Readonly<Record<ConnectionKind, string>>;

const renderAccount = (row: ConnectionRow): SafeHtml =>
  html`${KINDS[row.kind]}${
    row.accountId === undefined ? undefined : html`: <code>${row.accountId}</code>`
  }`;

const renderLastRefresh = ({ kind, lastRefreshAt }: ConnectionRow): SafeHtml => {
  if (kind === "private") return html`never: such a token is not refreshed`;
  return lastRefreshAt === undefined ? html`none yet` : renderMinute(lastRefreshAt);
};

const renderTokenEnd = ({ kind, status, tokenExpiresAt }: ConnectionRow): SafeHtml => {
  if (kind === "private") return html`it is deleted or replaced in GoHighLevel`;
  if (tokenExpiresAt === undefined) return html`not known`;
  const end = renderMinute(tokenExpiresAt);
  return status === "active" ? html`${end}, then renewed by itself` : end;
};

const renderClients = ({ clients, grantsOfOthers }: ConnectionRow): SafeHtml => {
  const others =
    grantsOfOthers === 0
      ? undefined
      : html`${grantsOfOthers} that ${grantsOfOthers === 1 ? "somebody else" : "others"} allowed`;
  if (clients.length === 0) return others ?? html`none has access`;
  const mine = html`<bdi>${clients.join(", ")}</bdi>`;
  return others === undefined ? mine : html`${mine}, and ${others}`;
};

const renderMissing = ({ kind, missingScopes }: ConnectionRow): SafeHtml | undefined =>
  kind === "private" || missingScopes.length === 0
    ? undefined
    : html`<div class="notice">
        <p>
          GoHighLevel did not grant everything that this server asks for. Without these scopes, this
          does not work:
        </p>
        <ul>
          ${missingScopes.map(({ scope, loss }) => html`<li><code>${scope}</code>: ${loss}</li>`)}
        </ul>
        <p>
          Add them to the marketplace app where it lacks them, then reconnect: an install keeps the
          scopes that it was made with.
        </p>
      </div>`;

const renderScopes = ({ kind, name, scopes }: ConnectionRow): SafeHtml =>
  kind === "private"
    ? html`<p>
        What the token may do is set in GoHighLevel and not told here: Settings, Private
        Integrations.
      </p>`
    : html`<details>
        <summary>
          Granted scopes<span>${scopes.length}</span><span class="unseen"> of ${name}</span>
        </summary>
        <ul>
          ${scopes.map((scope) => html`<li><code>${scope}</code></li>`)}
        </ul>
      </details>`;

const renderActions = (view: ConnectionsView, row: ConnectionRow): SafeHtml =>
  html`<div class="actions">
    ${
      row.kind === "private"
        ? html`<a class="button" href="/oauth/private-token"
            >Enter a new token<span class="unseen"> for ${row.name}</span></a
          >`
        : html`<form method="post" action="/connections/reconnect">
            ${renderToken(view)}
            <input type="hidden" name="connection" value="${row.id}" />
            <button type="submit">Reconnect<span class="unseen"> ${row.name}</span></button>
          </form>`
    }
    <form method="get" action="/connections/confirm-disconnect">
      <input type="hidden" name="connection" value="${row.id}" />
      <button class="strong" type="submit">
        Disconnect…<span class="unseen"> ${row.name}</span>
      </button>
    </form>
  </div>`;
