import type { Connection, LocationSummary } from "../core/connection.ts";
import type { Clock } from "../core/clock.ts";
import type { LocationId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { Metrics } from "../core/metrics.ts";
import type { Tracing } from "../core/tracing.ts";
import type { Principal } from "../core/principal.ts";
import { type Result, ok } from "../core/result.ts";
import { type Soon, whenThere } from "../core/soon.ts";
import type { GhlAnswer } from "../ghl/call.ts";
import type { GhlApiClient } from "../ghl/client.ts";
import type { GhlFailure } from "../ghl/errors.ts";
import type { OperationContext, Progress, ServerFacts } from "./context.ts";
import type { Dialogue } from "./dialogue.ts";
import { isQuestion } from "./dialogue.ts";
import type { ErrorTextOptions } from "./errors.ts";
import type { ToolFailure } from "./failure.ts";
import { LOCATIONS_ARGUMENT, LOCATION_ARGUMENT } from "./location-fields.ts";
import { chooseLocation, chooseLocations } from "./pin-location.ts";
import type { ConfirmationKeeper, ConnectionDirectory } from "./ports.ts";
import type { GrantedTool } from "./registry.ts";
import type { PreparedCall, ToolOutcome } from "./tool.ts";
import { holdsTime } from "./place-times.ts";
import type { Zones } from "./zones.ts";
import { wrongArgument } from "./wrong-argument.ts";

/** What tool calls need from the rest of the program. */
export interface CallDeps {
  readonly ghl: Pick<GhlApiClient, "call" | "rateLimits">;
  readonly connections: ConnectionDirectory;
  readonly confirmations: ConfirmationKeeper;
  readonly zones: Zones;
  readonly clock: Clock;
  readonly log: Logger;
  readonly server: ServerFacts;
  readonly errorText: ErrorTextOptions;
  /** Counts calls. Absent: nobody does. */
  readonly metrics?: Pick<Metrics, "toolCall">;
  /** Follows calls. Absent: nobody does. */
  readonly tracing?: Tracing;
}

/** One call, as a client made it. */
export interface ToolCall {
  readonly granted: GrantedTool;
  /** Its arguments, checked. */
  readonly prepared: PreparedCall;
  readonly principal: Principal;
  /** The only location of the principal; undefined when it has several, or none. */
  readonly pinned: LocationId | undefined;
  readonly signal: AbortSignal;
  readonly dialogue: Dialogue;
  progress(progress: Progress): Promise<void>;
}

/**
 * Runs a tool whose arguments passed: settles the location within the grant, then lets the tool work.
 * Nothing is asked of GoHighLevel before that is done. Times of a result belong to the location's zone.
 */
export function callTool(call: ToolCall, deps: CallDeps): Soon<PlacedOutcome> {
  return whenThere(settlePlace(call, deps), (place): Soon<PlacedOutcome> => {
    if (!place.ok) return { outcome: place };
    return whenThere(findConnection(call.granted, call.principal, deps), (connection) => {
      const context = toContext(call, { ...place.value, connection }, deps);
      return whenThere(call.prepared.run(context), (outcome) =>
        whenThere(findZone(outcome, context, deps), (zone) => ({ outcome, zone })),
      );
    });
  });
}

/** The zone that the times of an outcome are shown in. It is asked for only where there is a time. */
function findZone(
  outcome: ToolOutcome,
  { location, principal, zoneOf }: OperationContext,
  { zones }: CallDeps,
): Soon<string | undefined> {
  if (!outcome.ok || location === undefined || isQuestion(outcome.value)) return undefined;
  const known = zones.peek(location, principal);
  if (known !== undefined) return known;
  return holdsTime(outcome.value) ? zoneOf(location) : undefined;
}

/** What came of a call, and the zone of the location that it was about. */
export interface PlacedOutcome {
  readonly outcome: ToolOutcome;
  readonly zone?: string | undefined;
}

interface Place {
  readonly location: LocationId | undefined;
  readonly locations: readonly LocationSummary[] | undefined;
}

const NOWHERE: Place = { location: undefined, locations: undefined };

function settlePlace(call: ToolCall, deps: CallDeps): Soon<Result<Place, ToolFailure>> {
  const { granted, pinned } = call;
  if (granted.tool.target === "grant") return ok(NOWHERE);
  if (pinned !== undefined) return ok({ ...NOWHERE, location: pinned });
  return choosePlace(call, deps);
}

async function choosePlace(
  { granted, prepared, principal, signal }: ToolCall,
  { connections }: CallDeps,
): Promise<Result<Place, ToolFailure>> {
  const { location, locations } = prepared;
  if (locations !== undefined && location !== undefined) {
    return wrongArgument(
      LOCATIONS_ARGUMENT,
      `must not be given together with ${LOCATION_ARGUMENT}`,
    );
  }
  if (locations !== undefined) {
    const chosen = await chooseLocations(locations, principal, { connections, signal });
    return chosen.ok ? ok({ ...NOWHERE, locations: chosen.value }) : chosen;
  }
  if (location !== undefined) {
    const chosen = await chooseLocation(location, principal, { connections, signal });
    return chosen.ok ? ok({ ...NOWHERE, location: chosen.value }) : chosen;
  }
  return granted.tool.target === "operation"
    ? ok(NOWHERE)
    : wrongArgument(LOCATION_ARGUMENT, "is required");
}

/** Binds GoHighLevel calls to the connection, the location and the signal of this one tool call. */
function toContext(
  call: ToolCall,
  place: Place & Pick<OperationContext, "connection">,
  deps: CallDeps,
): OperationContext {
  const { principal, signal } = call;
  const { connections, confirmations, clock, server, errorText, ghl } = deps;
  return {
    principal,
    connections,
    confirmations,
    clock,
    server,
    errorText,
    signal,
    dialogue: call.dialogue,
    progress: call.progress,
    rateLimits: () => ghl.rateLimits(),
    zoneOf: (location) => deps.zones.find(location, principal, signal),
    connection: place.connection,
    location: place.location,
    locations: place.locations,
    callIn: (at, { parameters, body } = {}) =>
      ghl
        .call({
          operation: at.operation,
          connectionId: principal.connectionId,
          fairnessKey: principal.grantId,
          signal: at.signal === undefined ? signal : AbortSignal.any([signal, at.signal]),
          ...(at.location !== undefined && { locationId: at.location }),
          parameters,
          body,
        })
        .then(toBody),
  };
}

function toBody(answer: Result<GhlAnswer, GhlFailure>): Result<unknown, GhlFailure> {
  return answer.ok ? ok(answer.value.body) : answer;
}

/** Only tools that run any operation look at the kind of the connection: one read of the store less. */
function findConnection(
  { tool }: GrantedTool,
  { connectionId }: Principal,
  { connections }: CallDeps,
): Soon<Connection | undefined> {
  return tool.target === "operation" ? connections.findConnection(connectionId) : undefined;
}
