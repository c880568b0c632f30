import { SERVER_CORE } from "../../measure/load.ts";
import { startServer } from "../../measure/start-server.ts";
import { CONTACT_IDS } from "../contact.ts";
import { fillVault } from "../fill-vault.ts";
import { measureCalls } from "../measure-calls.ts";
import type { Part } from "../part.ts";
import { type OpenSubject, toRequest } from "../subjects.ts";
import { toMb, toTenths } from "../units.ts";
import type { World } from "../world.ts";

/** Calls that go round over all connections to GoHighLevel that a vault holds. */
export const vaultPart: Part = {
  name: "vault",
  about: "get_contact with 1, 100 and 10,000 connections in the vault, over all of them",
  run: async (world, { rounds, calls, connections: [connections], warmUp, vaults }) => {
    const subjects: (OpenSubject & { readonly size: number; readonly freshBytes: number })[] = [];
    for (const size of vaults) subjects.push(await openVault(world, size));
    const cases = subjects.map((subject) => ({
      ...subject,
      subject,
      connections,
      calls,
      // Of many, each at least once: the first call of a location is a look-up besides.
      warmUp: Math.max(warmUp, subject.size),
      isGoingOn: true,
    }));
    const rows: (string | number)[][] = [];
    const measured = await measureCalls(world, cases, { rounds, warmUp });
    for (const { child, size, freshBytes, figures } of measured) {
      const { rssBytes } = await child.usage();
      await child.end();
      rows.push([
        size,
        Math.round(figures.cpuUsPerCall),
        Math.round(figures.callsPerSecond),
        toTenths(figures.p50Ms),
        toTenths(figures.p99Ms),
        Math.round(figures.maxDelayMs),
        toMb(freshBytes),
        toMb(rssBytes),
      ]);
    }
    return [
      {
        title: `get_contact over all connections in the vault, ${connections} HTTP connections`,
        columns: [
          "in the vault",
          "CPU µs per call",
          "calls/s",
          "p50 ms",
          "p99 ms",
          "longest hold-up ms",
          "resident MB at the start",
          "after",
        ],
        rows,
      },
    ];
  },
};

const openVault = async (
  world: World,
  size: number,
): Promise<OpenSubject & { readonly size: number; readonly freshBytes: number }> => {
  let tokens: readonly string[] = [];
  const server = await startServer(world.scope, {
    upstream: await world.upstream(),
    core: SERVER_CORE,
    prepare: async (place) => {
      tokens = await fillVault(place, size);
    },
  });
  await server.child.ask("collectGarbage");
  const { rssBytes: freshBytes } = await server.child.usage();
  const requests = tokens.map((token, index) => {
    const contactId = CONTACT_IDS[index % CONTACT_IDS.length] ?? "";
    return toRequest("get_contact", { era: "modern", token, contactId });
  });
  return { ...server, requests, size, freshBytes };
};
