import { z } from "zod";
import type { Clock, EpochSeconds } from "../../core/clock.ts";
import { hashToken } from "../../crypto/hash.ts";
import type { Random } from "../../crypto/random.ts";
import type { RecordStore } from "../../storage/record-store.ts";
import { clientIdField, grantIdField, instantField } from "../record-fields.ts";
import { createRecordTable, type Versioned } from "../record-table.ts";

/** Marks our refresh tokens for secret scanners. */
const PREFIX = "ghlmcp_rt_";

const refreshTokenSchema = z.object({
  grantId: grantIdField,
  clientId: clientIdField,
  resource: z.string(),
  /** The end if it lies unused; the record is kept until then, rotated or not. */
  expiresAt: instantField,
  /** What became of it; absent while it can be used. */
  rotated: z
    .object({
      atMs: z.number(),
      /** SHA-256 of the token that came after it. */
      successorHash: z.string(),
      /** Digest of what was asked for, so that only the same request is answered again. */
      requestDigest: z.string(),
      /** The response, sealed under a key that only the presented token gives. */
      sealedResponse: z.string(),
    })
    .exactOptional(),
});

/** A refresh token's record; the token itself is not in it. */
export type RefreshTokenRecord = Readonly<z.infer<typeof refreshTokenSchema>>;

/** What a rotation leaves behind in the record of the old token. */
export type Rotation = Omit<
  NonNullable<RefreshTokenRecord["rotated"]>,
  "atMs" | "successorHash"
> & {
  readonly successor: string;
};

/** The refresh tokens: 256 random bits, stored under their SHA-256, each good for one rotation. */
export interface RefreshTokens {
  mint(record: RefreshTokenRecord): Promise<string>;
  find(token: string): Promise<Versioned<RefreshTokenRecord> | undefined>;
  /** Whether the token of this hash is there and has not been used. */
  isUnused(hash: string): Promise<boolean>;
  /** Ends the token in favour of its successor; of all who judged this version one gets true. */
  rotate(
    token: string,
    judged: Versioned<RefreshTokenRecord>,
    rotation: Rotation,
  ): Promise<boolean>;
  remove(token: string): Promise<void>;
}

/** Opens the refresh tokens of a store. */
export const createRefreshTokens = (deps: {
  readonly store: RecordStore;
  readonly random: Random;
  readonly clock: Clock;
}): RefreshTokens => {
  const table = createRecordTable(deps.store, "refresh_token", refreshTokenSchema);
  const lifetime = (record: RefreshTokenRecord): { readonly expiresAt: EpochSeconds } => ({
    expiresAt: record.expiresAt,
  });
  return {
    mint: async (record) => {
      const token = PREFIX + deps.random.token();
      await table.write(hashToken(token), record, { ifVersion: "absent", ...lifetime(record) });
      return token;
    },
    find: async (token) => (token.startsWith(PREFIX) ? table.find(hashToken(token)) : undefined),
    isUnused: async (hash) => {
      const found = await table.find(hash);
      return found !== undefined && found.value.rotated === undefined;
    },
    rotate: (token, judged, { successor, ...rest }) => {
      const rotated = { ...rest, atMs: deps.clock.nowMs(), successorHash: hashToken(successor) };
      const options = { ifVersion: judged.version, ...lifetime(judged.value) };
      return table.write(hashToken(token), { ...judged.value, rotated }, options);
    },
    remove: (token) => table.remove(hashToken(token)),
  };
};
