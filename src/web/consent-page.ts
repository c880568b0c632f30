import type { AccessLevel, AreaId } from "../core/access.ts";
import type { EpochSeconds } from "../core/clock.ts";
import { describeReach } from "./access-words.ts";
import {
  type AccountChoice,
  renderAccounts,
  renderAreas,
  renderLevels,
  TOKEN_DECISION,
} from "./consent-choices.ts";
import { html, type SafeHtml } from "./html.ts";
import { renderPage } from "./layout.ts";
import { renderPrivateTokenFields } from "./private-token-fields.ts";
import { renderRequestId } from "./request-id.ts";
import { renderDay } from "./time.ts";

/** Everything that the consent page shows; values from outside are raw, the page escapes them. */
export interface ConsentView {
  /** What the client calls itself. */
  readonly clientName?: string;
  /** The host that vouches for the client; absent where nobody does. */
  readonly clientHost?: string;
  /** The host that the browser goes back to; for a private-use scheme, `scheme:`. */
  readonly redirectHost: string;
  readonly redirectIsLoopback: boolean;
  readonly requestedAccess: AccessLevel;
  readonly requestedAreas: readonly AreaId[] | "all";
  readonly transactionId: string;
  readonly csrfToken: string;
  readonly sandbox: boolean;
  /** Accounts that the person is signed in to in this browser; the first is the default. */
  readonly accounts: readonly AccountChoice[];
  /** When this person allowed the same before: the page then hides what needs no second look. */
  readonly approvedBefore?: EpochSeconds;
  /** Whether there is an app to sign in with; else only a private integration token serves. */
  readonly hasApp: boolean;
  /** What was wrong with the last choice. */
  readonly notice?: string;
  /** What was chosen then, and the location that a token was entered for: both are shown again. */
  readonly chosen?: { readonly access: AccessLevel; readonly areas: readonly AreaId[] | "all" };
  readonly locationId?: string;
  /** Finds the log line of what was refused. */
  readonly requestId?: string;
}

/**
 * The consent page (MCP 2026-07-28, confused deputy): who asks, where the answer goes, and how far it
 * reaches. Comes before GoHighLevel is asked.
 */
export const renderConsentPage = (view: ConsentView): string =>
  renderPage(
    { title: "Allow access", sandbox: view.sandbox },
    html`${renderHeadline(view)}
      ${renderNotice(view.notice)}${renderBefore(view.approvedBefore)}${renderFacts(view)}
      ${renderLoopbackWarning(view)}
      <form method="post" action="/oauth/consent">
        <input type="hidden" name="transaction" value="${view.transactionId}" />
        <input type="hidden" name="csrf" value="${view.csrfToken}" />
        ${renderReach(view)} ${renderWhere(view)}
        <div class="actions">
          <button class="primary" type="submit" name="decision" value="approve">Approve</button>
          <button type="submit" name="decision" value="deny">Deny</button>
        </div>
        ${renderTokenEntry(view)}
      </form>
      <p class="small">
        Approve only if you started this yourself. Your GoHighLevel password and tokens are never
        given to the client.
      </p>
      ${renderRequestId(view.requestId)}`,
  );

const UNNAMED = "A client without a name";

/** A host is proven, a name is only claimed: the headline says which of the two it is. */
const renderHeadline = (view: ConsentView): SafeHtml => {
  if (view.clientHost !== undefined) {
    return html`<h1><bdi>${view.clientHost}</bdi> asks to work in GoHighLevel for you</h1>`;
  }
  if (view.clientName !== undefined) {
    return html`<h1>
      A client that calls itself “<bdi>${view.clientName}</bdi>” asks to work in GoHighLevel for you
    </h1>`;
  }
  return html`<h1>${UNNAMED} asks to work in GoHighLevel for you</h1>`;
};

const renderNotice = (notice: string | undefined): SafeHtml | undefined =>
  notice === undefined ? undefined : html`<p class="notice" role="alert">${notice}</p> `;

/** Said as a fact about the past, and no reason to skip the page: anybody can send such a link. */
const renderBefore = (at: EpochSeconds | undefined): SafeHtml | undefined =>
  at === undefined
    ? undefined
    : html`<p class="before">
        You allowed this before, on ${renderDay(at)}, to the same client.
      </p> `;

const renderReach = (view: ConsentView): SafeHtml => {
  const isAllowedBefore = view.approvedBefore !== undefined;
  const { chosen } = view;
  const choices = html`${renderLevels(view.requestedAccess, isAllowedBefore, chosen?.access)}
  ${renderAreas(chosen?.areas ?? view.requestedAreas)}`;
  if (!isAllowedBefore || view.notice !== undefined) return choices;
  return html`<details class="reach">
    <summary>Change what it may do</summary>
    ${choices}
  </details>`;
};

/** With no account at hand, the next step is the sign-in; otherwise each choice says its own. */
const renderWhere = (view: ConsentView): SafeHtml => {
  const upstreamPage = nextStep(view.sandbox);
  const { accounts, hasApp, redirectHost } = view;
  if (accounts.length > 0) {
    return renderAccounts(accounts, { redirectHost, ...(hasApp ? { upstreamPage } : {}) });
  }
  if (hasApp) return html`<p class="next"><strong>Next:</strong> ${upstreamPage}</p>`;
  return html`<h2>Which location?</h2>
    ${renderPrivateTokenFields(view.locationId)}`;
};

/** The way without a marketplace app. Its button comes last: Enter anywhere presses the first one. */
const renderTokenEntry = (view: ConsentView): SafeHtml | undefined => {
  if (!view.hasApp && view.accounts.length === 0) return undefined;
  const open = view.locationId === undefined ? undefined : html` open`;
  return html`<details class="token" ${open}>
    <summary>Use a private integration token instead</summary>
    ${renderPrivateTokenFields(view.locationId)}
    <button type="submit" name="decision" value="${TOKEN_DECISION}">Approve with this token</button>
  </details>`;
};

const renderFacts = (view: ConsentView): SafeHtml =>
  html`<dl class="facts">
    ${
      view.clientHost === undefined || view.clientName === undefined
        ? undefined
        : html`<div>
            <dt>It calls itself</dt>
            <dd><bdi>${view.clientName}</bdi></dd>
          </div> `
    }
    <div>
      <dt>It asks for</dt>
      <dd>${describeReach(view.requestedAccess, view.requestedAreas)}</dd>
    </div>
    <div>
      <dt>You return to</dt>
      <dd>
        <bdi><b>${view.redirectHost}</b></bdi
        >${renderTarget(describeTarget(view))}
      </dd>
    </div>
  </dl>`;

const renderTarget = (target: string | undefined): SafeHtml | undefined =>
  target === undefined ? undefined : html`<span>${target}</span>`;

const describeTarget = (view: ConsentView): string | undefined => {
  if (view.redirectHost.endsWith(":")) return "the app on this computer that opens such links";
  return view.redirectIsLoopback ? "a program on this computer" : undefined;
};

/** Any program on the machine can claim a loopback address (MCP, localhost redirect risks). */
const renderLoopbackWarning = (view: ConsentView): SafeHtml | undefined =>
  view.redirectIsLoopback
    ? html`<p class="warning">
        The answer goes to a program on <strong>this computer</strong>, and other programs here
        could pass themselves off as it. If you did not just start connecting one, choose Deny.
      </p> `
    : undefined;

const nextStep = (sandbox: boolean): string =>
  sandbox
    ? "The sandbox’s own sign-in page opens, and you choose a sample location there."
    : "GoHighLevel’s own page opens, and you choose the location or agency there.";
