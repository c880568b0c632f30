import { createAttackClient } from "../../test/support/attack-client.ts";
import type { Child } from "../measure/child.ts";
import { LOAD_CORE, type LoadGenerator, SERVER_CORE, startLoadGenerator } from "../measure/load.ts";
import type { Scope } from "../measure/scope.ts";
import { type ServerChild, startServer } from "../measure/start-server.ts";
import type { UpstreamFacts } from "./upstream-process.ts";

/** What the parts of the benchmark share: each is started when the first part asks for it. */
export interface World {
  readonly scope: Scope;
  upstream(): Promise<UpstreamFacts>;
  load(): LoadGenerator;
  /** The server under test, with a token of a grant on one location. */
  server(): Promise<ServerChild & { readonly token: string }>;
  /** The bare proxy, and the handler of the SDK with one tool. */
  other(
    kind: "floor" | "sdk",
    tool: BenchTool,
  ): Promise<{ readonly child: Child; readonly publicUrl: string }>;
}

/** The tools that are measured. */
export type BenchTool = "get_contact" | "read_operation";

/**
 * Makes the world; nothing is started yet. With `shared`, it has servers of its own, and stand-in and load
 * generator of another.
 */
export const createWorld = (scope: Scope, shared?: Pick<World, "upstream" | "load">): World => {
  const startUpstream = once(async () => {
    const child = scope.start(new URL("./upstream-process.ts", import.meta.url), {
      core: LOAD_CORE,
    });
    return child.ask<UpstreamFacts>("start");
  });
  const { upstream, load } = shared ?? {
    upstream: startUpstream,
    load: once(() => startLoadGenerator(scope)),
  };
  const other = (kind: "floor" | "sdk", tool: BenchTool) =>
    once(async () => {
      const { baseUrl } = await upstream();
      const child = scope.start(new URL(`./${kind}-process.ts`, import.meta.url), {
        core: SERVER_CORE,
      });
      return { child, publicUrl: await child.ask<string>("start", { upstreamUrl: baseUrl, tool }) };
    });
  const floor = other("floor", "get_contact");
  const sdk = {
    get_contact: other("sdk", "get_contact"),
    read_operation: other("sdk", "read_operation"),
  };
  return {
    scope,
    upstream,
    load,
    server: once(async () => {
      const facts = await upstream();
      const server = await startServer(scope, { upstream: facts, core: SERVER_CORE });
      const client = await createAttackClient(server);
      const { access_token: token } = await client.obtain({ choose: facts.locations[0]?.id ?? "" });
      return { ...server, token };
    }),
    // The proxy does not look at what is called.
    other: (kind, tool) => (kind === "floor" ? floor() : sdk[tool]()),
  };
};

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};
