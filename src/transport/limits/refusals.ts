import { errorResponse, type ErrorText } from "../responses.ts";
import type { Wait } from "./rate-limiter.ts";

/** What whoever comes too often is told (RFC 6585 §4). */
export const TOO_MANY_REQUESTS = {
  status: 429,
  error: "temporarily_unavailable",
  description: "too many requests, wait as long as Retry-After says and try again",
  page: {
    title: "Too many requests",
    text: "More requests came from your network than this server takes at once.",
    advice: "Wait a moment, then go back to the application and connect again.",
  } satisfies ErrorText,
} as const;

/** The answer of a machine endpoint: an OAuth error, because that is what clients read (attack case D05). */
export const tooManyRequests = (wait: Wait): Response =>
  addRetryAfter(
    errorResponse(TOO_MANY_REQUESTS.status, TOO_MANY_REQUESTS.error, TOO_MANY_REQUESTS.description),
    wait,
  );

/** Says when to come back. */
export const addRetryAfter = (response: Response, wait: Wait): Response => {
  response.headers.set("retry-after", String(wait.retryAfterSeconds));
  return response;
};
