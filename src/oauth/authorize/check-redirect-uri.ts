import { fail, ok, type Result } from "../../core/result.ts";
import type { Client } from "../clients/client.ts";
import type { OAuthFailure } from "../failure.ts";
import { matchesRedirectUri } from "../redirect-uri.ts";
import { type Parameters, requireParameter } from "../wire.ts";

/**
 * The redirect URI of an authorization request: one that the client registered, checked here and not
 * only when the code is redeemed (CVE-2025-4143). It may be left out if there is only one to choose
 * (RFC 6749 §3.1.2.3). A failure is shown here and never redirects.
 */
export const checkRedirectUri = (
  client: Client,
  parameters: Parameters,
): Result<string, OAuthFailure> => {
  const [only, ...others] = client.redirectUris;
  if (parameters.redirect_uri === undefined && only !== undefined && others.length === 0) {
    return ok(only);
  }
  const presented = requireParameter(parameters, "redirect_uri");
  if (!presented.ok) return presented;
  return client.redirectUris.some((registered) => matchesRedirectUri(registered, presented.value))
    ? presented
    : fail({ kind: "redirect_uri_not_registered" });
};
