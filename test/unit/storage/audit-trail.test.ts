import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { AuditEvent, AuditListOptions, AuditTrail } from "../../../src/core/audit.ts";
import { toClientId, toConnectionId } from "../../../src/core/ids.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import { createAuditTrail } from "../../../src/storage/audit-trail.ts";
import { openRecordStore } from "../../../src/storage/open.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";
import { createMemoryLogger } from "../../support/memory-logger.ts";

const DAY = 86_400;
const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

interface Opened {
  readonly trail: AuditTrail;
  readonly store: RecordStore;
  readonly clock: FakeClock;
  readonly lines: readonly string[];
}

const open = async (kind: string): Promise<Opened> => {
  const clock = createFakeClock();
  let url = "memory:";
  if (kind === "sqlite") {
    const folder = mkdtempSync(join(tmpdir(), "ghl-mcp-audit-"));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    url = `sqlite:${join(folder, "audit.db")}`;
  }
  const store = await openRecordStore(url, { clock });
  cleanups.push(() => store.close());
  const { log, lines } = createMemoryLogger();
  const trail = createAuditTrail({ store, clock, random: systemRandom, log });
  return { trail, store, clock, lines };
};

const resumed = (name: string | number): AuditEvent => ({
  kind: "connection.resumed",
  connectionId: toConnectionId(String(name)),
});

const names = async (trail: AuditTrail, options: AuditListOptions): Promise<readonly string[]> =>
  (await trail.list(options)).map(({ event }) =>
    "connectionId" in event ? event.connectionId : event.kind,
  );

describe.each(["memory", "sqlite"])("the audit trail over %s", (kind) => {
  it("gives an event as it was recorded, with its time", async () => {
    const { trail, clock } = await open(kind);
    const event: AuditEvent = {
      kind: "connection.removed",
      connectionId: toConnectionId("c"),
      by: "webhook",
    };
    await trail.record(event);
    expect(await trail.list({ limit: 10 })).toEqual([
      { id: expect.any(String), atMs: clock.nowMs(), event },
    ]);
  });

  it("lists the newest first, across days and within one millisecond", async () => {
    const { trail, clock } = await open(kind);
    for (const name of ["a", "b", "c"]) await trail.record(resumed(name));
    clock.advance(3 * DAY);
    for (const name of ["d", "e"]) await trail.record(resumed(name));
    clock.advance(0.001);
    await trail.record(resumed("f"));
    expect(await names(trail, { limit: 10 })).toEqual(["f", "e", "d", "c", "b", "a"]);
  });

  it("lists a span of time, and asks the store for no other day", async () => {
    const { trail, store, clock } = await open(kind);
    const startMs = clock.nowMs();
    for (const name of ["a", "b", "c", "d"]) {
      await trail.record(resumed(name));
      clock.advance(DAY);
    }
    const asked: string[] = [];
    const limits: (number | undefined)[] = [];
    const spied = createAuditTrail({
      store: {
        ...store,
        list: async (namespace, group, page) => {
          asked.push(group);
          limits.push(page?.limit);
          return store.list(namespace, group, page);
        },
      },
      clock,
      random: systemRandom,
      log: createMemoryLogger().log,
    });
    const span = { sinceMs: startMs + DAY * 1000, untilMs: startMs + 3 * DAY * 1000, limit: 10 };
    expect(await names(spied, span)).toEqual(["c", "b"]);
    expect(asked.length).toBeLessThanOrEqual(3);
    // Nor for more keys of a day than it gives.
    expect(limits.every((limit) => limit !== undefined && limit <= 10)).toBe(true);
  });

  it("goes through pages without a gap or a repetition", async () => {
    const { trail, clock } = await open(kind);
    const recorded: string[] = [];
    for (let index = 0; index < 25; index += 1) {
      await trail.record(resumed(index));
      recorded.unshift(String(index));
      if (index % 4 === 0) clock.advance(DAY / 2);
    }
    const seen: string[] = [];
    let before: string | undefined;
    for (let count = 0; count < 10; count += 1) {
      const page = await trail.list({ limit: 7, ...(before === undefined ? {} : { before }) });
      if (page.length === 0) break;
      expect(page.length).toBeLessThanOrEqual(7);
      seen.push(
        ...page.flatMap(({ event }) => ("connectionId" in event ? [event.connectionId] : [])),
      );
      before = page.at(-1)?.id;
      // What is recorded meanwhile belongs to no older page.
      await trail.record(resumed("new"));
    }
    expect(seen).toEqual(recorded);
  });

  it("keeps the order when the clock goes back", async () => {
    const { trail, clock } = await open(kind);
    clock.advance(10);
    await trail.record(resumed("a"));
    clock.advance(-5);
    await trail.record(resumed("b"));
    expect(await names(trail, { limit: 10 })).toEqual(["b", "a"]);
  });

  it("shows what another instance wrote whose clock is ahead into the next day", async () => {
    const { trail, store, clock } = await open(kind);
    const ahead = createFakeClock(clock.nowSeconds() + DAY - 60);
    const { log } = createMemoryLogger();
    const other = createAuditTrail({ store, clock: ahead, random: systemRandom, log });
    ahead.advance(120);
    await other.record(resumed("ahead"));
    clock.advance(180);
    await trail.record(resumed("here"));
    expect(await names(trail, { limit: 10 })).toEqual(["ahead", "here"]);
  });

  it("keeps an event for 180 days and no longer", async () => {
    const { trail, clock } = await open(kind);
    await trail.record(resumed("old"));
    clock.advance(180 * DAY - 1);
    expect(await names(trail, { limit: 10 })).toEqual(["old"]);
    clock.advance(1);
    expect(await names(trail, { limit: 10 })).toEqual([]);
  });

  it("lists nothing before an id that none has", async () => {
    const { trail } = await open(kind);
    await trail.record(resumed("a"));
    expect(await trail.list({ limit: 10, before: "yesterday" })).toEqual([]);
    expect(await trail.list({ limit: 0 })).toEqual([]);
  });

  it("records at most 1,000 events a day of what strangers can cause", async () => {
    const { trail, store, clock, lines } = await open(kind);
    const today = new Date(clock.nowMs()).toISOString().slice(0, 10);
    const registered: AuditEvent = { kind: "client.registered", clientId: toClientId("c") };
    for (let index = 0; index < 1003; index += 1) await trail.record(registered);
    await trail.record(resumed("ours"));
    expect(await store.list("audit", today)).toHaveLength(1001);
    expect(lines.filter((line) => line.includes("too many audit events"))).toHaveLength(1);
    clock.advance(DAY);
    await trail.record(registered);
    expect(await names(trail, { limit: 2 })).toEqual(["client.registered", "ours"]);
  });

  it("does not fail its caller when the store is down, and logs the event in full", async () => {
    const { trail, store, lines } = await open(kind);
    await store.close();
    await trail.record(resumed("lost"));
    expect(lines.join("\n")).toContain('"connectionId":"lost"');
  });
});
