import { z } from "zod";
import { addSeconds, type Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { hashToken } from "../../crypto/hash.ts";
import type { RecordStore } from "../../storage/record-store.ts";
import type { OAuthFailure } from "../failure.ts";
import { clientIdField, instantField } from "../record-fields.ts";
import { createRecordTable, type RecordTable } from "../record-table.ts";
import { toFreshSeconds } from "./cache-policy.ts";
import type { Client, ClientSource } from "./client.ts";
import { checkClientDocument } from "./client-document.ts";
import { clientKeysSchema } from "./client-keys.ts";
import type { DocumentFetcher } from "./document-fetcher.ts";
import { parseDocumentUrl } from "./document-url.ts";
import {
  createFetchBudget,
  type FetchBudget,
  type FetchLimit,
  NO_FETCH_LIMIT,
} from "./fetch-budget.ts";
import { createSharedFetches } from "./shared-fetches.ts";

/** How long an outdated copy still serves while it cannot be read again. */
const STALE_SECONDS = 24 * 3600;

/** What reading metadata documents needs. */
export interface MetadataDocumentDeps {
  readonly fetcher: DocumentFetcher;
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** The only hosts to read documents from; absent for all. */
  readonly allowedHosts?: readonly string[];
  /** Shared with others that fetch on behalf of strangers. Absent: one of its own. */
  readonly budget?: FetchBudget;
}

const cachedSchema = z.object({
  client: z.object({
    id: clientIdField,
    name: z.string().exactOptional(),
    host: z.string(),
    redirectUris: z.array(z.string()).readonly(),
    signing: z.object({ keys: clientKeysSchema, required: z.boolean() }).exactOptional(),
  }),
  freshUntil: instantField,
});

type Cached = Readonly<z.infer<typeof cachedSchema>>;
interface Tools extends MetadataDocumentDeps {
  readonly table: RecordTable<Cached>;
}

/**
 * The clients that describe themselves in a document at their `client_id` (CIMD). Documents are cached
 * in the store, errors are not; a copy that went stale serves another day while it cannot be read again,
 * and is read again from a share of the budget that strangers have no part in. A client of which no copy
 * is left, because nobody asked for it or its host did not answer for that long, is a stranger like any
 * other. One fetch per document at a time.
 */
export const createMetadataDocumentClients = (deps: MetadataDocumentDeps): ClientSource => {
  const tools: Tools = {
    ...deps,
    table: createRecordTable(deps.store, "client_document", cachedSchema),
  };
  const fetchOnce = createSharedFetches<Client>(deps.budget ?? createFetchBudget(deps));

  const findByUrl = async (
    clientId: string,
    url: URL,
    limit: FetchLimit,
  ): Promise<Result<Client, OAuthFailure>> => {
    const cached = (await tools.table.find(hashToken(clientId)))?.value;
    if (cached !== undefined && cached.freshUntil > deps.clock.nowSeconds()) {
      return ok(cached.client);
    }
    const share = cached === undefined ? "stranger" : "known";
    const fetched = await fetchOnce({ address: clientId, url, share, limit }, () =>
      fetchClient(tools, clientId, url),
    );
    const isStaleGood = cached !== undefined && !fetched.ok && isPassing(fetched.failure);
    return isStaleGood ? ok(cached.client) : fetched;
  };

  return {
    kind: "metadata_document",
    find: async (clientId, limit = NO_FETCH_LIMIT) => {
      const url = parseDocumentUrl(clientId);
      if (url === undefined) return ok(undefined);
      if (url === "forbidden" || !(deps.allowedHosts?.includes(url.host) ?? true)) {
        return fail({ kind: "client_document", problem: "url" });
      }
      return findByUrl(clientId, url, limit);
    },
  };
};

const fetchClient = async (
  tools: Tools,
  clientId: string,
  url: URL,
): Promise<Result<Client, OAuthFailure>> => {
  const answer = await tools.fetcher.fetch(url);
  if (!answer.ok || answer.value.status !== 200) {
    const reason = answer.ok ? answer.value.status : answer.failure.kind;
    tools.log.info("client metadata document not had", { clientHost: url.host, reason });
    return fail({ kind: "client_document", problem: "unreachable" });
  }
  const client = checkClientDocument(url, clientId, answer.value.body);
  if (client.ok) await remember(tools, client.value, answer.value.headers["cache-control"]);
  return client;
};

const remember = async (
  tools: Tools,
  client: Client,
  cacheControl: string | undefined,
): Promise<void> => {
  const freshUntil = addSeconds(tools.clock.nowSeconds(), toFreshSeconds(cacheControl));
  const { host = "", ...rest } = client;
  await tools.table.write(
    hashToken(client.id),
    { client: { ...rest, host }, freshUntil },
    { expiresAt: addSeconds(freshUntil, STALE_SECONDS) },
  );
};

/** Whether a failure says nothing about the document itself. */
const isPassing = (failure: OAuthFailure): boolean =>
  failure.kind === "client_document_budget" ||
  (failure.kind === "client_document" && failure.problem === "unreachable");
