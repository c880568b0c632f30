import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Child } from "../../measure/child.ts";
import { LOAD_CORE, SERVER_CORE } from "../../measure/load.ts";
import { startServer } from "../../measure/start-server.ts";
import { median } from "../../measure/statistics.ts";
import type { Held } from "../../measure/watch-loop.ts";
import { BLOCK_ACTIONS, type BlockTarget } from "../block-actions.ts";
import { startBlockUpstream } from "../block-upstream.ts";
import { type BlockKeys, fillBlocks } from "../fill-blocks.ts";
import { fillVault } from "../fill-vault.ts";
import type { Part, Size } from "../part.ts";
import { toTenths } from "../units.ts";
import type { World } from "../world.ts";

/** How much there is at most, where the vault is large. */
const MOST = { ownConnections: 500, auditEvents: 10_000, usageDays: 31, expired: 100_000 } as const;

/** How long single actions hold the event loop of a server up that does nothing else. */
export const blocksPart: Part = {
  name: "blocks",
  about: "the longest hold-up of the event loop by single actions",
  run: async (world, { rounds, repeats, vaults }) => {
    // This process makes the requests: it must not take the server's core from it.
    const giveBack = keepOnCore(LOAD_CORE);
    const vaultSize = vaults.at(-1) ?? 1;
    const found = new Map<string, Taken>();
    for (let round = 0; round < rounds; round += 1) {
      await measureServer(world, { vaultSize, repeats }, (name) => {
        const taken = found.get(name) ?? { first: [], later: [] };
        found.set(name, taken);
        return taken;
      });
    }
    const expired = Math.min(MOST.expired, vaultSize * 10);
    const swept: Taken = { first: [], later: [] };
    for (let round = 0; round < rounds; round += 1)
      swept.first.push(await measureSweep(world, expired));
    giveBack();
    found.set(`sweep of ${expired.toLocaleString("en")} expired records, SQLite`, swept);
    return [
      {
        title: `Longest hold-up of the event loop, ${vaultSize.toLocaleString("en")} connections in the vault`,
        columns: ["action", "first time, ms", "CPU ms in all", "later, ms", "CPU ms in all"],
        rows: [...found].map(([name, { first, later }]) => [
          name,
          ...toCells(first),
          ...toCells(later),
        ]),
      },
    ];
  },
};

/**
 * Waits until the server does nothing any more: the first round also adds to the index of places, record by
 * record, and what is measured after it must not be measured beside it.
 */
const untilQuiet = async (child: Child): Promise<void> => {
  let quiet = 0;
  for (let looked = 0; looked < MOST_LOOKS && quiet < 3; looked += 1) {
    const { cpuUs: before } = await child.usage();
    await sleep(LOOK_MS);
    const { cpuUs: after } = await child.usage();
    quiet = (after - before) / 1000 < LOOK_MS / 10 ? quiet + 1 : 0;
  }
};

const LOOK_MS = 100;
const MOST_LOOKS = 600;

/** Keeps this process on one core, where the system has `taskset`; gives what undoes it. */
const keepOnCore = (core: number): (() => void) => {
  const set = (cores: string): void => {
    try {
      execFileSync("taskset", ["-acp", cores, String(process.pid)], { stdio: "ignore" });
    } catch {
      // Without the command the figures are noisier, and no less true.
    }
  };
  if (cpus().length < 2) return () => undefined;
  set(String(core));
  return () => set(`0-${cpus().length - 1}`);
};

interface Taken {
  readonly first: Held[];
  readonly later: Held[];
}

/** The median: what others did on the machine is in the one or the other. */
const toCells = (held: readonly Held[]): (string | number)[] =>
  held.length === 0
    ? ["", ""]
    : [
        String(toTenths(median(held.map(({ longestMs }) => longestMs)))),
        String(toTenths(median(held.map(({ cpuMs }) => cpuMs)))),
      ];

const measure = async (child: Child, work: () => Promise<void>): Promise<Held> => {
  await child.ask("collectGarbage");
  await child.ask("watch");
  await work();
  return child.ask<Held>("held");
};

const measureServer = async (
  world: World,
  { vaultSize, repeats }: { readonly vaultSize: number; readonly repeats: number },
  open: (name: string) => Taken,
): Promise<void> => {
  const facts = await world.upstream();
  const { baseUrl } = await startBlockUpstream(world.scope.signal);
  const { publicKey, privateKey: webhookKey } = generateKeyPairSync("ed25519");
  let tokens: readonly string[] = [];
  let keys: BlockKeys = { agencyToken: "", cookie: "" };
  const { child, publicUrl } = await startServer(world.scope, {
    upstream: { ...facts, baseUrl },
    core: SERVER_CORE,
    refreshesAhead: false,
    env: {
      GHL_WEBHOOK_PUBLIC_KEY: publicKey.export({ format: "der", type: "spki" }).toString("base64"),
    },
    prepare: async (place) => {
      tokens = await fillVault(place, vaultSize);
      keys = await fillBlocks(place, toFill(vaultSize));
    },
  });
  const target: BlockTarget = {
    ...keys,
    publicUrl,
    token: tokens[0] ?? "",
    clientId: facts.clientId,
    webhookKey,
  };
  // Whoever waits for its end would have to ask: a look at 10,000 connections takes about two seconds.
  const { first } = open("first round of refreshing ahead");
  first.push(
    await measure(child, async () => {
      await child.ask("refreshAhead");
      await untilQuiet(child);
    }),
  );
  for (const { name, run } of BLOCK_ACTIONS) {
    const taken = open(name);
    taken.first.push(await measure(child, () => run(target)));
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      taken.later.push(await measure(child, () => run(target)));
    }
  }
  await child.end();
};

const toFill = (vaultSize: number): Parameters<typeof fillBlocks>[1] => ({
  ownConnections: Math.min(MOST.ownConnections, vaultSize),
  auditEvents: Math.min(MOST.auditEvents, vaultSize),
  usageDays: Math.min(MOST.usageDays, vaultSize),
});

const measureSweep = async (world: World, count: Size["calls"]): Promise<Held> => {
  const child = world.scope.start(new URL("../store-process.ts", import.meta.url), {
    core: SERVER_CORE,
  });
  const url = `sqlite:${world.scope.folder()}/store.db`;
  await child.ask("fill", { url, count });
  const held = await measure(child, async () => {
    const removed = await child.ask<number>("sweep", { url });
    if (removed !== count) throw new Error(`${removed} of ${count} records were removed`);
  });
  await child.end();
  return held;
};
