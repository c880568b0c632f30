import { describe } from "vitest";
import { describeRecordStore, describeSharedStore } from "./record-store.contract.ts";
import { findMissing, memory, postgres, redis, sqlite } from "./store-places.ts";

const missing = await findMissing();

for (const kind of [memory, sqlite, postgres, redis]) {
  describe.skipIf(missing.has(kind))(kind.name, () => {
    describeRecordStore(kind);
    if (kind.shared) describeSharedStore(kind);
  });
}
