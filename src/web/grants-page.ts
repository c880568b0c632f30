import type { AccessLevel, AreaId } from "../core/access.ts";
import type { EpochSeconds } from "../core/clock.ts";
import type { ConnectionStatus } from "../core/connection.ts";
import { describeReach } from "./access-words.ts";
import {
  renderFact,
  renderNotice,
  renderPersonLinks,
  renderSignIn,
  renderToken,
} from "./fragments.ts";
import { html, type SafeHtml } from "./html.ts";
import { renderPage } from "./layout.ts";
import { renderDay, renderMinute } from "./time.ts";

/** An account that the person is signed in to. */
export interface AccountRow {
  readonly id: string;
  readonly name: string;
  readonly detail?: string;
  readonly status: ConnectionStatus;
  readonly connectedAt: EpochSeconds;
}

/** One access that the person gave. */
export interface GrantRow {
  readonly id: string;
  readonly clientName?: string;
  readonly clientHost?: string;
  /** Where the client takes its codes; for a private-use scheme, `scheme:`. */
  readonly redirectHost?: string;
  readonly access: AccessLevel;
  readonly areas: readonly AreaId[] | "all";
  readonly accountName: string;
  /** The locations that it is limited to; empty where it reaches all of the account. */
  readonly locationNames: readonly string[];
  readonly createdAt: EpochSeconds;
  readonly lastUsedAt: EpochSeconds;
}

/** Everything that the grants page shows; values from outside are raw, the page escapes them. */
export interface GrantsView {
  readonly accounts: readonly AccountRow[];
  readonly grants: readonly GrantRow[];
  readonly mcpUrl: string;
  readonly csrfToken: string;
  /** What was just done. */
  readonly notice: string | undefined;
  readonly sandbox: boolean;
}

/** The page of a signed-in person: who has access to what, and how to end it. */
export const renderGrantsPage = (view: GrantsView): string =>
  renderPage(
    { title: "Who has access", sandbox: view.sandbox },
    html`<h1>Who has access</h1>
      ${renderNotice(view.notice)} ${renderGrants(view)} ${renderAccounts(view)}
      <h2>Connect a client</h2>
      <p>Add a connector or MCP server with this URL to your assistant:</p>
      <p class="url"><span>MCP URL</span><code>${view.mcpUrl}</code></p>
      ${renderPersonLinks("/grants")}
      <form class="end" method="post" action="/sign-out">
        ${renderToken(view)}
        <button type="submit">Sign out</button>
      </form>`,
  );

/** The same page for a browser that nobody has signed in to. */
export const renderSignedOutPage = (view: Pick<GrantsView, "notice" | "sandbox">): string =>
  renderPage(
    { title: "Who has access", sandbox: view.sandbox },
    html`<h1>Who has access</h1>
      ${renderNotice(view.notice)}
      <p>
        Sign in to see which clients may work in your GoHighLevel accounts, what they may do there,
        and when they last did. You can end any of it here.
      </p>
      ${renderSignIn(view)}
      <p class="small"><a href="/">About this server</a></p>`,
  );

const renderGrants = (view: GrantsView): SafeHtml =>
  view.grants.length === 0
    ? html`<p>No client has access through you yet.</p>`
    : html`<ul class="cards">
        ${view.grants.map((grant) => renderGrant(view, grant))}
      </ul>`;

const renderGrant = (view: GrantsView, grant: GrantRow): SafeHtml => {
  const label = grant.clientHost ?? grant.clientName ?? "A client without a name";
  return html`<li>
    <h2><bdi>${label}</bdi></h2>
    <dl class="facts">
      ${
        grant.clientHost === undefined || grant.clientName === undefined
          ? undefined
          : renderFact("It calls itself", html`<bdi>${grant.clientName}</bdi>`)
      }
      ${
        grant.redirectHost === undefined || grant.redirectHost === grant.clientHost
          ? undefined
          : renderFact("It answers at", html`<bdi>${grant.redirectHost}</bdi>`)
      }
      ${renderFact("It may do", html`${describeReach(grant.access, grant.areas)}`)}
      ${renderFact("In", renderPlace(grant))}
      ${renderFact("Allowed on", renderDay(grant.createdAt))}
      ${renderFact("Last used", renderMinute(grant.lastUsedAt))}
    </dl>
    <form method="post" action="/grants/revoke">
      ${renderToken(view)}
      <input type="hidden" name="grant" value="${grant.id}" />
      <button class="strong" type="submit">
        Revoke<span class="unseen"> the access of ${label}</span>
      </button>
    </form>
  </li>`;
};

const renderPlace = (grant: GrantRow): SafeHtml =>
  grant.locationNames.length === 0
    ? html`<bdi>${grant.accountName}</bdi>`
    : html`<bdi>${grant.locationNames.join(", ")}</bdi> of <bdi>${grant.accountName}</bdi>`;

const renderAccounts = (view: GrantsView): SafeHtml =>
  html`<h2>Your accounts</h2>
    ${
      view.accounts.length === 0
        ? html`<p>You are signed in, but no account of yours is connected now.</p>`
        : html`<ul class="cards">
            ${view.accounts.map((account) => renderAccount(view, account))}
          </ul>`
    }
    <p><a href="/oauth/authorize">Sign in to another account</a></p>`;

const STATUS_WORDS = {
  active: undefined,
  needs_reauth: "GoHighLevel no longer accepts this sign-in. Sign in again to go on.",
  suspended: "GoHighLevel has paused this location. It works again once it is active there.",
} as const satisfies Readonly<Record<ConnectionStatus, string | undefined>>;

const renderAccount = (view: GrantsView, account: AccountRow): SafeHtml => {
  const status = STATUS_WORDS[account.status];
  return html`<li>
    <h3><bdi>${account.name}</bdi></h3>
    ${account.detail === undefined ? undefined : html`<p><bdi>${account.detail}</bdi></p>`}
    ${status === undefined ? undefined : html`<p class="warning">${status}</p>`}
    <p class="since">Signed in on ${renderDay(account.connectedAt)}</p>
    <details>
      <summary>Disconnect<span class="unseen"> ${account.name}</span></summary>
      <p>
        This server forgets the account, and the access of every client to it ends, also where
        somebody else allowed it. The app stays installed in GoHighLevel until you remove it there.
      </p>
      <form method="post" action="/connections/disconnect">
        ${renderToken(view)}
        <input type="hidden" name="connection" value="${account.id}" />
        <button class="strong" type="submit">
          Disconnect now<span class="unseen">: ${account.name}</span>
        </button>
      </form>
    </details>
  </li>`;
};
