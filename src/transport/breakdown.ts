import { isStoreAway } from "../core/errors.ts";
import type { ErrorText } from "./responses.ts";

/** What goes out when a request met a bug or broken infrastructure; the detail is in the log only. */
export interface Breakdown {
  readonly status: 500 | 503;
  readonly error: "server_error" | "temporarily_unavailable";
  readonly description: string;
  readonly page: ErrorText;
  readonly retryAfterSeconds?: number;
}

/** Tells a store that is away for now from everything else. */
export const describeBreakdown = (error: unknown, requestId: string): Breakdown =>
  isStoreAway(error)
    ? {
        status: 503,
        error: "temporarily_unavailable",
        description: `the server cannot reach its store, request id ${requestId}`,
        page: {
          title: "Not available right now",
          text: "This server cannot reach its store.",
          advice: "Try again in a moment.",
        },
        retryAfterSeconds: 5,
      }
    : {
        status: 500,
        error: "server_error",
        description: `the server failed, its log says why under request id ${requestId}`,
        page: {
          title: "Something went wrong here",
          text: "The fault is in this server, not in what you did.",
          advice: "Try again, and tell whoever runs this server if it happens once more.",
        },
      };
