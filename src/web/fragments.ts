import { html, type SafeHtml } from "./html.ts";

/** What was just done, for everyone to hear. */
export const renderNotice = (notice: string | undefined): SafeHtml | undefined =>
  notice === undefined ? undefined : html`<p class="done" role="status">${notice}</p>`;

/** The token that ties a form to the session of its person. */
export const renderToken = (view: { readonly csrfToken: string }): SafeHtml =>
  html`<input type="hidden" name="csrf" value="${view.csrfToken}" />`;

/** A row of a list of facts. */
export const renderFact = (name: string, value: SafeHtml): SafeHtml =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

/** The button-like link that starts a sign-in at GoHighLevel, and the way without one. */
export const renderSignIn = (view: { readonly sandbox: boolean }): SafeHtml =>
  html`<p class="actions">
      <a class="button" href="/oauth/authorize"
        >${view.sandbox ? "Sign in to the sandbox" : "Sign in to GoHighLevel"}</a
      >
    </p>
    <p class="small">
      Without a marketplace app, <a href="/oauth/private-token">a private integration token</a>
      connects a single location.
    </p>`;

/** A choice of a filter. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A field of a filter to choose from; the first choice is everything. */
export const renderSelect = (field: {
  readonly name: string;
  readonly label: string;
  readonly chosen: string;
  readonly choices: readonly Choice[];
}): SafeHtml =>
  html`<div class="field">
    <label for="filter-${field.name}">${field.label}</label>
    <select id="filter-${field.name}" name="${field.name}">
      <option value="">all</option>
      ${field.choices.map(({ label, value }) =>
        value === field.chosen
          ? html`<option value="${value}" selected>${label}</option>`
          : html`<option value="${value}">${label}</option>`,
      )}
    </select>
  </div>`;

const PERSON_PAGES = [
  ["/connections", "Your connections"],
  ["/grants", "Who has access"],
  ["/activity", "Activity"],
  ["/usage", "Usage"],
  ["/", "About this server"],
] as const;

/** The ways from one page of a signed-in person to the others. */
export const renderPersonLinks = (here: (typeof PERSON_PAGES)[number][0]): SafeHtml =>
  html`<nav class="small pages" aria-label="Your pages">
    ${PERSON_PAGES.filter(([path]) => path !== here).map(
      ([path, name]) => html`<a href="${path}">${name}</a>`,
    )}
  </nav>`;
