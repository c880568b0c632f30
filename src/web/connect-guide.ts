import { CLIENT_GUIDES, type ClientGuide, type Step } from "../connect/clients.ts";
import { URL_OPTIONS } from "../connect/connection-url.ts";
import { findReachProblem } from "../connect/reach.ts";
import { type ConnectTarget, PLACEHOLDER_STDIO, SERVER_NAME } from "../connect/target.ts";
import { renderFact } from "./fragments.ts";
import { html, type SafeHtml } from "./html.ts";

/**
 * How each client is connected to the server at this address: one section a client, of which the
 * browser keeps one open at a time, without a script.
 */
export const renderConnectGuide = (mcpUrl: string): SafeHtml => {
  const target = { url: mcpUrl, name: SERVER_NAME, stdio: PLACEHOLDER_STDIO };
  return html`<div class="guide">${CLIENT_GUIDES.map((guide) => renderClient(guide, target))}</div>
    <h2>Narrow a connection</h2>
    <p>
      The URL takes options. They leave a client less than you allowed it, never more, and several
      connections can have different ones.
    </p>
    <dl class="facts">
      ${URL_OPTIONS.map(({ example, meaning }) => renderFact(example, html`${meaning}`))}
    </dl>`;
};

const renderClient = (guide: ClientGuide, target: ConnectTarget): SafeHtml => {
  const problem = findReachProblem(guide, target.url);
  return html`<details name="client">
    <summary>${guide.title}</summary>
    ${problem === undefined ? undefined : html`<p class="warning">${problem}</p>`}
    ${guide.steps(target).map(renderStep)}
  </details>`;
};

const renderStep = (step: Step): SafeHtml => {
  switch (step.kind) {
    case "say":
      return html`<p>${step.text}</p>`;
    case "run":
      return html`<p>${step.text}</p>
        <pre><code>${step.command}</code></pre>`;
    case "open":
      return html`<p><a class="button" href="${step.link}">${step.label}</a></p>`;
    case "file":
      return html`<p>${step.text}</p>
        <pre><code>${step.content}</code></pre>`;
  }
};
