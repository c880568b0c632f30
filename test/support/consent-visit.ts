import type { AttackClient, Changes } from "./attack-client.ts";
import { readRows } from "./attack-store.ts";
import type { Browser, Page } from "./browser.ts";
import type { RunningApp } from "./running-app.ts";

/** Goes to the consent page as a client's link does; anything else is an error. */
export async function openConsent(
  browser: Browser,
  client: AttackClient,
  changes: Changes = {},
): Promise<Page> {
  const page = await browser.get(client.request(changes).url);
  if (page.status !== 200 || page.url.pathname !== "/oauth/consent") {
    throw new Error(`no consent page: ${page.url.href} (${page.status}):\n${page.body}`);
  }
  return page;
}

/** The id of the transaction that a consent page is for. */
export const transactionOf = (page: Page): string => page.url.searchParams.get("transaction") ?? "";

/** The stored transaction: `open`, `approved`, or undefined once it is gone. */
export function statusOf(running: RunningApp, page: Page): "open" | "approved" | undefined {
  const row = readRows(running.databasePath, "authorization").find(
    ({ key }) => key === transactionOf(page),
  );
  if (row === undefined) return undefined;
  return "decision" in (JSON.parse(row.value) as object) ? "approved" : "open";
}

/** Whether a redirect goes anywhere but to this server. */
export const leaves =
  (running: RunningApp) =>
  (url: URL): boolean =>
    url.origin !== running.publicUrl;

/** Signs a person in without a client: the browser has their session afterwards. */
export async function signInPlainly(
  running: RunningApp,
  browser: Browser,
  choose?: string,
): Promise<Page> {
  const chooser = await browser.get(`${running.publicUrl}/oauth/authorize`);
  return browser.submitForm(chooser, {
    button: "allow",
    ...(choose === undefined ? {} : { fields: { choice: choose } }),
  });
}
