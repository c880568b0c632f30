import { html } from "./html.ts";
import { renderPage } from "./layout.ts";

/** A page that says what went wrong and what to do about it. */
export interface ErrorView {
  readonly title: string;
  readonly text: string;
  /** What the person can do now. */
  readonly advice?: string;
  /** Finds the log line. */
  readonly requestId: string;
  readonly sandbox: boolean;
}

/** Renders an error for a person; never carries a stack, a token or an upstream text. */
export const renderErrorPage = (view: ErrorView): string =>
  renderPage(
    { title: view.title, sandbox: view.sandbox },
    html`<h1>${view.title}</h1>
      <p>${view.text}</p>
      ${view.advice === undefined ? undefined : html`<p class="next">${view.advice}</p> `}
      <p class="small">
        Request id <code>${view.requestId}</code>: whoever runs this server finds the details in its
        log under this id.
      </p>
      <p class="small"><a href="/">About this server</a></p>`,
  );
