import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  describeRecordStore,
  describeSharedStore,
  type StorePlace,
} from "./record-store.contract.ts";

const makeMemoryPlace = async (): Promise<StorePlace> => ({
  url: "memory:",
  dispose: async () => {},
});

const makeSqlitePlace = async (): Promise<StorePlace> => {
  const folder = await mkdtemp(join(tmpdir(), "ghl-mcp-store-"));
  return {
    url: `sqlite:${join(folder, "new", "store.db")}`,
    dispose: () => rm(folder, { recursive: true }),
  };
};

describeRecordStore("memory", makeMemoryPlace);
describeRecordStore("SQLite", makeSqlitePlace);
describeSharedStore("SQLite", makeSqlitePlace);
