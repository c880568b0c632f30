import { Server } from "@modelcontextprotocol/server";
import type { View } from "./connection-options.ts";
import type { Era } from "./features/feature.ts";
import { FEATURES } from "./features/index.ts";
import { LIST_CACHE, type ServerDeps } from "./server-deps.ts";
import { CAPABILITIES, toInstructions, toServerInfo } from "./server-face.ts";

/**
 * Makes an MCP server for one view of one principal, for both protocol eras. Cheap: nothing is
 * compiled or converted here, so one per request is fine. What it can do is the list of features.
 */
export function createServer(view: View, deps: ServerDeps, era: Era): Server {
  const server = new Server(toServerInfo(view, deps), {
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
