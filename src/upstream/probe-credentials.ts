import type { HttpClient } from "../core/http-client.ts";
import type { Logger } from "../core/logger.ts";
import { ok } from "../core/result.ts";
import type { UpstreamSettings } from "./settings.ts";
import { createTokenEndpoint } from "./token-endpoint.ts";

/** What GoHighLevel's token endpoint made of the app's credentials. */
export type CredentialsProbe =
  | { readonly kind: "refused" }
  /** The made-up token was refused, the credentials were not. */
  | { readonly kind: "not_refused" }
  /** A refusal for another reason, or an answer that makes no sense. */
  | { readonly kind: "unclear"; readonly status?: number }
  | { readonly kind: "unavailable" };

/** No token of GoHighLevel looks like this, so that none can be used up. */
const NO_TOKEN = "ghl-mcp-doctor-this-is-no-token";

/**
 * Shows the app's credentials to the token endpoint with a refresh token that nobody has: nothing can be
 * consumed. Which of the two GoHighLevel looks at first is not documented, so `not_refused` is a hint.
 */
export const probeCredentials = async (deps: {
  readonly settings: UpstreamSettings;
  readonly http: HttpClient;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<CredentialsProbe> => {
  const answer = await createTokenEndpoint(deps).request(
    { grant_type: "refresh_token", refresh_token: NO_TOKEN },
    () => ok(undefined),
    deps.signal,
  );
  if (answer.ok) return { kind: "unclear" };
  const { failure } = answer;
  switch (failure.kind) {
    case "unavailable":
      return { kind: "unavailable" };
    case "malformed":
      return { kind: "unclear" };
    case "refused":
      if (failure.reason === "invalid_client") return { kind: "refused" };
      return failure.reason === "invalid_grant"
        ? { kind: "not_refused" }
        : { kind: "unclear", status: failure.status };
  }
};
