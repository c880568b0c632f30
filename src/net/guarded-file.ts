import type { FetchedFile, FetchFileFailure, FileSource } from "../core/file-source.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type GuardedAnswer, type GuardedSettings, sendGuarded } from "./guarded-exchange.ts";

const TIMEOUT_MS = 60_000;
const MAX_REDIRECTS = 3;

interface Fetching {
  readonly settings: GuardedSettings;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
}

/**
 * Creates a fetcher of files: guarded as {@link sendGuarded} says, at most three redirects, each under
 * the same rules, one deadline over all. Unlike the fetcher of documents it keeps the bytes as they are.
 */
export const createGuardedFileFetch = (
  settings: GuardedSettings & { readonly timeoutMs?: number } = {},
): FileSource => ({
  fetchFile: async (url, { maxBytes, signal: callerSignal }) => {
    const deadline = AbortSignal.timeout(settings.timeoutMs ?? TIMEOUT_MS);
    const signal =
      callerSignal === undefined ? deadline : AbortSignal.any([deadline, callerSignal]);
    try {
      return await follow({ settings, signal, maxBytes }, url);
    } catch {
      // Whatever broke on the way says nothing that the caller could use, or should see.
      if (callerSignal?.aborted === true) return fail({ kind: "aborted" });
      return fail({ kind: deadline.aborted ? "timeout" : "unreachable" });
    }
  },
});

const follow = async (
  fetching: Fetching,
  first: URL,
): Promise<Result<FetchedFile, FetchFileFailure>> => {
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const answer = await sendGuarded({ ...fetching, url, headers: HEADERS });
    if (!answer.ok) return fail({ kind: answer.failure.kind });
    if (answer.value.status === 200) return ok(toFile(answer.value));
    const next = readRedirect(answer.value, url);
    if (next === undefined) break;
    url = next;
  }
  return fail({ kind: "refused" });
};

const HEADERS = { "user-agent": "ghl-mcp (uploads)" };

const readRedirect = ({ status, headers }: GuardedAnswer, from: URL): URL | undefined => {
  const { location } = headers;
  const isRedirect = [301, 302, 303, 307, 308].includes(status) && location !== undefined;
  return isRedirect && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
};

const toFile = ({ bytes, headers }: GuardedAnswer): FetchedFile => {
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  return { bytes, ...(/^[\w.+-]+\/[\w.+-]+$/u.test(type) && { contentType: type }) };
};
