import type { Result } from "./result.ts";

/** One outgoing request. Every call has a time limit and a byte limit. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | FormData | undefined;
  readonly signal?: AbortSignal | undefined;
  /** From the call to the last byte of the answer. */
  readonly timeoutMs: number;
  /** The most bytes of body to take in, decoded. */
  readonly maxBytes: number;
}

/** An answer of any status. Header names are lower case. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Why no answer came. `cause` is for the log, never for the wire. */
export type HttpFailure =
  | { readonly kind: "timeout"; readonly timeoutMs: number }
  | { readonly kind: "aborted" }
  | { readonly kind: "too_large"; readonly maxBytes: number }
  | { readonly kind: "unreachable"; readonly cause: unknown };

/** The only door to the network for outgoing calls. Redirects are never followed. */
export interface HttpClient {
  /** Sends one request. Fails with a value when no complete answer came; never throws for that. */
  send(request: HttpRequest): Promise<Result<HttpResponse, HttpFailure>>;
  /** Loads what the first request would load, for a server that has nobody to answer yet. Absent: nothing. */
  open?(): Promise<void>;
  /** Closes idle connections. */
  close(): Promise<void>;
}
