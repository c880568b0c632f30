import { AREAS, type AccessLevel, type AreaId } from "../core/access.ts";
import { html, type SafeHtml } from "./html.ts";
import { renderPage } from "./layout.ts";

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
  /** What was wrong with the last choice. */
  readonly notice?: string;
}

/**
 * The consent page (MCP 2026-07-28, confused deputy): who asks, where the answer goes, and how far it
 * reaches. Comes before GoHighLevel is asked.
 */
export const renderConsentPage = (view: ConsentView): string =>
  renderPage(
    { title: "Allow access", sandbox: view.sandbox },
    html`${renderHeadline(view)} ${renderNotice(view.notice)}${renderFacts(view)}
      ${renderLoopbackWarning(view)}
      <form method="post" action="/oauth/consent">
        <input type="hidden" name="transaction" value="${view.transactionId}" />
        <input type="hidden" name="csrf" value="${view.csrfToken}" />
        ${renderLevels(view.requestedAccess)} ${renderAreas(view.requestedAreas)}
        <p class="next"><strong>Next:</strong> ${nextStep(view.sandbox)}</p>
        <div class="actions">
          <button class="primary" type="submit" name="decision" value="approve">Approve</button>
          <button type="submit" name="decision" value="deny">Deny</button>
        </div>
      </form>
      <p class="small">
        Approve only if you started this yourself. Your GoHighLevel password and tokens are never
        given to the client.
      </p>`,
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
      <dd>${describeRequest(view)}</dd>
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

const describeRequest = (view: ConsentView): string => {
  const level = LEVEL_WORDS[view.requestedAccess];
  if (view.requestedAreas === "all") return `${level}, in all areas`;
  const labels = AREAS.filter((area) => view.requestedAreas.includes(area.id)).map(
    (area) => area.label,
  );
  return labels.length === 0 ? `${level}, in no area` : `${level}, in ${labels.join(", ")}`;
};

const LEVEL_WORDS = {
  read: "reading",
  write: "reading, creating and changing",
  critical: "full access, with sending, money, publishing and deleting",
} as const satisfies Readonly<Record<AccessLevel, string>>;

/** Any program on the machine can claim a loopback address (MCP, localhost redirect risks). */
const renderLoopbackWarning = (view: ConsentView): SafeHtml | undefined =>
  view.redirectIsLoopback
    ? html`<p class="warning">
        The answer goes to a program on <strong>this computer</strong>, and other programs here
        could pass themselves off as it. If you did not just start connecting one, choose Deny.
      </p> `
    : undefined;

const LEVELS = [
  { id: "read", label: "Read only", line: "Look things up. Nothing changes." },
  { id: "write", label: "Read and write", line: "Also create and change records." },
  {
    id: "critical",
    label: "Full",
    line: "Also send messages to people, move money, publish and delete.",
  },
] as const satisfies readonly { id: AccessLevel; label: string; line: string }[];

const renderLevels = (requested: AccessLevel): SafeHtml =>
  html`<fieldset class="levels">
    <legend>How much may it do?</legend>
    ${LEVELS.map(
      (level) =>
        html`<label class="choice${level.id === "critical" ? " strong" : ""}"
          ><input
            type="radio"
            name="access"
            value="${level.id}"
            ${level.id === requested ? html` checked` : undefined}
          /><span
            ><b>${level.label}</b
            >${level.id === requested ? html` <em>asked for</em>` : undefined}<span
              >${level.line}</span
            ></span
          ></label
        > `,
    )}
  </fieldset>`;

const renderAreas = (requested: readonly AreaId[] | "all"): SafeHtml => {
  const isChosen = (id: AreaId): boolean => requested === "all" || requested.includes(id);
  const chosen = AREAS.filter((area) => isChosen(area.id)).length;
  const summary = requested === "all" ? "all areas" : `${chosen} of ${AREAS.length} areas`;
  return html`<details${requested === "all" ? undefined : html` open`}>
<summary>Where? <span>${summary}</span></summary>
<fieldset class="areas">
<legend>It may work in</legend>
${AREAS.map(
  (area) =>
    html`<label class="choice"
      ><input
        type="checkbox"
        name="area"
        value="${area.id}"
        ${isChosen(area.id) ? html` checked` : undefined}
      /><span><b>${area.label}</b><span>${area.covers}</span></span></label
    > `,
)}</fieldset>
</details>`;
};

const nextStep = (sandbox: boolean): string =>
  sandbox
    ? "the sandbox’s own sign-in page opens, and you choose a sample location there."
    : "GoHighLevel’s own page opens, and you choose the location or agency there.";
