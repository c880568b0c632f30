import { renderConnectGuide } from "./connect-guide.ts";
import { renderFact, renderSignIn } from "./fragments.ts";
import { html, type SafeHtml } from "./html.ts";
import { renderPage } from "./layout.ts";

/** What the start page shows. */
export interface HomeView {
  readonly mcpUrl: string;
  readonly sandbox: boolean;
  /** Whether calls can be served: the store answers. */
  readonly isReady: boolean;
}

/** The start page: what this is, how it is, how to connect a client, and where one's own pages are. */
export const renderHomePage = (view: HomeView): string =>
  renderPage(
    { title: "GoHighLevel for AI assistants", sandbox: view.sandbox },
    html`<h1>GoHighLevel for AI assistants</h1>
      <p>
        This is an MCP server. An assistant that you connect to it can work in your GoHighLevel
        account: contacts, deals, calendars, conversations and the rest, as far as you allow it.
      </p>
      <p class="url"><span>MCP URL</span><code>${view.mcpUrl}</code></p>
      <dl class="facts">
        ${renderFact("Health", renderHealth(view))}
        ${renderFact("Mode", html`${view.sandbox ? "sandbox, with sample data" : "live"}`)}
        ${renderFact(
          "Signing in",
          html`OAuth: the client opens a browser page, you choose what it may do`,
        )}
      </dl>
      <h2>Connect a client</h2>
      ${renderConnectGuide(view.mcpUrl)}
      <h2>Your own pages</h2>
      <ul>
        <li><a href="/connections">Connections</a>: your accounts, how they are, disconnecting</li>
        <li><a href="/grants">Who has access</a>: the clients you let in, and ending it</li>
        <li><a href="/activity">Activity</a>: what happened to both</li>
        <li><a href="/usage">Usage</a>: calls and what is left of the rate limits</li>
      </ul>
      <h2>Connect GoHighLevel first</h2>
      <p>
        Connecting a client asks you to sign in. You can also do that now, and add clients later.
      </p>
      ${renderSignIn(view)}`,
  );

const renderHealth = ({ isReady }: HomeView): SafeHtml =>
  isReady
    ? html`works: calls are answered`
    : html`disturbed: the store does not answer just now, so calls fail until it does`;
