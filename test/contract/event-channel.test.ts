import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { HeardEvent, StoreEvent } from "../../src/core/events.ts";
import type { MaintainableStore } from "../../src/storage/maintainable-store.ts";
import type { StoreEventChannel } from "../../src/storage/event-channel.ts";
import { openEventChannel, openRecordStore } from "../../src/storage/open.ts";
import { COMPILE_CACHE } from "../support/compile-cache.ts";
import { createMemoryLogger } from "../support/memory-logger.ts";
import type { PeerSays } from "./event-peer.ts";
import {
  findMissing,
  memory,
  postgres,
  redis,
  type StoreKind,
  type StorePlace,
  sqlite,
  withPostgres,
  withRedis,
} from "./store-places.ts";

const missing = await findMissing();
const EVENTS: readonly StoreEvent[] = [
  { kind: "grant_revoked", grantId: "grant-1" },
  { kind: "token_revoked", tokenHash: "hash-1" },
  { kind: "connection_changed", connectionId: "connection-1" },
  { kind: "lists_changed", connectionId: "connection-1" },
  { kind: "resource_changed", connectionId: "c", locationId: "l", resource: "tags" },
  { kind: "call_cancelled", callHash: "hash-2" },
];
const [FIRST = { kind: "grant_revoked", grantId: "" }] = EVENTS;
const toRevoked = (grantId: string): StoreEvent => ({ kind: "grant_revoked", grantId });

/** A channel of this process, and what it heard. */
const openChannel = async (url: string, ownId: string) => {
  const { log, lines } = createMemoryLogger();
  const channel = await openEventChannel(url, { clock: systemClock, ownId, log });
  const heard: HeardEvent[] = [];
  channel.subscribe((event) => heard.push(event));
  channel.start();
  await vi.waitFor(() => expect(channel.isUp()).toBe(true), WITHIN);
  return {
    channel,
    lines,
    heard,
    withoutMissed: () => heard.filter((one) => one.kind !== "missed"),
  };
};
const WITHIN = { timeout: 10_000, interval: 10 };

/** A database of Redis that no other test uses, so that its connections can be told from theirs. */
const OWN_DATABASE = 7;

/** Breaks every connection of a place that listens, as a server that is restarted does. */
const breakConnections = async (kind: StoreKind, url: URL): Promise<void> => {
  if (kind === postgres) {
    const schema = url.searchParams.get("schema") ?? "";
    const name = `ghl-mcp events ${createHash("sha256").update(schema).digest("base64url")}`;
    const { rows } = await withPostgres((client) =>
      client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name <> '' AND starts_with($1, application_name)`,
        [name],
      ),
    );
    expect(rows.length).toBeGreaterThan(1);
    return;
  }
  await withRedis(async (client) => {
    const list = String(await client.call("CLIENT", "LIST", "TYPE", "pubsub"));
    const lines = list.split("\n").filter((line) => line.includes(` db=${OWN_DATABASE} `));
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      await client.call("CLIENT", "KILL", "ID", /^id=(\d+)/u.exec(line)?.[1] ?? "");
    }
  });
};

/** The place that a kind makes, for Redis in a database of this test alone. */
const makePlace = async (kind: StoreKind): Promise<StorePlace> => {
  const place = await kind.makePlace();
  if (kind !== redis) return place;
  const url = new URL(place.url);
  url.pathname = `/${OWN_DATABASE}`;
  const prefix = `{${url.searchParams.get("prefix") ?? ""}}`;
  return {
    url: url.href,
    dispose: () =>
      withRedis(async (client) => {
        await client.select(OWN_DATABASE);
        const keys = await client.keys(`${prefix}*`);
        if (keys.length > 0) await client.del(...keys);
      }),
  };
};

for (const kind of [memory, sqlite, postgres, redis])
  describe.skipIf(missing.has(kind))(`the channel of events of ${kind.name}`, () => {
    let place: StorePlace;
    let store: MaintainableStore;
    let own: Awaited<ReturnType<typeof openChannel>>;
    let opened: StoreEventChannel[] = [];

    beforeAll(async () => {
      place = await makePlace(kind);
      store = await openRecordStore(place.url, { clock: systemClock });
      own = await openChannel(place.url, "own");
      opened = [own.channel];
    });
    afterAll(async () => {
      await Promise.all(opened.map((channel) => channel.close()));
      await store.close();
      await place.dispose();
    });
    const open = async (url: string, ownId: string) => {
      const one = await openChannel(url, ownId);
      opened.push(one.channel);
      return one;
    };

    it("tells its own listeners of an event before it returns, and once", async () => {
      own.heard.length = 0;
      own.channel.publish(FIRST);
      expect(own.heard).toEqual([FIRST]);
      const last = toRevoked("after");
      own.channel.publish(last);
      if (kind.shared) {
        const other = await open(place.url, "other");
        const own2 = toRevoked("by another");
        other.channel.publish(own2);
        // It comes after both, so whatever would have come back to us is here by now.
        await vi.waitFor(() => expect(own.heard).toContainEqual(own2), WITHIN);
        expect(own.withoutMissed()).toEqual([FIRST, last, own2]);
      } else expect(own.heard).toEqual([FIRST, last]);
    });

    it("lets a listener leave, twice without harm, and goes on when one throws", () => {
      const heard: HeardEvent[] = [];
      const leave = own.channel.subscribe((event) => heard.push(event));
      own.channel.publish(FIRST);
      leave();
      leave();
      own.channel.publish(FIRST);
      expect(heard).toEqual([FIRST]);
      expect(own.channel.isShared).toBe(kind.shared);
    });

    describe.runIf(kind.shared)("between processes", () => {
      let peer: ChildProcess;
      const says: PeerSays[] = [];
      const peerHeard = (): readonly HeardEvent[] =>
        says.flatMap((one) => ("heard" in one ? [one.heard] : []));

      beforeAll(async () => {
        peer = fork(join(import.meta.dirname, "event-peer.ts"), [place.url], {
          env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
        });
        peer.on("message", (said: PeerSays) => says.push(said));
        await vi.waitUntil(() => says.some((said) => "up" in said), WITHIN);
      });
      afterAll(async () => {
        const ended = new Promise((resolve) => peer.once("exit", resolve));
        peer.send("end");
        await ended;
      });

      it("carries every kind of event both ways, within a second", async () => {
        const begun = performance.now();
        for (const event of EVENTS) own.channel.publish(event);
        await vi.waitFor(
          () => expect(peerHeard()).toEqual(expect.arrayContaining([...EVENTS])),
          WITHIN,
        );
        const answer = toRevoked("from the peer");
        peer.send(answer);
        await vi.waitFor(() => expect(own.heard).toContainEqual(answer), WITHIN);
        expect(performance.now() - begun).toBeLessThan(2_000);
      });

      it("tells another deployment at the same server nothing", async () => {
        const foreignPlace = await makePlace(kind);
        const foreignStore = await openRecordStore(foreignPlace.url, { clock: systemClock });
        const foreign = await openChannel(foreignPlace.url, "foreign");
        own.channel.publish(toRevoked("of ours"));
        await vi.waitFor(() => expect(peerHeard()).toContainEqual(toRevoked("of ours")), WITHIN);
        // The foreign channel has heard what came after at its own place, and still not ours.
        const near = await openChannel(foreignPlace.url, "near");
        near.channel.publish(toRevoked("of theirs"));
        await vi.waitFor(
          () => expect(foreign.heard).toContainEqual(toRevoked("of theirs")),
          WITHIN,
        );
        expect(foreign.withoutMissed()).toEqual([toRevoked("of theirs")]);
        expect(own.heard).not.toContainEqual(toRevoked("of theirs"));
        await Promise.all([foreign.channel.close(), near.channel.close()]);
        await foreignStore.close();
        await foreignPlace.dispose();
      });

      it.runIf(kind !== sqlite)(
        "says that events may have been missed when its connection breaks, and hears again",
        async () => {
          own.heard.length = 0;
          await breakConnections(kind, new URL(place.url));
          await vi.waitFor(
            () => expect(own.heard.filter(({ kind: one }) => one === "missed")).toHaveLength(2),
            WITHIN,
          );
          expect(own.channel.isUp()).toBe(true);
          expect(own.lines).toHaveLength(2);
          expect(own.lines[0]).toContain("events of other instances do not arrive");
          expect(own.lines[1]).toContain("events of other instances arrive again");
          const after = toRevoked("after the break");
          await vi.waitFor(() => {
            peer.send(after);
            expect(own.heard).toContainEqual(after);
          }, WITHIN);
        },
      );
    });
  });
