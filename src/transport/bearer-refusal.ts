import type { AuthorizationServer } from "../oauth/authorization-server.ts";
import type { BearerFailure } from "../oauth/errors.ts";
import type { ResourcePath } from "../oauth/metadata.ts";
import type { Refusal } from "./guards.ts";

const BEARER_TEXT = {
  missing_token: { status: 401, error: "invalid_token", description: "no access token was sent" },
  invalid_token: {
    status: 401,
    error: "invalid_token",
    description: "the access token is not valid here: unknown, expired or revoked",
  },
  insufficient_scope: {
    status: 403,
    error: "insufficient_scope",
    description: "the grant behind the access token does not reach that far",
  },
} as const satisfies Readonly<Record<BearerFailure["kind"], Refusal>>;

/** The refusal of a token with its challenge (RFC 6750 §3); `path` is the endpoint that was asked. */
export const toBearerRefusal = (
  authorization: Pick<AuthorizationServer, "challenge">,
  failure: BearerFailure,
  path: ResourcePath,
): Refusal => ({
  ...BEARER_TEXT[failure.kind],
  headers: { "www-authenticate": authorization.challenge(failure, path) },
});
