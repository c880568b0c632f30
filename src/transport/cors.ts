/**
 * Which pages may read an answer. `any`: machine endpoints, readable from every origin but never with
 * cookies. `none`: pages that a browser navigates to (attack case M09).
 */
export type CorsPolicy = "any" | "none";

/** The headers that let a page of any origin read the answer (attack case P09). */
export const CORS_HEADERS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "WWW-Authenticate, Mcp-Session-Id, X-Request-Id, Retry-After",
} as const;

/** The answer headers of a preflight request (Fetch standard §3.2.3). */
export const preflightHeaders = (methods: readonly string[]): Readonly<Record<string, string>> => ({
  ...CORS_HEADERS,
  "access-control-allow-methods": methods.join(", "),
  // `*` does not cover Authorization, and older Safari takes it literally: hence the names.
  "access-control-allow-headers":
    "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Session-Id, Mcp-Method, Mcp-Name, Last-Event-ID, *",
  "access-control-max-age": "7200",
});
