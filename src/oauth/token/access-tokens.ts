import { z } from "zod";
import { addSeconds } from "../../core/clock.ts";
import type { EventChannel } from "../../core/events.ts";
import { hashToken } from "../../crypto/hash.ts";
import type { Random } from "../../crypto/random.ts";
import type { RecordStore } from "../../storage/record-store.ts";
import {
  accessField,
  areasField,
  clientIdField,
  grantIdField,
  instantField,
} from "../record-fields.ts";
import { createRecordTable } from "../record-table.ts";

/** Marks our access tokens for secret scanners. */
const PREFIX = "ghlmcp_at_";
/** An ended token is kept a little longer, so that "expired" can be told from "unknown". */
const REMEMBERED_SECONDS = 300;

const accessTokenSchema = z.object({
  grantId: grantIdField,
  clientId: clientIdField,
  /** The audience (RFC 8707). */
  resource: z.string(),
  access: accessField,
  areas: areasField,
  issuedAt: instantField,
  expiresAt: instantField,
});

/** An access token's record; the token itself is not in it. */
export type AccessTokenRecord = Readonly<z.infer<typeof accessTokenSchema>>;

/** The access tokens: 256 random bits, stored under their SHA-256. */
export interface AccessTokens {
  mint(record: AccessTokenRecord): Promise<string>;
  /** The record of a token; the caller checks `expiresAt` and the grant. */
  find(token: string): Promise<AccessTokenRecord | undefined>;
  remove(token: string): Promise<void>;
}

/** Opens the access tokens of a store. */
export const createAccessTokens = (deps: {
  readonly store: RecordStore;
  readonly random: Random;
  readonly events?: Pick<EventChannel, "publish">;
}): AccessTokens => {
  const table = createRecordTable(deps.store, "access_token", accessTokenSchema);
  return {
    mint: async (record) => {
      const token = PREFIX + deps.random.token();
      const expiresAt = addSeconds(record.expiresAt, REMEMBERED_SECONDS);
      await table.write(hashToken(token), record, { ifVersion: "absent", expiresAt });
      return token;
    },
    find: async (token) =>
      token.startsWith(PREFIX) ? (await table.find(hashToken(token)))?.value : undefined,
    remove: async (token) => {
      const tokenHash = hashToken(token);
      await table.remove(tokenHash);
      deps.events?.publish({ kind: "token_revoked", tokenHash });
    },
  };
};
