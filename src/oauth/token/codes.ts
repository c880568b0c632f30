import { z } from "zod";
import { addSeconds, type Clock } from "../../core/clock.ts";
import { hashToken } from "../../crypto/hash.ts";
import type { Random } from "../../crypto/random.ts";
import type { RecordStore } from "../../storage/record-store.ts";
import { clientIdField, grantIdField } from "../record-fields.ts";
import { createRecordTable, type Versioned } from "../record-table.ts";

/** Marks our codes for secret scanners. */
const PREFIX = "ghlmcp_ac_";
const TTL_SECONDS = 60;
/** How long a redeemed code is remembered, so that presenting it again is known for what it is. */
const REMEMBERED_SECONDS = 24 * 3600;

const codeSchema = z.object({
  grantId: grantIdField,
  clientId: clientIdField,
  /** As it was presented, with the port. */
  redirectUri: z.string(),
  /** The S256 code challenge. */
  challenge: z.string(),
  resource: z.string(),
  /** When it was redeemed; absent while it can be. */
  redeemedAtMs: z.number().exactOptional(),
});

/** An authorization code's record; the code itself is not in it. */
export type CodeRecord = Readonly<z.infer<typeof codeSchema>>;

/** The authorization codes, stored under their SHA-256. */
export interface AuthorizationCodes {
  /** Mints a code that can be redeemed for 60 s. */
  mint(record: CodeRecord): Promise<string>;
  find(code: string): Promise<Versioned<CodeRecord> | undefined>;
  /** Marks the code as redeemed; of all who judged this same version exactly one gets true. */
  redeem(code: string, judged: Versioned<CodeRecord>): Promise<boolean>;
}

/** Opens the codes of a store. */
export const createAuthorizationCodes = (deps: {
  readonly store: RecordStore;
  readonly random: Random;
  readonly clock: Clock;
}): AuthorizationCodes => {
  const { clock } = deps;
  const table = createRecordTable(deps.store, "code", codeSchema);
  return {
    mint: async (record) => {
      const code = PREFIX + deps.random.token();
      const expiresAt = addSeconds(clock.nowSeconds(), TTL_SECONDS);
      await table.write(hashToken(code), record, { ifVersion: "absent", expiresAt });
      return code;
    },
    find: (code) => table.find(hashToken(code)),
    redeem: (code, judged) =>
      table.write(
        hashToken(code),
        { ...judged.value, redeemedAtMs: clock.nowMs() },
        {
          ifVersion: judged.version,
          expiresAt: addSeconds(clock.nowSeconds(), REMEMBERED_SECONDS),
        },
      ),
  };
};
