import type { Caller } from "../gate/caller.ts";
import type { JsonObject } from "../gate/fields.ts";
import type { OperationFacts } from "./read-catalogue.ts";

/** A file of a form. */
export interface SentFile {
  /** The field that it came in. */
  readonly field: string;
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** What a request carries, read by its content type alone. */
export interface SentBody {
  /** Absent where the request has no body. */
  readonly contentType?: string;
  /** A JSON value, or the fields of a form as texts; undefined where there is no body. */
  readonly value: unknown;
  readonly files: readonly SentFile[];
}

/** A request for an operation, before it is judged. */
export interface OperationCall {
  readonly facts: OperationFacts;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  /** Every value that a name has in the query. */
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly body: SentBody;
}

/** The body as an object; empty where it is anything else. */
export const bodyFields = ({ value }: SentBody): JsonObject =>
  // A JSON object has text keys; what is behind them is unknown either way.
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
