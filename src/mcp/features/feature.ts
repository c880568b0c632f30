import type { Server, ServerCapabilities, ServerOptions } from "@modelcontextprotocol/server";
import type { View } from "../connection-options.ts";
import type { ServerDeps } from "../server-deps.ts";

/** One part of the protocol that this server offers: tools, resources, prompts, … */
export interface Feature {
  readonly capabilities: ServerCapabilities;
  /** How long clients may keep the lists of this feature, and whether for themselves alone. */
  readonly cacheHints: NonNullable<ServerOptions["cacheHints"]>;
  /** Adds its request handlers to a fresh server. Must be cheap: there is a server per request. */
  register(server: Server, view: View, deps: ServerDeps): void;
}
