import type { Server, ServerOptions } from "@modelcontextprotocol/server";
import type { View } from "../connection-options.ts";
import type { ServerDeps } from "../server-deps.ts";

/** Which protocol a server speaks: `modern` is 2026-07-28, `legacy` everything before it. */
export type Era = "modern" | "legacy";

/** One part of the protocol that this server offers: tools, resources, prompts, … */
export interface Feature {
  /** How long clients may keep the lists of this feature, and whether for themselves alone. */
  readonly cacheHints: NonNullable<ServerOptions["cacheHints"]>;
  /** Adds its request handlers to a fresh server. Must be cheap: there is a server per request. */
  register(server: Server, view: View, deps: ServerDeps): void;
}
