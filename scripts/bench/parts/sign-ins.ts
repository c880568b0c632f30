import { createAttackClient } from "../../../test/support/attack-client.ts";
import type { Part } from "../part.ts";

/** Walked at the same time: people do not wait for each other. */
const AT_ONCE = 4;

/** Whole authorization-code flows: consent, the sign-in page of the sandbox, the code, the tokens. */
export const signInsPart: Part = {
  name: "sign-ins",
  about: "whole authorization-code flows against the sandbox",
  run: async (world, { signIns }) => {
    const server = await world.server();
    const { locations } = await world.upstream();
    const client = await createAttackClient(server);
    const choose = locations[0]?.id ?? "";
    const each = Math.ceil(signIns / AT_ONCE);
    const before = await server.child.usage();
    const startedMs = performance.now();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let count = 0; count < each; count += 1) await client.obtain({ choose });
      }),
    );
    const seconds = (performance.now() - startedMs) / 1000;
    const after = await server.child.usage();
    const done = each * AT_ONCE;
    return [
      {
        title: `Sign-ins, ${AT_ONCE} at a time`,
        columns: ["CPU ms per sign-in", "sign-ins/s"],
        rows: [
          [
            Math.round((after.cpuUs - before.cpuUs) / done / 100) / 10,
            Math.round((done / seconds) * 10) / 10,
          ],
        ],
      },
    ];
  },
};
