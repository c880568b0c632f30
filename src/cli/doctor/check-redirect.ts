import type { Config } from "../../config/config.ts";
import { isLoopbackUrl } from "../../config/loopback.ts";
import { type Found, note, problem, warning, well } from "./finding.ts";

/** What a person can do where GoHighLevel cannot send the browser back to this server. */
const CHOICES = [
  "choose one: serve under an https address of your own and set PUBLIC_URL",
  "open a tunnel with an https address to this machine and set PUBLIC_URL to that",
  "set GHL_REDIRECT_URI to an https page that the app lists, and sign in with ghl-mcp login --paste",
  "or do without an app: GHL_PRIVATE_TOKEN and GHL_LOCATION_ID with ghl-mcp stdio",
].join("; ");

/** Whether GoHighLevel can send the browser back to this server. What the app has is not to be seen. */
export const checkRedirect = ({ config }: { readonly config: Config }): readonly Found[] => {
  const { apiBaseUrl, publicUrl, redirectUri, upstream } = config;
  if (upstream.mode === "private_token") {
    return [note("a private integration token needs no redirect URI")];
  }
  if (upstream.mode === "sandbox")
    return [well("the sandbox sends the browser back to any address")];
  const expected = `${publicUrl}/oauth/callback`;
  const isHttp = redirectUri.startsWith("http:");
  const isStandIn = isLoopbackUrl(new URL(apiBaseUrl));
  return [
    ...(isHttp && !isStandIn
      ? [
          problem(
            `the redirect URI "${redirectUri}" is not https, and the marketplace takes https alone`,
            CHOICES,
          ),
        ]
      : []),
    redirectUri === expected
      ? well(`GoHighLevel sends the browser to "${redirectUri}", where this server waits`)
      : warning(
          `the redirect URI "${redirectUri}" is not this server's "${expected}"`,
          "leave GHL_REDIRECT_URI unset, unless another address leads here, such as a proxy or a page that hands the address over",
        ),
    ...(isStandIn
      ? []
      : [
          note(
            "whether the marketplace app lists it cannot be seen from here",
            `compare it with the app's redirect URLs, character by character: ${redirectUri}`,
          ),
        ]),
  ];
};
