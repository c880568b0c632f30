import type { ConnectionId, LocationId, OperationId } from "../core/ids.ts";
import type { Result } from "../core/result.ts";
import type { GhlFailure } from "./errors.ts";

/** One call of an operation. Wire names of parameters and body fields, as the catalogue has them. */
export interface GhlCall {
  readonly operation: OperationId;
  /** Path, query and header parameters by their wire name. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  readonly connectionId: ConnectionId;
  /** The location to act in: injected wherever the operation wants it. */
  readonly locationId?: LocationId | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Who the call is for, such as a grant: where calls have to wait, the keys take turns. Calls without
   * one share a line.
   */
  readonly fairnessKey?: string;
  /** What the call may take in all, waits and repeats included. 30,000 unless said; 120,000 for uploads. */
  readonly deadlineMs?: number;
}

/** A successful answer: the parsed JSON body, or undefined where there was none. */
export interface GhlAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The API client. Knows nothing of OAuth or MCP. */
export interface GhlClient {
  call(call: GhlCall): Promise<Result<GhlAnswer, GhlFailure>>;
}
