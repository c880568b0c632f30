import type { Clock } from "../core/clock.ts";
import type { Connection, LocationSummary } from "../core/connection.ts";
import type { LocationId, OperationId } from "../core/ids.ts";
import { toOperationId } from "../core/ids.ts";
import type { Principal } from "../core/principal.ts";
import type { Result } from "../core/result.ts";
import type { Soon } from "../core/soon.ts";
import type { GhlFailure } from "../ghl/errors.ts";
import type { RateSnapshot } from "../ghl/governor.ts";
import type { Dialogue } from "./dialogue.ts";
import type { ErrorTextOptions } from "./errors.ts";
import type { ConfirmationKeeper, ConnectionDirectory } from "./ports.ts";

/** What a call of GoHighLevel needs besides the principal, which is bound already. */
export interface ContextCall {
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** How far long work has come. */
export interface Progress {
  readonly done: number;
  readonly total?: number;
  /** A few words; never personal data. */
  readonly message?: string;
}

/** What the tools may know of the server itself. */
export interface ServerFacts {
  readonly version: string;
  readonly mode: "sandbox" | "live";
  /** The scopes that this server asks GoHighLevel for; empty where it does not ask. */
  readonly scopes: readonly string[];
}

/** What a tool of the whole grant works with. */
export interface GrantContext {
  readonly principal: Principal;
  readonly connections: ConnectionDirectory;
  readonly clock: Clock;
  readonly server: ServerFacts;
  readonly errorText: ErrorTextOptions;
  /** Aborts when the client cancels or leaves. */
  readonly signal: AbortSignal;
  /** What is left of GoHighLevel's rate budgets, those of other grants included. */
  rateLimits(): readonly RateSnapshot[];
  /** Tells the client how far the call has come; nothing happens where it did not ask for it. */
  progress(progress: Progress): Promise<void>;
  /** The time zone of a location, where it can be learnt. */
  zoneOf(location: LocationId): Soon<string | undefined>;
  /** What can be asked of the person, and what they answered (confirm.ts). */
  readonly dialogue: Dialogue;
  readonly confirmations: ConfirmationKeeper;
}

/** What a tool that works in one location works with. */
export interface LocationContext extends GrantContext {
  /** The location that was settled for this call; it lies within the grant. */
  readonly location: LocationId;
  /** Calls an operation of the catalogue in that location; gives the parsed body. */
  call(operation: string, call?: ContextCall): Promise<Result<unknown, GhlFailure>>;
}

/** Where one call of an operation goes. */
export interface CallPlace {
  /** Undefined: the company as a whole, where the operation is one of a company. */
  readonly location: LocationId | undefined;
  readonly operation: OperationId;
  /** Ends this call alone; the client's own cancellation ends it as well. */
  readonly signal?: AbortSignal;
}

/** What a tool that runs any operation works with. */
export interface OperationContext extends GrantContext {
  /** The connection of the grant; undefined when it is gone. */
  readonly connection: Connection | undefined;
  /** The location that was settled; undefined where the grant has several and none was named. */
  readonly location: LocationId | undefined;
  /** The locations to go over, in order, where several were asked for. */
  readonly locations: readonly LocationSummary[] | undefined;
  callIn(place: CallPlace, call?: ContextCall): Promise<Result<unknown, GhlFailure>>;
}

/** The context of a tool that works in one location; its location has been settled. */
export function toLocationContext(context: OperationContext): LocationContext {
  const { location } = context;
  if (location === undefined) throw new Error("a tool of one location runs without a location");
  return {
    ...context,
    location,
    call: (operation, call) =>
      context.callIn({ location, operation: toOperationId(operation) }, call),
  };
}
