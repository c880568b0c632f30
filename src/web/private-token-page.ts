import { html } from "./html.ts";
import { renderPage } from "./layout.ts";
import { renderRequestId } from "./request-id.ts";
import { renderPrivateTokenFields } from "./private-token-fields.ts";

/** The page for entering a private integration token. */
export interface PrivateTokenView {
  readonly csrfToken: string;
  readonly sandbox: boolean;
  /** Whether signing in at GoHighLevel is possible too. */
  readonly hasApp: boolean;
  /** What was sent before, shown again. */
  readonly locationId?: string;
  /** What was wrong with what was sent. */
  readonly notice?: string;
  /** Finds the log line of what was refused. */
  readonly requestId?: string;
}

/** A way to connect a location without a marketplace app. */
export const renderPrivateTokenPage = (view: PrivateTokenView): string =>
  renderPage(
    { title: "Connect with a token", sandbox: view.sandbox },
    html`<h1>Connect a location with a private integration token</h1>
      ${
        view.notice === undefined
          ? undefined
          : html`<p class="notice" role="alert">${view.notice}</p> `
      }
      <p>
        The token is checked once at GoHighLevel, then kept encrypted on this server. A token that
        you enter later for the same location takes its place.
      </p>
      <form method="post" action="/oauth/private-token">
        <input type="hidden" name="csrf" value="${view.csrfToken}" />
        ${renderPrivateTokenFields(view.locationId)}
        <div class="actions">
          <button class="primary" type="submit">Connect</button>
        </div>
      </form>
      ${
        view.hasApp
          ? html`<p class="small">
              <a href="/oauth/authorize">Sign in at GoHighLevel instead</a>
            </p>`
          : undefined
      }
      ${renderRequestId(view.requestId)}
      <p class="small"><a href="/">About this server</a></p>`,
  );
