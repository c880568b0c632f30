import type { UninstallFailure } from "../upstream/upstream.ts";

/** What the connections page can say after something was done. */
export type ConnectionNotice =
  | "connected"
  | "reconnected"
  | "reconnected_other"
  | "disconnected"
  | "uninstalled"
  | `uninstall_${UninstallFailure["kind"]}`;

const HOW_TO_UNINSTALL =
  "To uninstall it, open Settings, Integrations in GoHighLevel and remove the app there.";

const DISCONNECTED =
  "The account is disconnected. Its tokens are gone, and all access to it ended.";

/** The address names the row, never the text. */
const NOTICES = {
  connected: "You are signed in, and the account is connected to this server.",
  reconnected: "The account is connected again, with new tokens. Clients go on as before.",
  reconnected_other:
    "You are signed in, but to another account than the one that you wanted to reconnect. That one is as it was: choose its location or agency on GoHighLevel's page.",
  disconnected: DISCONNECTED,
  uninstalled: `${DISCONNECTED} GoHighLevel has uninstalled the app.`,
  uninstall_missing_scope: `${DISCONNECTED} But the app is still installed: the sign-in did not include the scope "oauth.write", which uninstalling needs. ${HOW_TO_UNINSTALL}`,
  uninstall_refused: `${DISCONNECTED} But the app is still installed: GoHighLevel refused to uninstall it. ${HOW_TO_UNINSTALL}`,
  uninstall_no_token: `${DISCONNECTED} But the app may still be installed: GoHighLevel no longer accepts the tokens of this account, so it could not be asked. ${HOW_TO_UNINSTALL}`,
  uninstall_unavailable: `${DISCONNECTED} But GoHighLevel did not answer, so whether the app is uninstalled is not known. ${HOW_TO_UNINSTALL}`,
  uninstall_private_token: `${DISCONNECTED} The private integration token is still good: delete it in GoHighLevel, under Settings, Private Integrations.`,
} as const satisfies Readonly<Record<ConnectionNotice, string>>;

const TEXTS: ReadonlyMap<string | null, string> = new Map(Object.entries(NOTICES));

const COOKIE_LOST =
  "The account was connected, but this browser did not keep the cookie that signs you in. Allow cookies for this site to see this page.";

const CONNECTING: readonly (string | null)[] = ["connected", "reconnected", "reconnected_other"];

/** The text of a notice by the name in the address; undefined for none and for unknown ones. */
export const findConnectionNotice = (name: string | null): string | undefined => TEXTS.get(name);

/** The same in a browser that nobody is signed in to: there, a sign-in that ended lost its cookie. */
export const findSignedOutNotice = (name: string | null): string | undefined =>
  CONNECTING.includes(name) ? COOKIE_LOST : findConnectionNotice(name);

/** The address that shows a notice on the connections page. */
export const toNoticeAddress = (publicUrl: string, notice: ConnectionNotice): string =>
  `${publicUrl}/connections?notice=${notice}`;
