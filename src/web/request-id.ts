import { html, type SafeHtml } from "./html.ts";

/** Says under which id the log knows more; nothing where there is none to say. */
export const renderRequestId = (requestId: string | undefined): SafeHtml | undefined =>
  requestId === undefined
    ? undefined
    : html`<p class="small">
        Request id <code>${requestId}</code>: whoever runs this server finds the details in its log
        under this id.
      </p>`;
