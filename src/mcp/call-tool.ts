import type { Clock } from "../core/clock.ts";
import type { LocationId } from "../core/ids.ts";
import { toOperationId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { GhlClient } from "../ghl/call.ts";
import type { ErrorTextOptions } from "./errors.ts";
import type { ToolFailure } from "./failure.ts";
import { LOCATION_ARGUMENT, chooseLocation } from "./pin-location.ts";
import type { ConnectionDirectory } from "./ports.ts";
import type { GrantedTool } from "./registry.ts";
import type { GrantContext, LocationContext, PreparedCall, ToolOutput } from "./tool.ts";

/** What tool calls need from the rest of the program. */
export interface CallDeps {
  readonly ghl: GhlClient;
  readonly connections: ConnectionDirectory;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  readonly mode: "sandbox" | "live";
  readonly errorText: ErrorTextOptions;
}

/** One call, as a client made it. */
export interface ToolCall {
  readonly granted: GrantedTool;
  readonly rawArguments: unknown;
  readonly principal: Principal;
  /** The only location of the principal; undefined when it has several, or none. */
  readonly pinned: LocationId | undefined;
  readonly signal: AbortSignal;
}

/**
 * Runs a tool: checks the arguments, settles the location within the grant, then lets the tool work.
 * Nothing is asked of GoHighLevel before both are done.
 */
export async function callTool(
  call: ToolCall,
  deps: CallDeps,
): Promise<Result<ToolOutput, ToolFailure>> {
  const { granted, rawArguments, principal, signal } = call;
  const prepared = granted.variant.prepare(rawArguments);
  if (!prepared.ok) return fail({ kind: "invalid_arguments", problems: prepared.failure });
  const location = await settleLocation(call, prepared.value, deps);
  if (!location.ok) return location;
  const context: GrantContext = {
    principal,
    connections: deps.connections,
    clock: deps.clock,
    server: { version: deps.version, mode: deps.mode },
    errorText: deps.errorText,
    signal,
  };
  return prepared.value.run(inLocation(context, location.value, deps.ghl));
}

async function settleLocation(
  { granted, principal, pinned, signal }: ToolCall,
  prepared: PreparedCall,
  { connections }: CallDeps,
): Promise<Result<LocationId | undefined, ToolFailure>> {
  if (granted.tool.target === "grant") return ok(undefined);
  if (pinned !== undefined) return ok(pinned);
  if (prepared.location !== undefined) {
    return chooseLocation(prepared.location, principal, { connections, signal });
  }
  return fail({
    kind: "invalid_arguments",
    problems: [{ argument: LOCATION_ARGUMENT, problem: "is required" }],
  });
}

/** Binds GoHighLevel calls to the connection, the location and the signal of this one tool call. */
function inLocation(
  context: GrantContext,
  location: LocationId | undefined,
  ghl: GhlClient,
): LocationContext {
  const { principal, signal } = context;
  return {
    ...context,
    get location(): LocationId {
      if (location === undefined) throw new Error("a tool of the whole grant has no location");
      return location;
    },
    call: async (operation, { parameters, body } = {}) => {
      const answer = await ghl.call({
        operation: toOperationId(operation),
        connectionId: principal.connectionId,
        fairnessKey: principal.grantId,
        signal,
        ...(location === undefined ? {} : { locationId: location }),
        ...(parameters === undefined ? {} : { parameters }),
        ...(body === undefined ? {} : { body }),
      });
      return answer.ok ? ok(answer.value.body) : answer;
    },
  };
}
