import type { ConnectionKind } from "../core/connection.ts";
import { renderToken } from "./fragments.ts";
import { html, type SafeHtml } from "./html.ts";
import { renderPage } from "./layout.ts";

/** What a person is asked before an account is disconnected. */
export interface DisconnectView {
  readonly id: string;
  readonly kind: ConnectionKind;
  readonly name: string;
  /** How many grants end with it, those of other people included. */
  readonly grants: number;
  readonly csrfToken: string;
  readonly sandbox: boolean;
}

/** The page that says what disconnecting does, and asks. */
export const renderDisconnectPage = (view: DisconnectView): string =>
  renderPage(
    { title: "Disconnect an account", sandbox: view.sandbox },
    html`<h1>Disconnect <bdi>${view.name}</bdi>?</h1>
      <ul>
        <li>This server discards the tokens of the account. It cannot get them back.</li>
        <li>${describeGrants(view.grants)}</li>
        <li>Your data in GoHighLevel stays as it is.</li>
      </ul>
      <form method="post" action="/connections/disconnect">
        ${renderToken(view)}
        <input type="hidden" name="connection" value="${view.id}" />
        ${renderUninstall(view)}
        <p class="actions">
          <button class="strong" type="submit">Disconnect</button>
        </p>
      </form>
      <p class="next"><a href="/connections">Keep it, and go back</a></p>`,
  );

const describeGrants = (grants: number): string => {
  if (grants === 0) return "No client has access to it now.";
  return grants === 1
    ? "The access of the one client that works in it ends at once."
    : `The access of all ${grants} clients that work in it ends at once, also where somebody else allowed it.`;
};

const UNINSTALLED_FROM = {
  location: "It takes the app out of this location, for everybody there.",
  company: "It takes the app out of the agency and all of its locations, for everybody there.",
} as const;

const renderUninstall = ({ kind }: DisconnectView): SafeHtml =>
  kind === "private"
    ? html`<p class="notice">
        This connection works with a private integration token. The token itself stays good: delete
        it in GoHighLevel, under Settings, Private Integrations.
      </p>`
    : html`<label class="choice strong">
        <input type="checkbox" name="uninstall" value="yes" />
        <span>
          <b>Uninstall the app from GoHighLevel as well</b>
          <span>
            ${UNINSTALLED_FROM[kind]} If GoHighLevel refuses, the account is disconnected here all
            the same, and you can uninstall the app there.
          </span>
        </span>
      </label>`;
