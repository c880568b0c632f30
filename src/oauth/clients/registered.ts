import { z } from "zod";
import { addSeconds, type Clock, type EpochSeconds } from "../../core/clock.ts";
import { toClientId } from "../../core/ids.ts";
import { ok } from "../../core/result.ts";
import { hashToken } from "../../crypto/hash.ts";
import { type Keyring, mac } from "../../crypto/keyring.ts";
import type { Random } from "../../crypto/random.ts";
import type { RecordStore } from "../../storage/record-store.ts";
import { clientIdField, instantField } from "../record-fields.ts";
import { createRecordTable } from "../record-table.ts";
import type { Client, ClientSource } from "./client.ts";
import { keySetSchema, toClientKeys } from "./client-keys.ts";

const UNUSED_TTL_SECONDS = 24 * 3600;
const DAY_SECONDS = 24 * 3600;
const USED_TTL_SECONDS = 90 * DAY_SECONDS;
const CLIENT_PREFIX = "ghlmcp_client_";
const SECRET_PREFIX = "ghlmcp_cs_";

const metadataSchema = z.object({
  redirect_uris: z.array(z.string()).readonly(),
  token_endpoint_auth_method: z.enum([
    "none",
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
  ]),
  jwks: keySetSchema.exactOptional(),
  jwks_uri: z.string().exactOptional(),
  grant_types: z.array(z.string()).readonly(),
  response_types: z.array(z.string()).readonly(),
  client_name: z.string().exactOptional(),
  scope: z.string().exactOptional(),
  application_type: z.enum(["native", "web"]).exactOptional(),
  client_uri: z.string().exactOptional(),
  logo_uri: z.string().exactOptional(),
  policy_uri: z.string().exactOptional(),
  tos_uri: z.string().exactOptional(),
});

/** The metadata of a registered client as they hold and as they are answered (RFC 7591 §3.2.1). */
export type ClientMetadata = Readonly<z.infer<typeof metadataSchema>>;

const recordSchema = z.object({
  id: clientIdField,
  metadata: metadataSchema,
  secretHash: z.string().exactOptional(),
  issuedAt: instantField,
  expiresAt: instantField,
});

type RegisteredRecord = Readonly<z.infer<typeof recordSchema>>;

/** A stored registration. The secret is here once and nowhere else. */
export interface Registration {
  readonly id: string;
  readonly issuedAt: EpochSeconds;
  readonly metadata: ClientMetadata;
  readonly secret?: string;
}

/** The clients that registered themselves (RFC 7591). */
export interface RegisteredClients extends ClientSource {
  /**
   * Stores a client. Without a secret, the same metadata get the same id, so a client that registers
   * at each start leaves one record; a client with a secret is always new. Unused, the
   * record ends after a day.
   */
  add(metadata: ClientMetadata): Promise<Registration>;
  /** Keeps a client that was just given tokens for 90 days, or as long as its refresh token if longer. */
  keep(clientId: string): Promise<void>;
}

/** Opens the registered clients of a store. */
export const createRegisteredClients = (deps: {
  readonly store: RecordStore;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly clock: Clock;
  readonly refreshTokenTtlSeconds: number;
}): RegisteredClients => {
  const { clock, random } = deps;
  const table = createRecordTable(deps.store, "client", recordSchema);
  const usedTtlSeconds = Math.max(USED_TTL_SECONDS, deps.refreshTokenTtlSeconds + DAY_SECONDS);

  const keepUntil = async (clientId: string, until: EpochSeconds): Promise<void> => {
    const found = await table.find(clientId);
    if (found === undefined || found.value.expiresAt >= until) return;
    // A conflict means that another request has just kept it.
    await table.write(
      clientId,
      { ...found.value, expiresAt: until },
      { ifVersion: found.version, expiresAt: until },
    );
  };

  const addWithoutSecret = async (metadata: ClientMetadata): Promise<Registration> => {
    const now = clock.nowSeconds();
    const expiresAt = addSeconds(now, UNUSED_TTL_SECONDS);
    const id = toClientId(CLIENT_PREFIX + digestMetadata(deps.keyring, metadata));
    const record = { id, metadata, issuedAt: now, expiresAt };
    if (await table.write(id, record, { ifVersion: "absent", expiresAt })) return record;
    await keepUntil(id, expiresAt);
    const issuedAt = (await table.find(id))?.value.issuedAt ?? now;
    return { id, issuedAt, metadata };
  };

  const addWithSecret = async (metadata: ClientMetadata): Promise<Registration> => {
    const now = clock.nowSeconds();
    const expiresAt = addSeconds(now, UNUSED_TTL_SECONDS);
    const id = toClientId(CLIENT_PREFIX + random.token());
    const secret = SECRET_PREFIX + random.token();
    const record = { id, metadata, secretHash: hashToken(secret), issuedAt: now, expiresAt };
    await table.write(id, record, { ifVersion: "absent", expiresAt });
    return { id, issuedAt: now, metadata, secret };
  };

  return {
    kind: "registered",
    find: async (clientId) => {
      if (!clientId.startsWith(CLIENT_PREFIX)) return ok(undefined);
      const found = await table.find(clientId);
      return ok(found && toClient(found.value));
    },
    add: (metadata) =>
      metadata.token_endpoint_auth_method.startsWith("client_secret_")
        ? addWithSecret(metadata)
        : addWithoutSecret(metadata),
    keep: async (clientId) => {
      const found = await table.find(clientId);
      const until = addSeconds(clock.nowSeconds(), usedTtlSeconds);
      // At most one write a day for a client that refreshes all the time.
      if (found !== undefined && until - found.value.expiresAt > DAY_SECONDS) {
        await keepUntil(clientId, until);
      }
    },
  };
};

/** Keyed, so that nobody can work out from outside whether a client with some metadata is here. */
const digestMetadata = (keyring: Keyring, metadata: ClientMetadata): string => {
  const normalized = { ...metadata, redirect_uris: metadata.redirect_uris.toSorted() };
  const entries = Object.entries(normalized).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return mac(keyring, "oauth client id", JSON.stringify(entries));
};

const toClient = ({ id, metadata, secretHash }: RegisteredRecord): Client => {
  const { client_name: name, token_endpoint_auth_method: method } = metadata;
  const keys = method === "private_key_jwt" ? toClientKeys(metadata) : undefined;
  return {
    id,
    ...(name === undefined ? {} : { name }),
    redirectUris: metadata.redirect_uris,
    ...(secretHash === undefined ? {} : { secretHash }),
    ...(keys === undefined ? {} : { signing: { keys, required: true } }),
  };
};
