import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { toEpochSeconds } from "../../../src/core/clock.ts";
import type { Connection } from "../../../src/core/connection.ts";
import { AppError } from "../../../src/core/errors.ts";
import { toConnectionId } from "../../../src/core/ids.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { ok } from "../../../src/core/result.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import type { UpkeptUpstream } from "../../../src/upstream/create-upstream.ts";
import { runRefreshAhead } from "../../../src/upstream/refresh-ahead.ts";
import type { VaultEntry } from "../../../src/upstream/vault.ts";
import { createFakeClock } from "../../support/clock.ts";
import { createMemoryLogger } from "../../support/memory-logger.ts";
import { countTurns } from "../../support/count-turns.ts";
import { type Rig, startRig } from "./upstream-rig.ts";

const DAY = 86_399;
const MINUTE = 60;
const HOUR = 3600;

describe("the refresh ahead of expiry", () => {
  let rig: Rig;
  let connection: Connection;
  let running: UpkeptUpstream[];

  beforeEach(async () => {
    rig = await startRig();
    running = [];
    connection = await rig.connect(rig.sandbox.locations[0]?.id ?? "");
  });
  afterEach(async () => {
    for (const upstream of running) await upstream.upkeep.stop();
    await rig.close();
  });

  const start = async (...upstreams: UpkeptUpstream[]): Promise<void> => {
    running.push(...upstreams);
    const sleeping = rig.clock.sleeping();
    for (const upstream of upstreams) upstream.upkeep.start();
    await rig.clock.whenSleeping(sleeping + upstreams.length);
  };
  /** Lets time pass until the next round, and waits for its end. */
  const pass = async (seconds: number): Promise<void> => {
    const sleeping = rig.clock.sleeping();
    rig.clock.advance(seconds);
    await rig.clock.whenSleeping(sleeping);
  };
  const find = async () => rig.upstream.findConnection(connection.id);

  it("renews tokens at 75 to 80 % of their life, with nobody calling, and no sooner", async () => {
    await start(rig.upstream);
    await pass(DAY * 0.74);
    await pass(2 * MINUTE);
    expect(rig.grants("refresh_token")).toBe(0);
    await pass(DAY * 0.061);
    await pass(11 * MINUTE);
    expect(rig.grants("refresh_token")).toBe(1);
    expect(await find()).toMatchObject({ status: "active", connectedAt: connection.connectedAt });
    // And again: a connection that nobody uses stays good for as long as the server runs.
    for (let day = 2; day <= 3; day += 1) {
      await pass(DAY * 0.81);
      await pass(11 * MINUTE);
      expect(rig.grants("refresh_token")).toBe(day);
    }
  });

  it("is done by one of several processes on a store", async () => {
    await start(rig.upstream, rig.another(), rig.another());
    rig.clock.advance(DAY * 0.85);
    await vi.waitUntil(() => rig.grants("refresh_token") === 1);
    // The others look for the tokens of the one that has the lease.
    for (let look = 0; look < 5; look += 1) {
      await rig.clock.whenSleeping(3);
      rig.clock.advance(0.1);
    }
    await rig.clock.whenSleeping(3);
    expect(rig.grants("refresh_token")).toBe(1);
  });

  it("never asks for a connection that waits for a person, or is paused", async () => {
    const paused = await rig.connect(rig.sandbox.locations[1]?.id ?? "");
    rig.sandbox.control.pauseLocation(String(paused.locationId));
    await rig.upstream.refreshNow(paused.id);
    rig.sandbox.control.revokeRefreshTokens();
    await rig.upstream.refreshNow(connection.id);
    const statuses = (await rig.upstream.listConnections()).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(["needs_reauth", "suspended"]);
    rig.sandbox.control.clearRequests();
    await start(rig.upstream);
    for (let hour = 0; hour < 30; hour += 1) await pass(HOUR);
    expect(rig.sandbox.control.requests()).toEqual([]);
  });

  it("asks less and less while GoHighLevel fails, and goes on by itself", async () => {
    rig.sandbox.control.misbehave({
      pathPrefix: "/oauth/token",
      count: 1000,
      how: { kind: "status", status: 503 },
    });
    rig.clock.advance(DAY * 0.81);
    await start(rig.upstream);
    for (let minute = 0; minute < 120; minute += 1) await pass(MINUTE * 1.1);
    // One a minute would be 132.
    expect(rig.grants("refresh_token")).toBeGreaterThan(3);
    expect(rig.grants("refresh_token")).toBeLessThan(12);
    expect(await find()).toMatchObject({ status: "active" });
  });

  it("outlives a store that is away, and takes up where it was", async () => {
    let isAway = true;
    const store = {
      ...rig.store,
      list: async (...given: Parameters<typeof rig.store.list>) => {
        if (isAway) throw new AppError("storage_unavailable", "the store is down");
        return rig.store.list(...given);
      },
    };
    rig.clock.advance(DAY * 0.81);
    await start(rig.another({}, store));
    await pass(MINUTE * 1.1);
    expect(rig.grants("refresh_token")).toBe(0);
    isAway = false;
    await pass(MINUTE * 1.1);
    expect(rig.grants("refresh_token")).toBe(1);
  });

  it("asks nothing more once it was stopped", async () => {
    await start(rig.upstream);
    await rig.upstream.upkeep.stop();
    expect(rig.clock.sleeping()).toBe(0);
    rig.clock.advance(DAY);
    rig.upstream.upkeep.start();
    expect(rig.clock.sleeping()).toBe(0);
    expect(rig.grants("refresh_token")).toBe(0);
  });
});

const entryOf = (id: string, expiresAt: number): VaultEntry => ({
  connection: {
    id: toConnectionId(id),
    kind: "location",
    environment: "sandbox",
    scopes: [],
    status: "active",
    connectedAt: toEpochSeconds(expiresAt - 1),
    tokenExpiresAt: toEpochSeconds(expiresAt),
  },
  tokens: {
    accessToken: toSecret("a"),
    refreshToken: toSecret("r"),
    expiresAt: toEpochSeconds(expiresAt),
    refreshAfter: toEpochSeconds(expiresAt),
  },
  approvedLocations: [],
  version: 1,
});

const toWalk = (count: number) =>
  async function* () {
    for (let index = 0; index < count; index += 1) yield toConnectionId(`c${index}`);
  };

const noUpkeep = {
  places: { add: async () => undefined },
  placeUpkeep: { complete: async () => undefined },
  writer: { saveAllHeldBack: async () => undefined },
};

it("the refresh ahead looks at many connections in slices, and at all of them", async () => {
  const clock = createFakeClock();
  const seen = new Set<string>();
  const stopping = new AbortController();
  const turns = countTurns();
  const run = runRefreshAhead(
    {
      vault: { walk: toWalk(400) },
      connections: {
        find: async (id) => {
          seen.add(id);
          // As long as a look at a slow store: 80 ms for all of them.
          for (const end = performance.now() + 0.2; performance.now() < end;);
          return entryOf(id, clock.nowSeconds() + DAY);
        },
      },
      refresher: { refresh: () => Promise.reject(new Error("nothing is due")) },
      ...noUpkeep,
      clock,
      random: systemRandom,
      log: silentLogger,
    },
    stopping.signal,
  );
  await clock.whenSleeping();
  const taken = turns.stop();
  stopping.abort(new Error("stopped"));
  await run;
  expect(seen.size).toBe(400);
  expect(taken).toBeGreaterThan(5);
});

it("the refresh ahead goes past records that cannot be read, and says so of each", async () => {
  const clock = createFakeClock();
  const now = clock.nowSeconds();
  const refreshed: string[] = [];
  const { log, lines } = createMemoryLogger();
  const stopping = new AbortController();
  const run = runRefreshAhead(
    {
      // Twice as many as are looked at beside each other, and the sound ones last.
      vault: { walk: toWalk(10) },
      connections: {
        find: async (id) => {
          if (Number(id.slice(1)) < 8) throw new AppError("storage_corrupt", "not complete");
          return entryOf(id, now);
        },
      },
      refresher: {
        refresh: async (id) => {
          refreshed.push(id);
          return ok(entryOf(id, now + DAY));
        },
      },
      ...noUpkeep,
      clock,
      random: systemRandom,
      log,
    },
    stopping.signal,
  );
  await clock.whenSleeping();
  stopping.abort(new Error("stopped"));
  await run;
  expect(refreshed).toEqual(["c8", "c9"]);
  const told = lines.map((line) => JSON.parse(line) as Readonly<Record<string, string>>);
  expect(told.map(({ level, connectionId }) => `${level} ${connectionId}`).toSorted()).toEqual(
    Array.from({ length: 8 }, (_, index) => `error c${index}`),
  );
});

it("the refresh ahead has four refreshes under way at most, and waits for them when it is stopped", async () => {
  const clock = createFakeClock();
  const now = clock.nowSeconds();
  const ends: (() => void)[] = [];
  let asked = 0;
  const stopping = new AbortController();
  const run = runRefreshAhead(
    {
      vault: { walk: toWalk(20) },
      connections: { find: async (id) => entryOf(id, now) },
      refresher: {
        refresh: (id) =>
          new Promise((resolve) => {
            asked += 1;
            ends.push(() => resolve(ok(entryOf(id, now + DAY))));
          }),
      },
      ...noUpkeep,
      clock,
      random: systemRandom,
      log: silentLogger,
    },
    stopping.signal,
  );
  await vi.waitUntil(() => ends.length === 4);
  ends.shift()?.();
  await vi.waitUntil(() => asked === 5);
  let isOver = false;
  const over = run.then(() => {
    isOver = true;
  });
  stopping.abort(new Error("stopped"));
  await new Promise((resolve) => setImmediate(resolve));
  expect([asked, isOver]).toEqual([5, false]);
  for (const end of ends) end();
  await over;
  expect(asked).toBe(5);
});
