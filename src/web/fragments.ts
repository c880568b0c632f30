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
