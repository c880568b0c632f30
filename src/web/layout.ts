import { html, type SafeHtml } from "./html.ts";

/** What every page has. */
export interface PageFrame {
  readonly title: string;
  /** Shows the banner that says that nothing here is real. */
  readonly sandbox: boolean;
}

/** A whole page as it is sent: no script, one stylesheet of ours, nothing from other hosts. */
export const renderPage = (frame: PageFrame, content: SafeHtml): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${frame.title} · ghl-mcp</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/assets/style.css" />
      </head>
      <body>
        ${frame.sandbox ? SANDBOX_BANNER : undefined}
        <main>${content}</main>
      </body>
    </html> `.toString();

const SANDBOX_BANNER = html`<header class="banner">
  <strong>Sandbox.</strong> Sample data only. Nothing here reaches GoHighLevel.
</header> `;
