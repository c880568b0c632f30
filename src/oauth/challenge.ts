import type { BearerFailure } from "./failure.ts";
import { type ResourcePath, toResourceMetadataUrl } from "./metadata.ts";
import { DEFAULT_SCOPE, toScope } from "./scopes.ts";

/**
 * The `WWW-Authenticate` value for a refused request (RFC 6750 §3, RFC 9728 §5.1). Without a token
 * there is no error code (RFC 6750 §3.1). The scope names all that is needed at once, because clients
 * that retry with a part of it never get further.
 */
export const toChallenge = (
  failure: BearerFailure,
  issuer: string,
  path: ResourcePath = "/mcp",
): string =>
  `Bearer ${[
    ...ERROR_PARTS[failure.kind],
    `resource_metadata="${toResourceMetadataUrl(issuer, path)}"`,
    `scope="${toNeededScope(failure)}"`,
  ].join(", ")}`;

const ERROR_PARTS: Readonly<Record<BearerFailure["kind"], readonly string[]>> = {
  missing_token: [],
  invalid_token: [
    'error="invalid_token"',
    'error_description="the access token is unknown, expired, revoked or for another resource"',
  ],
  insufficient_scope: [
    'error="insufficient_scope"',
    'error_description="the access token does not reach far enough for this"',
  ],
};

const toNeededScope = (failure: BearerFailure): string =>
  failure.kind === "insufficient_scope"
    ? toScope({ access: failure.needed, areas: failure.areas ?? "all" })
    : DEFAULT_SCOPE;
