import type { ConnectionKind } from "../core/connection.ts";
import { html, type SafeHtml } from "./html.ts";
import { renderPage } from "./layout.ts";

/** What was connected by a sign-in that no client asked for. */
export interface ConnectedView {
  readonly kind: ConnectionKind;
  /** The names of the locations that it reaches; empty where GoHighLevel did not tell them now. */
  readonly locationNames: readonly string[];
  /** The id of the location or company, shown where there is no name. */
  readonly accountId: string;
  readonly mcpUrl: string;
  readonly sandbox: boolean;
}

/** The page at the end of a plain sign-in. */
export const renderConnectedPage = (view: ConnectedView): string =>
  renderPage(
    { title: "Connected", sandbox: view.sandbox },
    html`<h1>Connected</h1>
      <p>
        ${view.kind === "company" ? "This server can now work in your agency" : "This server can now work in your location"},
        for the clients that you allow.
      </p>
      <dl class="facts">
        <div>
          <dt>${view.kind === "company" ? "Agency" : "Location"}</dt>
          <dd>${renderAccount(view)}</dd>
        </div>
      </dl>
      ${renderLocations(view)}
      <h2>What now?</h2>
      <p>Go back to the program that you came from, or connect an assistant with this URL:</p>
      <p class="url"><span>MCP URL</span><code>${view.mcpUrl}</code></p>
      <p class="small">You can close this page.</p>`,
  );

const renderAccount = (view: ConnectedView): SafeHtml => {
  const [name] = view.locationNames;
  return view.kind !== "company" && name !== undefined
    ? html`<bdi>${name}</bdi>`
    : html`<code>${view.accountId}</code>`;
};

const MOST_NAMES = 12;

const renderLocations = (view: ConnectedView): SafeHtml | undefined => {
  if (view.kind !== "company" || view.locationNames.length === 0) return undefined;
  const more = view.locationNames.length - MOST_NAMES;
  return html`<h2>Its locations</h2>
    <ul>
      ${view.locationNames.slice(0, MOST_NAMES).map((name) => html`<li><bdi>${name}</bdi></li> `)}${
        more > 0 ? html`<li>and ${more} more</li> ` : undefined
      }
    </ul> `;
};
