import { html, type SafeHtml } from "./html.ts";
import { renderPage } from "./layout.ts";

/** An installation that waits for a person; values from outside are raw, the page escapes them. */
export interface ClaimView {
  readonly kind: "location" | "company";
  readonly name: string;
  readonly detail?: string;
  /** The client that the person had approved when GoHighLevel sent the browser back. */
  readonly client?: { readonly label: string; readonly redirectHost: string };
  readonly csrfToken: string;
  readonly sandbox: boolean;
}

/** The page that asks whether an installation is this person's, by the name that they know it by. */
export const renderClaimPage = (view: ClaimView): string =>
  renderPage(
    { title: "Connect this account?", sandbox: view.sandbox },
    html`<h1>Connect <bdi>${view.name}</bdi>?</h1>
      <p>
        GoHighLevel sent your browser here after the app was installed, but without the mark that
        this server gives to a sign-in which it has started. Nothing is connected yet.
      </p>
      <dl class="facts">
        <div>
          <dt>${view.kind === "location" ? "Location" : "Agency"}</dt>
          <dd>
            <bdi><b>${view.name}</b></bdi
            >${view.detail === undefined ? undefined : html`<span><bdi>${view.detail}</bdi></span>`}
          </dd>
        </div>
        <div>
          <dt>If you connect</dt>
          <dd>${renderNext(view)}</dd>
        </div>
      </dl>
      <p class="warning">
        Connect it only if you chose this very account at GoHighLevel just now. If a link from
        somebody else brought you here, the account may be theirs, and what your assistant writes
        would end up with them.
      </p>
      <form method="post" action="/oauth/claim">
        <input type="hidden" name="csrf" value="${view.csrfToken}" />
        <div class="actions">
          <button class="primary" type="submit" name="decision" value="take">Connect it</button>
          <button type="submit" name="decision" value="leave">Leave it</button>
        </div>
      </form>`,
  );

const renderNext = ({ client }: ClaimView): SafeHtml =>
  client === undefined
    ? html`it is among your accounts on this server, and the next application that asks can use it
      if you allow that`
    : html`<bdi>${client.label}</bdi> gets the access to it that you approved, and you return to
        <bdi>${client.redirectHost}</bdi>`;

/** The page after an installation was left alone. */
export const renderLeftPage = ({ sandbox }: Pick<ClaimView, "sandbox">): string =>
  renderPage(
    { title: "Not connected", sandbox },
    html`<h1>Not connected</h1>
      <p>
        Nothing works with that account through this server. The app stays installed in GoHighLevel
        until you remove it there.
      </p>
      <p class="small"><a href="/">About this server</a></p>`,
  );
