import { fail, ok, type Result } from "../../core/result.ts";
import type { OAuthFailure } from "../failure.ts";
import type { Parameters } from "../wire.ts";
import { toResource } from "../metadata.ts";

const PLAIN_ABSOLUTE = /^https?:\/\/[\x21\x23-\x5b\x5d-\x7e]+$/i;
const OUR_PATHS: ReadonlySet<string> = new Set(["/", "/mcp", "/mcp/", "/sse", "/sse/"]);

/**
 * The resource that tokens are for (RFC 8707 §2), always in its canonical form `<issuer>/mcp`. Absent
 * means the same. Clients write it in several ways, so the bare origin, a trailing slash, the host in
 * upper case, the SSE endpoint and a query are taken too; anything else is another resource
 * (CVE-2025-69196).
 */
export const checkResource = (
  parameters: Parameters,
  issuer: string,
): Result<string, OAuthFailure> => {
  const [resource, ...others] = parameters.resources;
  if (resource === undefined) return ok(toResource(issuer));
  return others.length === 0 && isOurs(resource, issuer)
    ? ok(toResource(issuer))
    : fail({ kind: "invalid_target" });
};

const isOurs = (resource: string, issuer: string): boolean => {
  if (!PLAIN_ABSOLUTE.test(resource) || resource.includes("#") || !URL.canParse(resource))
    return false;
  const url = new URL(resource);
  return (
    url.origin === new URL(issuer).origin &&
    url.username === "" &&
    url.password === "" &&
    OUR_PATHS.has(url.pathname)
  );
};
