import { SIGNING_ALGORITHMS } from "./clients/client-keys.ts";
import { ALL_SCOPES, DEFAULT_SCOPE } from "./scopes.ts";

/** The places that are protected resources: Streamable HTTP, and the older SSE endpoint. */
export type ResourcePath = "/mcp" | "/sse";

/** The canonical identifier of the MCP endpoint: the audience of every access token. */
export const toResource = (issuer: string, path: ResourcePath = "/mcp"): string => issuer + path;

/** Where the RFC 9728 document of a resource is served (RFC 9728 §3.1: the path is appended). */
export const toResourceMetadataUrl = (issuer: string, path: ResourcePath = "/mcp"): string =>
  `${issuer}/.well-known/oauth-protected-resource${path}`;

/** Where tokens are issued; also an audience that a client may name in an assertion. */
export const toTokenEndpoint = (issuer: string): string => `${issuer}/oauth/token`;

/** The RFC 8414 document. Lists only what works; `offline_access` is taken and has no effect. */
export const toServerMetadata = (options: {
  readonly issuer: string;
  readonly clientIdMetadataDocuments: boolean;
  readonly registration: boolean;
}): Readonly<Record<string, unknown>> => {
  const { issuer } = options;
  const authMethods = ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"];
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: toTokenEndpoint(issuer),
    ...(options.registration ? { registration_endpoint: `${issuer}/oauth/register` } : {}),
    revocation_endpoint: `${issuer}/oauth/revoke`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    scopes_supported: [...ALL_SCOPES, "offline_access"],
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    token_endpoint_auth_methods_supported: authMethods,
    token_endpoint_auth_signing_alg_values_supported: SIGNING_ALGORITHMS,
    revocation_endpoint_auth_methods_supported: authMethods,
    revocation_endpoint_auth_signing_alg_values_supported: SIGNING_ALGORITHMS,
    introspection_endpoint_auth_methods_supported: authMethods,
    introspection_endpoint_auth_signing_alg_values_supported: SIGNING_ALGORITHMS,
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    // RFC 8414 has true as the default for request_uri, so silence would advertise it.
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    ...(options.clientIdMetadataDocuments ? { client_id_metadata_document_supported: true } : {}),
  };
};

/**
 * The RFC 9728 document of a resource. Clients compare `resource` with the address that they connect
 * to, so the SSE endpoint needs one of its own; tokens for either have the same audience.
 */
export const toResourceMetadata = (
  issuer: string,
  path: ResourcePath = "/mcp",
): Readonly<Record<string, unknown>> => ({
  resource: toResource(issuer, path),
  authorization_servers: [issuer],
  // What is needed to begin with, and no more: clients have been seen asking for all that is listed.
  scopes_supported: DEFAULT_SCOPE.split(" "),
  bearer_methods_supported: ["header"],
  resource_name: "GoHighLevel",
});
