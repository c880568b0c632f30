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
  /** The bare proxy, and the handler of the SDK. */
  other(kind: "floor" | "sdk"): Promise<{ readonly child: Child; readonly publicUrl: string }>;
}

/** Makes the world; nothing is started yet. */
export const createWorld = (scope: Scope): World => {
  const upstream = once(async () => {
    const child = scope.start(new URL("./upstream-process.ts", import.meta.url), {
      core: LOAD_CORE,
    });
    return child.ask<UpstreamFacts>("start");
  });
  const other = (kind: "floor" | "sdk") =>
    once(async () => {
      const { baseUrl } = await upstream();
      const child = scope.start(new URL(`./${kind}-process.ts`, import.meta.url), {
        core: SERVER_CORE,
      });
      return { child, publicUrl: await child.ask<string>("start", { upstreamUrl: baseUrl }) };
    });
  const others = { floor: other("floor"), sdk: other("sdk") };
  return {
    scope,
    upstream,
    load: once(() => startLoadGenerator(scope)),
    server: once(async () => {
      const facts = await upstream();
      const server = await startServer(scope, { upstream: facts, core: SERVER_CORE });
      const client = await createAttackClient(server);
      const { access_token: token } = await client.obtain({ choose: facts.locations[0]?.id ?? "" });
      return { ...server, token };
    }),
    other: (kind) => others[kind](),
  };
};

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};
