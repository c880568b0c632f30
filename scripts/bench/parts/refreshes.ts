import { createAttackClient, toTokens } from "../../../test/support/attack-client.ts";
import { startServer } from "../../measure/start-server.ts";
import type { Part } from "../part.ts";

/** Grants that refresh at the same time, each the token of its last answer. */
const GRANTS = 8;

/** Refreshes at the token endpoint, each of which rotates the refresh token. */
export const refreshesPart: Part = {
  name: "refreshes",
  about: "rotating refreshes at the token endpoint, on SQLite",
  run: async ({ scope, upstream }, { refreshes }) => {
    const facts = await upstream();
    const server = await startServer(scope, { upstream: facts });
    const client = await createAttackClient(server);
    const tokens: string[] = [];
    for (let index = 0; index < GRANTS; index += 1) {
      tokens.push((await client.obtain({ choose: facts.locations[0]?.id ?? "" })).refresh_token);
    }
    const each = Math.ceil(refreshes / GRANTS);
    const before = await server.child.usage();
    const startedMs = performance.now();
    await Promise.all(
      tokens.map(async (first) => {
        let token = first;
        for (let count = 0; count < each; count += 1) {
          const next = toTokens(await client.refresh(token)).refresh_token;
          if (next === token) throw new Error("a refresh did not rotate its token");
          token = next;
        }
      }),
    );
    const seconds = (performance.now() - startedMs) / 1000;
    const after = await server.child.usage();
    await server.child.end();
    const done = each * GRANTS;
    return [
      {
        title: `Refreshes at the token endpoint, ${GRANTS} grants at a time`,
        columns: ["store", "CPU µs per refresh", "refreshes/s"],
        rows: [
          ["SQLite", Math.round((after.cpuUs - before.cpuUs) / done), Math.round(done / seconds)],
        ],
      },
    ];
  },
};
