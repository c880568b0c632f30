import type { Server, ServerEventBus } from "@modelcontextprotocol/server";
import { allowsAccess } from "../core/access.ts";
import { type ChangeFeed, createChangeFeed } from "../core/changes.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Metrics } from "../core/metrics.ts";
import type { Tracing } from "../core/tracing.ts";
import type { Principal } from "../core/principal.ts";
import { type Result, ok } from "../core/result.ts";
import type { Soon } from "../core/soon.ts";
import type { GhlApiClient } from "../ghl/client.ts";
import {
  type OptionProblem,
  type View,
  narrow,
  readConnectionOptions,
  toWholeView,
} from "./connection-options.ts";
import { announceChanges, toEventBus } from "./changes.ts";
import type { Era } from "./features/feature.ts";
import { listTools } from "./features/tools.ts";
import { type DirectAnswers, createDirectAnswers } from "./direct-answers.ts";
import type { ConfirmationKeeper, ConnectionDirectory } from "./ports.ts";
import { prepareTools } from "./prepare-tools.ts";
import { type ListedTool, type NamedCall, createRegistry } from "./registry.ts";
import { createServer } from "./server.ts";
import type { NeededReach } from "./tool.ts";
import { TOOLS } from "./tools/index.ts";
import { createZones } from "./zones.ts";

/** What the MCP surface works with. */
export interface McpSurfaceDeps {
  readonly ghl: Pick<GhlApiClient, "call" | "rateLimits">;
  readonly connections: ConnectionDirectory;
  /** Where confirmations wait for the person's answer. */
  readonly confirmations: ConfirmationKeeper;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  readonly mode: "sandbox" | "live";
  /** The scopes that this server asks GoHighLevel for; get_oauth_status shows which are missing. */
  readonly scopes?: readonly string[];
  /** What else changes is told here, and heard here. Absent: only this surface's own calls. */
  readonly changes?: ChangeFeed;
  /** Where a person signs in to GoHighLevel again; named in errors that need it. */
  readonly signInUrl?: string;
  /** Counts tool calls. Absent: nobody does. */
  readonly metrics?: Pick<Metrics, "toolCall">;
  /** Follows tool calls. Absent: nobody does. */
  readonly tracing?: Tracing;
}

/** Everything that MCP clients can see and do. */
export interface McpSurface {
  /** What a principal sees through the options of an address; refused where they reach too far. */
  view(
    principal: Principal,
    query: URLSearchParams,
    signal: AbortSignal,
  ): Promise<Result<View, OptionProblem>>;
  /** A fresh server for this view, or all of this principal. Connect it to one transport. */
  createServer(viewer: View | Principal, era: Era): Server;
  /** The changes that this view may learn of. */
  changesFor(viewer: View | Principal): ServerEventBus;
  /** The tools that this view, or all of this principal, shows. */
  listTools(viewer: View | Principal): Soon<readonly ListedTool[]>;
  /**
   * How far the grant would have to reach for a call that this view does not allow; undefined if it
   * allows it, or if no grant would help because the address itself limits the access.
   */
  findLack(call: NamedCall, viewer: View | Principal): NeededReach | undefined;
  /** Makes ready what the first request would otherwise have to wait for. */
  prepare(): Promise<void>;
  /** The answers to what is asked most, without a server object. Absent: there are none. */
  readonly direct?: DirectAnswers;
}

/** Makes the surface: one registry for all, one small server per request or connection. */
export function createMcpSurface(given: McpSurfaceDeps): McpSurface {
  const { signInUrl, version, mode, scopes = [], changes = createChangeFeed(), ...deps } = given;
  const shared = {
    ...deps,
    ghl: announceChanges(deps.ghl, changes),
    server: { version, mode, scopes },
    registry: createRegistry(TOOLS),
    zones: createZones(given),
    errorText: signInUrl === undefined ? {} : { signInUrl },
  };
  return {
    view: async (principal, query, signal) => {
      const options = readConnectionOptions(query);
      if (!options.ok) return options;
      return Object.keys(options.value).length === 0
        ? ok(toWholeView(principal))
        : narrow(principal, options.value, { ...shared, signal });
    },
    createServer: (viewer, era) => createServer(toView(viewer), shared, era),
    changesFor: (viewer) => toEventBus(changes, toView(viewer).principal),
    listTools: (viewer) => listTools(toView(viewer), shared),
    findLack: (call, viewer) => {
      const { principal, ceiling, tools } = toView(viewer);
      const lack = shared.registry.findLack(call, principal, tools);
      return lack !== undefined && allowsAccess(ceiling, lack.access) ? lack : undefined;
    },
    prepare: prepareTools,
    direct: createDirectAnswers(shared),
  };
}

function toView(viewer: View | Principal): View {
  return "principal" in viewer ? viewer : toWholeView(viewer);
}
