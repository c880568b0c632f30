import {
  type JSONRPCRequest,
  type Result,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { View } from "./connection-options.ts";
import type { Era } from "./features/feature.ts";
import { FEATURES } from "./features/index.ts";
import { toInvalidParams } from "./features/malformed-params.ts";
import { LIST_CACHE, type ServerDeps } from "./server-deps.ts";
import { CAPABILITIES, toInstructions, toServerInfo } from "./server-face.ts";

/**
 * Makes an MCP server for one view of one principal, for both protocol eras. Cheap: nothing is
 * compiled or converted here, so one per request is fine. What it can do is the list of features.
 */
export function createServer(view: View, deps: ServerDeps, era: Era): Server {
  const server = new StrictServer(toServerInfo(view, deps), {
    capabilities: { ...CAPABILITIES[era] },
    instructions: toInstructions(view),
    cacheHints: Object.assign(
      { "server/discover": LIST_CACHE },
      ...FEATURES.map(({ cacheHints }) => cacheHints),
    ),
  });
  for (const feature of FEATURES) feature.register(server, view, deps);
  return server;
}

/** What `server/discover` says of the server of a view (MCP 2026-07-28), without the envelope. */
export function describeServer(view: View) {
  return {
    supportedVersions: MODERN_VERSIONS,
    capabilities: CAPABILITIES.modern,
    instructions: toInstructions(view),
  };
}

/** Every revision that `createServer` speaks without `initialize`. */
export const MODERN_VERSIONS = ["2026-07-28"] as const;

/**
 * The SDK's server, which answers malformed params with `InvalidParams` and a text for people. The hook is
 * its own, for subclasses: the one place that all handlers pass, also those for `initialize` and `ping`,
 * which the SDK registers itself.
 */
class StrictServer extends Server {
  protected override _wrapHandler(method: string, handler: Handler): Handler {
    const handle = super._wrapHandler(method, handler);
    return async (request, context) => {
      try {
        return await handle(request, context);
      } catch (error) {
        throw toInvalidParams(error, request);
      }
    };
  }
}

type Handler = (request: JSONRPCRequest, context: ServerContext) => Promise<Result>;
