import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { hashToken } from "../../crypto/hash.ts";
import type { RecordStore } from "../../storage/record-store.ts";
import type { AssertionProblem, OAuthFailure } from "../failure.ts";
import { createRecordTable, type RecordTable } from "../record-table.ts";
import { checkAssertionClaims, readAssertionHeader, type AssertionHeader } from "./assertion.ts";
import type { Client, ClientSigning } from "./client.ts";
import { selectKeys, type ClientKey, type PlainKey } from "./client-keys.ts";
import { type FetchLimit, NO_FETCH_LIMIT } from "./fetch-budget.ts";
import type { KeySets } from "./key-sets.ts";

/** Checks the signed assertions of clients (`private_key_jwt`, RFC 7523 §3). */
export interface ClientAssertions {
  /**
   * The client itself if the assertion proves it. A good assertion is spent by this, atomically. `limit`
   * is how much whoever sent it may have fetched; absent, as much as anybody.
   */
  check(
    client: Client,
    assertion: string,
    limit?: FetchLimit,
  ): Promise<Result<Client, OAuthFailure>>;
}

/** What checking assertions needs. */
export interface ClientAssertionDeps {
  /** What an assertion may name as its audience: the issuer, the token endpoint. */
  readonly audiences: readonly string[];
  readonly keySets: KeySets;
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly log: Logger;
}

const spentSchema = z.object({});
type Tools = ClientAssertionDeps & { readonly spent: RecordTable<z.infer<typeof spentSchema>> };

/** Opens the assertions of a store: what was spent is remembered there until it has expired. */
export const createClientAssertions = (deps: ClientAssertionDeps): ClientAssertions => {
  const tools: Tools = {
    ...deps,
    spent: createRecordTable(deps.store, "client_assertion", spentSchema),
  };
  return {
    check: async (client, assertion, limit = NO_FETCH_LIMIT) => {
      const checked = await checkAssertion(tools, client, { assertion, limit });
      if (checked.ok) return ok(client);
      const { failure } = checked;
      if (typeof failure !== "string") return fail(failure);
      deps.log.info("client assertion refused", { clientId: client.id, problem: failure });
      return fail({ kind: "client_authentication", basic: false, problem: "bad_assertion" });
    },
  };
};

const checkAssertion = async (
  tools: Tools,
  client: Client,
  { assertion, limit }: Pick<Signed, "assertion" | "limit">,
): Promise<Result<"proven", AssertionProblem | OAuthFailure>> => {
  if (client.signing === undefined) return fail("no_keys");
  const header = readAssertionHeader(assertion);
  if (header === undefined) return fail("header");
  const payload = await verifySignature(tools, client.signing, { assertion, header, limit });
  if (!payload.ok) return payload;
  const sound = checkAssertionClaims(payload.value, {
    clientId: client.id,
    audiences: tools.audiences,
    now: tools.clock.nowSeconds(),
  });
  if (!sound.ok) return sound;
  const { jti, endsAt } = sound.value;
  const key = hashToken(JSON.stringify([client.id, jti]));
  const isFirst = await tools.spent.write(key, {}, { ifVersion: "absent", expiresAt: endsAt });
  return isFirst ? ok("proven") : fail("replayed");
};

interface Signed {
  readonly assertion: string;
  readonly header: AssertionHeader;
  readonly limit: FetchLimit;
}

/** Keys at an address are asked for a second time if none fits: the client may have replaced them. */
const verifySignature = async (
  tools: Tools,
  { keys }: ClientSigning,
  signed: Signed,
): Promise<Result<Uint8Array, AssertionProblem | OAuthFailure>> => {
  if (keys.kind === "set") return verifyWithKeys(keys.keys, signed);
  const known = await tools.keySets.find(keys.uri, { limit: signed.limit });
  if (!known.ok) return known;
  const verified = await verifyWithKeys(known.value, signed);
  if (verified.ok) return verified;
  const renewed = await tools.keySets.find(keys.uri, { renew: true, limit: signed.limit });
  if (!renewed.ok) return renewed;
  return renewed.value === known.value ? verified : verifyWithKeys(renewed.value, signed);
};

const verifyWithKeys = async (
  keys: readonly ClientKey[],
  signed: Signed,
): Promise<Result<Uint8Array, AssertionProblem>> => {
  const { alg, kid } = signed.header;
  for (const key of selectKeys(keys, alg, kid)) {
    const payload = await verifyWithKey(key, signed);
    if (payload !== undefined) return ok(payload);
  }
  return fail("signature");
};

const verifyWithKey = async (
  key: PlainKey,
  { assertion, header }: Signed,
): Promise<Uint8Array | undefined> => {
  // jose costs 60 ms to import: only a server that meets such a client pays for it.
  const { compactVerify, errors, importJWK } = await import("jose");
  try {
    const imported = await importJWK(key, header.alg);
    const { payload } = await compactVerify(assertion, imported, { algorithms: [header.alg] });
    return payload;
  } catch (cause) {
    // A wrong signature, or numbers that are no key: TypeError and DOMException come from WebCrypto.
    const isExpected =
      cause instanceof errors.JOSEError ||
      cause instanceof TypeError ||
      cause instanceof DOMException;
    if (isExpected) return undefined;
    throw cause;
  }
};
