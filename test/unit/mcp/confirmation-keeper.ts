import { createHmac } from "node:crypto";
import { type Clock, systemClock } from "../../../src/core/clock.ts";
import { equalSecret, hashToken } from "../../../src/crypto/hash.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import type { ConfirmationKeeper } from "../../../src/mcp/ports.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";

/** Confirmations in a store of memory, as app.ts keeps them, under a key of the test. */
export const createMemoryKeeper = (
  clock: Clock = systemClock,
  store: Pick<RecordStore, "put" | "take"> = createMemoryStore({ clock }),
): ConfirmationKeeper => ({
  put: async (key, value, expiresAt) => {
    await store.put({ namespace: "confirmation", key }, value, { expiresAt });
  },
  take: async (key) => (await store.take({ namespace: "confirmation", key }))?.value,
  mac: (value) => createHmac("sha256", "a key of the test").update(value).digest("base64url"),
  equal: equalSecret,
  hash: hashToken,
  newId: () => systemRandom.id(),
});
