/**
 * The browser of clients that open one: `node interop-browser.ts URL` signs in at an authorization URL
 * and then loads the client's own callback, as a person's browser would.
 */
import { createBrowser } from "./browser.ts";
import { signIn } from "./sign-in.ts";

/** Signs in at an authorization URL and loads the callback that the client listens on. */
export async function openAuthorizationUrl(authorizationUrl: URL): Promise<void> {
  const redirectUri = authorizationUrl.searchParams.get("redirect_uri") ?? "";
  const callback = await signIn(authorizationUrl, { redirectUri });
  const page = await createBrowser().get(callback);
  if (page.status >= 400) {
    throw new Error(`the client answered its callback with ${page.status}:\n${page.body}`);
  }
}

if (process.argv[1] === import.meta.filename) {
  await openAuthorizationUrl(new URL(process.argv[2] ?? ""));
}
