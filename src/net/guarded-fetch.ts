import type { HttpFailure } from "../core/http-client.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type GuardedRefusal, type GuardedSettings, sendGuarded } from "./guarded-exchange.ts";

/** A document that a URL given by a client led to. Header names are lower case. */
export interface GuardedDocument {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty unless the status is 200. */
  readonly body: string;
}

/** Why no document was had. `forbidden` means that no packet was sent to the target. */
export type GuardedFetchFailure = HttpFailure | GuardedRefusal;

/** How to reach the network, and for how long and how much. */
export interface GuardedFetchSettings extends GuardedSettings {
  /** From the call to the last byte. Default 4,000 ms. */
  readonly timeoutMs?: number;
  /** The most bytes of body. Default 10,240. */
  readonly maxBytes?: number;
}

/** Fetches documents from URLs that strangers name. */
export interface GuardedFetch {
  fetch(url: URL, signal?: AbortSignal): Promise<Result<GuardedDocument, GuardedFetchFailure>>;
}

/**
 * Creates a fetcher of small documents (draft-ietf-oauth-client-id-metadata-document §6.5): guarded as
 * {@link sendGuarded} says, redirects not followed, one deadline over the whole exchange.
 */
export function createGuardedFetch(settings: GuardedFetchSettings = {}): GuardedFetch {
  const { timeoutMs = 4_000, maxBytes = 10_240 } = settings;
  return {
    fetch: async (url, callerSignal) => {
      const deadline = AbortSignal.timeout(timeoutMs);
      const signal =
        callerSignal === undefined ? deadline : AbortSignal.any([deadline, callerSignal]);
      try {
        const answer = await sendGuarded({ url, headers: HEADERS, maxBytes, signal, settings });
        if (!answer.ok) return answer;
        const { status, headers, bytes } = answer.value;
        return ok({ status, headers, body: Buffer.from(bytes).toString("utf8") });
      } catch (cause) {
        if (callerSignal?.aborted === true) return fail({ kind: "aborted" });
        return fail(
          deadline.aborted ? { kind: "timeout", timeoutMs } : { kind: "unreachable", cause },
        );
      }
    },
  };
}

const HEADERS = { accept: "application/json", "user-agent": "ghl-mcp (client metadata)" };
