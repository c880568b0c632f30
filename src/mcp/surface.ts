import type { Server } from "@modelcontextprotocol/server";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import type { GhlClient } from "../ghl/call.ts";
import type { ConnectionDirectory } from "./ports.ts";
import { type ListedTool, type NeededReach, createRegistry } from "./registry.ts";
import { createServer, listTools } from "./server.ts";
import { TOOLS } from "./tools/index.ts";

/** What the MCP surface works with. */
export interface McpSurfaceDeps {
  readonly ghl: GhlClient;
  readonly connections: ConnectionDirectory;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  readonly mode: "sandbox" | "live";
  /** Where a person signs in to GoHighLevel again; named in errors that need it. */
  readonly signInUrl?: string;
}

/** Everything that MCP clients can see and do. */
export interface McpSurface {
  /** A fresh server that acts for this principal and no one else. Connect it to one transport. */
  createServer(principal: Principal): Server;
  /** The tools that this principal sees. */
  listTools(principal: Principal): Promise<readonly ListedTool[]>;
  /** How far a grant must reach for a tool that this principal may not call; undefined if it may. */
  findLack(tool: string, principal: Principal): NeededReach | undefined;
}

/** Makes the surface: one registry for all, one small server per request or connection. */
export function createMcpSurface({ signInUrl, ...deps }: McpSurfaceDeps): McpSurface {
  const shared = {
    ...deps,
    registry: createRegistry(TOOLS),
    errorText: signInUrl === undefined ? {} : { signInUrl },
  };
  return {
    createServer: (principal) => createServer(principal, shared),
    listTools: (principal) => listTools(principal, shared),
    findLack: (tool, principal) => shared.registry.findLack(tool, principal),
  };
}
