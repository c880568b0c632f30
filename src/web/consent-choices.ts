import { AREAS, type AccessLevel, type AreaId } from "../core/access.ts";
import { html, type SafeHtml } from "./html.ts";

const LEVELS = [
  { id: "read", label: "Read only", line: "Look things up. Nothing changes." },
  { id: "write", label: "Read and write", line: "Also create and change records." },
  {
    id: "critical",
    label: "Full",
    line: "Also send messages to people, move money, publish and delete.",
  },
] as const satisfies readonly { id: AccessLevel; label: string; line: string }[];

/**
 * The choice of an access level. Full access is never chosen beforehand unless this person allowed it to
 * this client before, or has just chosen it themselves: clients have been seen asking for every scope that the metadata lists, and one
 * click must not give away sending, money and deleting.
 */
export const renderLevels = (
  requested: AccessLevel,
  isAllowedBefore: boolean,
  choice?: AccessLevel,
): SafeHtml => {
  const chosen = choice ?? (requested === "critical" && !isAllowedBefore ? "write" : requested);
  return html`<fieldset class="levels">
    <legend>How much may it do?</legend>
    ${LEVELS.map(
      (level) =>
        html`<label class="choice${level.id === "critical" ? " strong" : ""}"
          ><input
            type="radio"
            name="access"
            value="${level.id}"
            ${level.id === chosen ? html` checked` : undefined}
          /><span
            ><b>${level.label}</b
            >${level.id === requested ? html` <em>asked for</em>` : undefined}<span
              >${level.line}</span
            ></span
          ></label
        > `,
    )}
  </fieldset>`;
};

/** The choice of areas, with those that were asked for ticked. */
export const renderAreas = (requested: readonly AreaId[] | "all"): SafeHtml => {
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

/** An account that the person is signed in to, which needs no new sign-in. */
export interface AccountChoice {
  readonly id: string;
  readonly name: string;
  readonly detail?: string;
}

/** What the form sends where the person wants to sign in to another account. */
export const OTHER_ACCOUNT = "other";

/** The decision that the button beside the private integration token sends. */
export const TOKEN_DECISION = "private_token";

/** The choice of an account, with the first one chosen. */
export const renderAccounts = (
  accounts: readonly AccountChoice[],
  words: {
    readonly redirectHost: string;
    /** What happens at GoHighLevel's page; absent where there is no app to sign in with. */
    readonly upstreamPage?: string;
  },
): SafeHtml =>
  html`<fieldset class="levels accounts">
    <legend>Which account?</legend>
    ${accounts.map(
      (account, index) =>
        html`<label class="choice"
          ><input
            type="radio"
            name="connection"
            value="${account.id}"
            ${index === 0 ? html` checked` : undefined}
          /><span
            ><b>Continue with <bdi>${account.name}</bdi></b
            ><span
              >${
                account.detail === undefined
                  ? html`You are signed in to it.`
                  : html`<bdi>${account.detail}</bdi>.`
              }
              You go back to <bdi>${words.redirectHost}</bdi> at once.</span
            ></span
          ></label
        > `,
    )}${
      words.upstreamPage === undefined
        ? undefined
        : html`<label class="choice"
            ><input type="radio" name="connection" value="${OTHER_ACCOUNT}" /><span
              ><b>Choose another account at GoHighLevel</b><span>${words.upstreamPage}</span></span
            ></label
          >`
    }
  </fieldset>`;
