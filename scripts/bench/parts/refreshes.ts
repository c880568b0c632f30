import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Pool } from "undici";
import { createAttackClient } from "../../../test/support/attack-client.ts";
import { SERVER_CORE } from "../../measure/load.ts";
import { type ServerChild, startServer } from "../../measure/start-server.ts";
import { median } from "../../measure/statistics.ts";
import type { Part } from "../part.ts";
import { makePostgresPlace } from "../postgres-place.ts";
import type { World } from "../world.ts";

/** Grants that refresh at the same time, each with the token of its last answer. */
const GRANTS = 8;

/** Refreshes at the token endpoint, each of which rotates the refresh token. */
export const refreshesPart: Part = {
  name: "refreshes",
  about: "rotating refreshes at the token endpoint, on SQLite and on PostgreSQL",
  run: async (world, { refreshes, rounds }) => {
    const place = await makePostgresPlace();
    if (typeof place === "string") console.warn(`NOT MEASURED: ${place}`);
    try {
      const stores = [await openStore(world, "SQLite")];
      if (typeof place !== "string") {
        stores.push(await openStore(world, "PostgreSQL", place.storageUrl));
      }
      const each = Math.ceil(refreshes / GRANTS);
      for (const store of stores) await refreshAll(store, Math.ceil(each / 2));
      const taken = stores.map((): Taken[] => []);
      for (let round = 0; round < rounds; round += 1) {
        for (const [index, store] of stores.entries()) {
          taken[index]?.push(await refreshAll(store, each));
        }
      }
      for (const { server, pool } of stores) {
        await pool.close();
        await server.child.end();
      }
      return [
        {
          title: `Refreshes at the token endpoint, ${GRANTS} grants at a time`,
          columns: ["store", "CPU µs per refresh", "refreshes/s"],
          rows: [
            ...stores.map(({ name }, index) => [
              name,
              Math.round(median((taken[index] ?? []).map(({ cpuUs }) => cpuUs))),
              Math.round(median((taken[index] ?? []).map(({ perSecond }) => perSecond))),
            ]),
            ...(typeof place === "string" ? [["PostgreSQL", "not reachable", ""]] : []),
            ["one write to this disk, alone", "", Math.round(measureDisk(world.scope.folder()))],
          ],
        },
      ];
    } finally {
      if (typeof place !== "string") await place.dispose();
    }
  },
};

const DISK_WRITES = 50;

/** Writes a second that are on the disk before the next one begins: both stores wait for it. */
const measureDisk = (folder: string): number => {
  const file = openSync(join(folder, "disk"), "w");
  const page = Buffer.alloc(4096);
  const startedMs = performance.now();
  for (let count = 0; count < DISK_WRITES; count += 1) {
    writeSync(file, page);
    fdatasyncSync(file);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  closeSync(file);
  return DISK_WRITES / seconds;
};

/** A server on a store, and grants with their tokens. */
interface OpenStore {
  readonly name: string;
  readonly server: ServerChild;
  readonly pool: Pool;
  readonly clientId: string;
  readonly tokens: string[];
}

interface Taken {
  readonly cpuUs: number;
  readonly perSecond: number;
}

const openStore = async (world: World, name: string, storageUrl?: string): Promise<OpenStore> => {
  const upstream = await world.upstream();
  const server = await startServer(world.scope, {
    upstream,
    core: SERVER_CORE,
    ...(storageUrl !== undefined && { storageUrl }),
  });
  const client = await createAttackClient(server);
  const tokens: string[] = [];
  for (let index = 0; index < GRANTS; index += 1) {
    tokens.push((await client.obtain({ choose: upstream.locations[0]?.id ?? "" })).refresh_token);
  }
  const pool = new Pool(server.publicUrl, { connections: GRANTS });
  return { name, server, pool, clientId: client.clientId, tokens };
};

/** Every grant refreshes so many times, one after the other. */
const refreshAll = async (store: OpenStore, each: number): Promise<Taken> => {
  const { server, tokens } = store;
  const before = await server.child.usage();
  const startedMs = performance.now();
  await Promise.all(
    tokens.map(async (first, index) => {
      let token = first;
      for (let count = 0; count < each; count += 1) token = await refreshOnce(store, token);
      tokens[index] = token;
    }),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  const after = await server.child.usage();
  const done = each * tokens.length;
  return { cpuUs: (after.cpuUs - before.cpuUs) / done, perSecond: done / seconds };
};

const refreshOnce = async ({ pool, clientId }: OpenStore, token: string): Promise<string> => {
  const answer = await pool.request({
    method: "POST",
    path: "/oauth/token",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: token,
      client_id: clientId,
    }).toString(),
  });
  const text = await answer.body.text();
  const next = (JSON.parse(text) as { readonly refresh_token?: string }).refresh_token;
  if (answer.statusCode !== 200 || next === undefined || next === token) {
    throw new Error(`a refresh that rotates nothing: ${answer.statusCode} ${text.slice(0, 400)}`);
  }
  return next;
};
