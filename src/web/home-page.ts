import { renderSignIn } from "./fragments.ts";
import { html } from "./html.ts";
import { renderPage } from "./layout.ts";

/** What the start page shows. */
export interface HomeView {
  readonly mcpUrl: string;
  readonly sandbox: boolean;
}

/** The start page: what this is, where its MCP endpoint is, how to connect a client. */
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
        <div>
          <dt>Mode</dt>
          <dd>${view.sandbox ? "sandbox, with sample data" : "live"}</dd>
        </div>
        <div>
          <dt>Signing in</dt>
          <dd>OAuth: the client opens a browser page, you choose what it may do</dd>
        </div>
      </dl>
      <h2>Connect a client</h2>
      <p>
        In Claude, ChatGPT, Cursor or VS Code, add a connector or MCP server with the URL above.
        From a terminal:
      </p>
      <pre><code>claude mcp add --transport http ghl ${view.mcpUrl}</code></pre>
      <p>Clients that are set up by a file take this:</p>
      <pre><code>{
  "mcpServers": {
    "ghl": {
      "type": "http",
      "url": "${view.mcpUrl}"
    }
  }
}</code></pre>
      <h2>Connect GoHighLevel first</h2>
      <p>
        You can also sign in now and connect clients later, or look at
        <a href="/connections">your connections</a> and <a href="/grants">who has access</a>.
      </p>
      ${renderSignIn(view)}`,
  );
