import type { z } from "zod";
import { tryParseJson } from "../../core/json.ts";
import { addSeconds, type Clock, type EpochSeconds } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { hashToken } from "../../crypto/hash.ts";
import type { RecordStore } from "../../storage/record-store.ts";
import type { OAuthFailure } from "../failure.ts";
import { instantField } from "../record-fields.ts";
import { createRecordTable, type RecordTable } from "../record-table.ts";
import { toFreshSeconds } from "./cache-policy.ts";
import { isPrivateKey, keySetSchema, type ClientKey } from "./client-keys.ts";
import type { DocumentFetcher } from "./document-fetcher.ts";
import { parseDocumentUrl } from "./document-url.ts";
import {
  type FetchBudget,
  type FetchLimit,
  type FetchShare,
  NO_FETCH_LIMIT,
} from "./fetch-budget.ts";
import { createSharedFetches } from "./shared-fetches.ts";

const STALE_SECONDS = 24 * 3600;
/** A key that is not known yet is looked for again, but not more often than this. */
const RENEW_AFTER_SECONDS = 60;
const RETRY_AFTER_SECONDS = 30;

/** The keys of clients that name an address for them (`jwks_uri`, RFC 7591 §2). */
export interface KeySets {
  /**
   * The keys at an address. With `renew`, a copy older than a minute is not good enough: clients
   * replace their keys. An address that must not be fetched, or that holds no public keys, fails as
   * `client_authentication`; one that does not answer, as a passing failure.
   */
  find(
    uri: string,
    options?: { readonly renew?: boolean; readonly limit?: FetchLimit },
  ): Promise<Result<readonly ClientKey[], OAuthFailure>>;
}

/** Reads none: for a server that fetches nothing. */
export const NO_KEY_SETS: KeySets = { find: () => Promise.resolve(unusable()) };

/** What reading key sets needs. */
export interface KeySetDeps {
  readonly fetcher: DocumentFetcher;
  readonly budget: FetchBudget;
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly log: Logger;
}

const cachedSchema = keySetSchema.extend({ fetchedAt: instantField, freshUntil: instantField });

type Cached = Readonly<z.infer<typeof cachedSchema>>;
type Fetched = Result<readonly ClientKey[], OAuthFailure>;
interface Tools extends KeySetDeps {
  readonly table: RecordTable<Cached>;
}

/** Reads key sets as metadata documents are read: guarded, budgeted, cached, a day stale at most. */
export const createKeySets = (deps: KeySetDeps): KeySets => {
  const tools: Tools = {
    ...deps,
    table: createRecordTable(deps.store, "client_keys", cachedSchema),
  };
  const fetchOnce = createSharedFetches<readonly ClientKey[]>(deps.budget);

  return {
    find: async (uri, { renew = false, limit = NO_FETCH_LIMIT } = {}) => {
      const url = parseDocumentUrl(uri);
      if (!(url instanceof URL)) return unusable();
      const cached = (await tools.table.find(hashToken(uri)))?.value;
      const fetchFrom = (share: FetchShare): Promise<Fetched> =>
        fetchOnce({ address: uri, url, share, limit }, () => fetchKeys(tools, uri, url));
      if (cached === undefined) return fetchFrom("stranger");
      if (isGoodEnough(cached, renew, deps.clock.nowSeconds())) return ok(cached.keys);
      const fetched = await fetchFrom("known");
      return fetched.ok || fetched.failure.kind === "client_authentication"
        ? fetched
        : ok(cached.keys);
    },
  };
};

const isGoodEnough = (cached: Cached, renew: boolean, now: EpochSeconds): boolean =>
  cached.freshUntil > now && !(renew && now - cached.fetchedAt >= RENEW_AFTER_SECONDS);

const fetchKeys = async (tools: Tools, uri: string, url: URL): Promise<Fetched> => {
  const answer = await tools.fetcher.fetch(url);
  if (!answer.ok || answer.value.status !== 200) {
    const reason = answer.ok ? answer.value.status : answer.failure.kind;
    tools.log.info("keys of a client not had", { keysHost: url.host, reason });
    if (reason === "forbidden") return unusable();
    return fail({ kind: "client_document_unavailable", retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  const set = keySetSchema.safeParse(tryParseJson(answer.value.body));
  if (!set.success || set.data.keys.some(isPrivateKey)) return unusable();
  const fetchedAt = tools.clock.nowSeconds();
  const freshSeconds = toFreshSeconds(answer.value.headers["cache-control"]);
  const freshUntil = addSeconds(fetchedAt, freshSeconds);
  await tools.table.write(
    hashToken(uri),
    { keys: set.data.keys, fetchedAt, freshUntil },
    { expiresAt: addSeconds(freshUntil, STALE_SECONDS) },
  );
  return ok(set.data.keys);
};

const unusable = (): Result<never, OAuthFailure> =>
  fail({ kind: "client_authentication", basic: false, problem: "unusable_keys" });
