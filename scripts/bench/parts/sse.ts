import { setTimeout as sleep } from "node:timers/promises";
import type { Usage } from "../../measure/answer-parent.ts";
import { type ServerChild, startServer } from "../../measure/start-server.ts";
import { fillVault } from "../fill-vault.ts";
import type { Part } from "../part.ts";
import { closePosting, openSseClient, type SseClient } from "../sse-client.ts";
import { toMb, toTenths } from "../units.ts";
import type { World } from "../world.ts";

/** What one process takes at most (src/transport/sse-sessions.ts), in all and of one grant. */
const MOST = { clients: 500, perGrant: 16 } as const;
const AT_ONCE = 8;

/** Clients of the legacy HTTP+SSE transport that are connected, have listed the tools and wait. */
export const ssePart: Part = {
  name: "sse",
  about: "memory of connected legacy SSE clients",
  run: async (world, { sseClients }) => {
    const servers = Math.ceil(sseClients / MOST.clients);
    const clients = Math.ceil(sseClients / servers);
    const taken: Taken[] = [];
    for (let index = 0; index < servers; index += 1) taken.push(await measure(world, clients));
    const sum = (read: (one: Taken) => number): number =>
      taken.reduce((total, one) => total + read(one), 0);
    const all = clients * servers;
    const perClient = (read: (usage: Usage) => number): number =>
      sum(({ before, during }) => read(during) - read(before)) / all;
    const rss = perClient(({ rssBytes }) => rssBytes);
    const heap = perClient(({ heapUsedBytes }) => heapUsedBytes);
    return [
      {
        title: `${all} connected legacy SSE clients, on ${servers} ${servers === 1 ? "server" : "servers"}`,
        columns: [
          "resident MB before, in all",
          "connected",
          "heap MB before, in all",
          "connected",
          "once they left",
          "resident KB per client",
          "heap KB per client",
          "resident MB per 1,000",
        ],
        rows: [
          [
            toMb(sum(({ before }) => before.rssBytes)),
            toMb(sum(({ during }) => during.rssBytes)),
            toMb(sum(({ before }) => before.heapUsedBytes)),
            toMb(sum(({ during }) => during.heapUsedBytes)),
            toMb(sum(({ after }) => after.heapUsedBytes)),
            toTenths(rss / 1000),
            toTenths(heap / 1000),
            toMb(rss * 1000),
          ],
        ],
      },
    ];
  },
};

interface Taken {
  readonly before: Usage;
  readonly during: Usage;
  readonly after: Usage;
}

const measure = async (world: World, count: number): Promise<Taken> => {
  let tokens: readonly string[] = [];
  const server = await startServer(world.scope, {
    upstream: await world.upstream(),
    prepare: async (place) => {
      tokens = await fillVault(place, Math.ceil(count / MOST.perGrant));
    },
  });
  const { publicUrl } = server;
  // What is loaded or kept for the first client of a grant is no cost of the next.
  const first = await connect(publicUrl, tokens);
  await disconnect(server, first);
  const before = await readSettled(server);
  const clients = await connect(
    publicUrl,
    Array.from({ length: count }, (_, index) => tokens[index % tokens.length] ?? ""),
  );
  const during = await readSettled(server);
  await disconnect(server, clients);
  const after = await readSettled(server);
  closePosting();
  await server.child.end();
  return { before, during, after };
};

const connect = async (
  publicUrl: string,
  tokens: readonly string[],
): Promise<readonly SseClient[]> => {
  const clients: SseClient[] = [];
  for (let index = 0; index < tokens.length; index += AT_ONCE) {
    const some = tokens.slice(index, index + AT_ONCE).map(async (token) => {
      const client = await openSseClient(publicUrl, token);
      const list = await client.ask("tools/list");
      if (!list.includes('"get_contact"')) throw new Error(`no tools: ${list.slice(0, 400)}`);
      return client;
    });
    clients.push(...(await Promise.all(some)));
  }
  return clients;
};

/** So long the server may take to see that streams are closed. */
const GONE_WITHIN_MS = 10_000;

/** Closes the streams and waits until the server has seen it, by its descriptors. */
const disconnect = async (server: ServerChild, clients: readonly SseClient[]): Promise<void> => {
  const { descriptors: open } = await server.child.usage();
  for (const client of clients) client.close();
  const isGone = async (): Promise<boolean> =>
    (await server.child.usage()).descriptors <= open - clients.length;
  const giveUpMs = performance.now() + GONE_WITHIN_MS;
  while (!(await isGone()) && performance.now() < giveUpMs) await sleep(20);
};

const readSettled = async ({ child }: ServerChild): Promise<Usage> => {
  await child.ask("collectGarbage");
  return child.usage();
};
