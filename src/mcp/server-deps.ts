import type { CallDeps } from "./call-tool.ts";
import type { Registry } from "./registry.ts";

/** Everything a server needs; the registry is shared by all. */
export interface ServerDeps extends CallDeps {
  readonly registry: Registry;
}

/** Lists depend on the grant: only the client that asked may keep them, for as long as this. */
export const LIST_CACHE = { ttlMs: 300_000, cacheScope: "private" } as const;
