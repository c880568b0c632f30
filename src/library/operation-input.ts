import type { GhlCall } from "../ghl/call.ts";
import type { GhlListings, GhlOperations } from "./generated/operations.ts";

/** What may be said of any call, whatever its operation. */
export interface GhlCallOptions extends Pick<GhlCall, "signal" | "fairnessKey" | "deadlineMs"> {
  /** The location to act in, where it is not the client's own. */
  readonly locationId?: string;
}

/** The id of an operation. */
export type GhlOperationId = keyof GhlOperations;

/** The id of an operation that lists records in pages. */
export type GhlListingId = keyof GhlListings;

/** What a call of one operation takes. */
export type GhlInput<Id extends GhlOperationId> = GhlOperations[Id] & GhlCallOptions;

/** What a listing of one operation takes: its paging parameters are filled in. */
export type GhlListingInput<Id extends GhlListingId> = GhlListings[Id] & GhlCallOptions;

/** The input and what follows it; the input may be left out where nothing in it is required. */
export type InputThen<Input, Rest extends readonly unknown[] = []> =
  Record<never, never> extends Input ? [input?: Input, ...Rest] : [input: Input, ...Rest];

/** What a call takes whose operation is known only while the program runs. Checked when it is made. */
export interface GhlCallInput extends GhlCallOptions, Pick<GhlCall, "parameters" | "body"> {}
