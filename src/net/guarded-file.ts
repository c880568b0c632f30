import type {
  FetchedFile,
  FetchFileFailure,
  FetchFileOptions,
  FileSource,
} from "../core/file-source.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type GuardedAnswer, type GuardedSettings, sendGuarded } from "./guarded-exchange.ts";
import { createSpoolRoom, NoRoomError, type Spool, type SpoolRoom } from "./spool.ts";

const TIMEOUT_MS = 120_000;
const MAX_REDIRECTS = 3;

interface Fetching {
  readonly settings: GuardedSettings;
  readonly signal: AbortSignal;
  readonly maxBytes: (headers: Readonly<Record<string, string>>) => number;
  readonly spool: Spool;
}

/**
 * Creates a fetcher of files: guarded as {@link sendGuarded} says, at most three redirects, each under
 * the same rules, one deadline over all. Unlike the fetcher of documents it keeps the bytes as they
 * are, and those of a large file on the disk (spool.ts), so that no upload fills the memory.
 */
export const createGuardedFileFetch = (
  settings: GuardedSettings & { readonly timeoutMs?: number; readonly room?: SpoolRoom } = {},
): FileSource => {
  const room = settings.room ?? createSpoolRoom();
  return {
    fetchFile: async (url, options) => {
      const spool = room.open();
      const fetched = await attempt({ settings, spool }, url, options);
      if (!fetched.ok) await spool.discard();
      return fetched;
    },
  };
};

const attempt = async (
  deps: {
    readonly settings: GuardedSettings & { readonly timeoutMs?: number };
    readonly spool: Spool;
  },
  url: URL,
  { maxBytesOf, signal: callerSignal, timeoutMs = TIMEOUT_MS }: FetchFileOptions,
): Promise<Result<FetchedFile, FetchFileFailure>> => {
  const deadline = AbortSignal.timeout(Math.min(timeoutMs, deps.settings.timeoutMs ?? TIMEOUT_MS));
  const signal = callerSignal === undefined ? deadline : AbortSignal.any([deadline, callerSignal]);
  try {
    const maxBytes: Fetching["maxBytes"] = (headers) => maxBytesOf(toMediaType(headers));
    return await follow({ ...deps, signal, maxBytes }, url);
  } catch (error) {
    // Whatever else broke on the way says nothing that the caller could use, or should see.
    if (callerSignal?.aborted === true) return fail({ kind: "aborted" });
    if (error instanceof NoRoomError || isDiskFull(error)) return fail({ kind: "no_room" });
    return fail({ kind: deadline.aborted ? "timeout" : "unreachable" });
  }
};

const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");

const follow = async (
  fetching: Fetching,
  first: URL,
): Promise<Result<FetchedFile, FetchFileFailure>> => {
  const { spool } = fetching;
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const answer = await sendGuarded({ ...fetching, url, headers: HEADERS, take: spool.take });
    if (!answer.ok) return fail({ kind: answer.failure.kind });
    if (answer.value.status === 200) return ok(await toFile(answer.value, spool));
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

const toFile = async ({ headers }: GuardedAnswer, spool: Spool): Promise<FetchedFile> => {
  const contentType = toMediaType(headers);
  const content = await spool.finish();
  return { content, release: spool.discard, ...(contentType !== undefined && { contentType }) };
};

const toMediaType = (headers: Readonly<Record<string, string>>): string | undefined => {
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  return /^[\w.+-]+\/[\w.+-]+$/u.test(type) ? type : undefined;
};
