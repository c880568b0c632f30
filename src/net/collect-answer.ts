import type * as Undici from "undici";
import { createBatch } from "../core/batch.ts";
import type { HttpRequest } from "../core/http-client.ts";
import { joinChunks } from "../core/join-chunks.ts";

/** An answer as it came: its body still packed. Header names are lower case. */
export interface CollectedAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly bytes: Buffer;
}

/** How a request ended without an answer. */
export type Uncollected =
  | { readonly kind: "aborted" | "timeout" | "too_large" }
  | { readonly kind: "broken"; readonly cause: unknown };

/** What is sent, how long its answer may take, and how many bytes of it are taken in. */
export interface Collecting extends Pick<HttpRequest, "signal" | "timeoutMs"> {
  readonly options: Undici.Dispatcher.DispatchOptions;
  readonly maxBytes: number;
}

const takeUp = createBatch();

/**
 * Sends one request and holds its answer until it is whole. It listens to the dispatcher itself: a
 * stream for the body, a pipeline over it and two composed signals cost more than the request. Settles
 * at once when the caller aborts or the time is over, also where the request still waits for a
 * connection; it is never sent then. Tells once how it ended.
 */
export const collectAnswer = (
  agent: Undici.Dispatcher,
  { options, signal, timeoutMs, maxBytes }: Collecting,
  onEnd: (outcome: CollectedAnswer | Uncollected) => void,
): void => {
  const chunks: Buffer[] = [];
  const answer = { status: 0, headers: {} as Record<string, string> };
  let controller: Undici.Dispatcher.DispatchController | undefined;
  let settled = false;
  let size = 0;
  const settle = (outcome: CollectedAnswer | Uncollected): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    if ("kind" in outcome) onEnd(outcome);
    else takeUp(() => onEnd(outcome));
  };
  const giveUp = (kind: "aborted" | "timeout" | "too_large"): void => {
    settle({ kind });
    controller?.abort(new Error(kind));
  };
  const onAbort = (): void => giveUp("aborted");
  const timer = setTimeout(giveUp, timeoutMs, "timeout");
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted === true) return onAbort();
  agent.dispatch(options, {
    onRequestStart: (started) => {
      controller = started;
      if (settled) started.abort(new Error("given up"));
    },
    onResponseStart: (_controller, status, headers) => {
      if (status < 200) return;
      answer.status = status;
      answer.headers = joinHeaders(headers);
    },
    onResponseData: (_controller, chunk) => {
      size += chunk.byteLength;
      if (size > maxBytes) giveUp("too_large");
      else chunks.push(chunk);
    },
    onResponseEnd: () => settle({ ...answer, bytes: joinChunks(chunks) }),
    onResponseError: (_controller, cause) => settle({ kind: "broken", cause }),
  });
};

/** The headers are those of this answer alone, so that they may be changed where they are. */
const joinHeaders = (
  headers: Record<string, string | string[] | undefined>,
): Record<string, string> => {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(", ");
  }
  return headers as Record<string, string>;
};
