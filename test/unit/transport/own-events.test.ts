import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditEvent, AuditTrail } from "../../../src/core/audit.ts";
import { toClientId, toConnectionId, toGrantId } from "../../../src/core/ids.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import { createAuditTrail } from "../../../src/storage/audit-trail.ts";
import { openRecordStore } from "../../../src/storage/open.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";
import { readEventFilter } from "../../../src/transport/event-filter.ts";
import { readOwnEvents } from "../../../src/transport/own-events.ts";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";
import { createMemoryLogger } from "../../support/memory-logger.ts";

const MINE = toConnectionId("connection-mine");
const owner = { connectionIds: new Set([MINE]), giver: "me" };

let store: RecordStore;
let clock: FakeClock;
let trail: AuditTrail;

beforeEach(async () => {
  clock = createFakeClock();
  store = await openRecordStore("memory:", { clock });
  trail = createAuditTrail({ store, clock, random: systemRandom, log: createMemoryLogger().log });
});
afterEach(() => store.close());

/** A grant on a connection, given by "me" unless said; by nobody known for an empty giver. */
const granted = (
  client: string,
  { connection = MINE as string, giver = "me" } = {},
): AuditEvent => ({
  kind: "grant.created",
  grantId: toGrantId(`grant-${client}`),
  clientId: toClientId(client),
  connectionId: toConnectionId(connection),
  ...(giver === "" ? {} : { giver }),
});

const resumed = (connection: string): AuditEvent => ({
  kind: "connection.resumed",
  connectionId: toConnectionId(connection),
});

const record = async (...events: readonly AuditEvent[]): Promise<void> => {
  for (const event of events) await trail.record(event);
};

const read = (query = "") =>
  readOwnEvents(trail, owner, readEventFilter(new URLSearchParams(query)));

const namesOf = ({ events }: Awaited<ReturnType<typeof read>>): readonly string[] =>
  events.map(({ event }) => ("clientId" in event ? event.clientId : event.connectionId));

describe("the events of a person", () => {
  it("are those of their connections and of the grants that they gave, and no others", async () => {
    await record(
      resumed(MINE),
      granted("mine-elsewhere", { connection: "connection-gone" }),
      granted("mine"),
      granted("of-another-person", { giver: "somebody else" }),
      granted("of-nobody-known", { giver: "" }),
      resumed("connection-foreign"),
      { kind: "client.registered", clientId: toClientId("registered") },
      { kind: "sign_in.failed", reason: "x", requestId: "r" },
      { kind: "webhook.received", type: "UNINSTALL", requestId: "r" },
    );
    expect(namesOf(await read())).toEqual(["mine", "mine-elsewhere", MINE]);
  });

  it.each([
    ["kind=connection.resumed", [MINE]],
    ["client=mine", ["mine"]],
    ["connection=connection-gone", ["elsewhere"]],
    ["connection=connection-foreign", []],
    ["client=of-another-person", []],
    ["kind=client.registered", ["elsewhere", "mine", MINE]],
    ["kind=__proto__&client=&from=yesterday&to=2026-99-99", ["elsewhere", "mine", MINE]],
  ])("with %s are %j", async (query, expected) => {
    await record(
      resumed(MINE),
      granted("mine"),
      granted("of-another-person", { giver: "somebody else" }),
      resumed("connection-foreign"),
      granted("elsewhere", { connection: "connection-gone" }),
    );
    expect(namesOf(await read(query))).toEqual(expected);
  });

  it("of a range of days include its first and its last day in full", async () => {
    const dayOf = (): string => new Date(clock.nowMs()).toISOString().slice(0, 10);
    const days: string[] = [];
    for (const client of ["a", "b", "c", "d"]) {
      days.push(dayOf());
      await record(granted(client));
      clock.advance(86_400);
    }
    expect(namesOf(await read(`from=${days[1]}&to=${days[2]}`))).toEqual(["c", "b"]);
    expect(namesOf(await read(`from=${days[3]}`))).toEqual(["d"]);
    expect(namesOf(await read(`to=${days[0]}`))).toEqual(["a"]);
    expect(namesOf(await read(`from=${days[2]}&to=${days[1]}`))).toEqual([]);
  });

  it("come in pages without a gap or a repetition, however much of others is between", async () => {
    const all: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      all.unshift(`client-${index}`);
      await record(granted(`client-${index}`), resumed("foreign-1"), resumed("foreign-2"));
    }
    const sizes: number[] = [];
    const seen: string[] = [];
    let query: string | undefined = "";
    while (query !== undefined) {
      const page = await read(query);
      sizes.push(page.events.length);
      seen.push(...namesOf(page));
      query = page.next === undefined ? undefined : `before=${encodeURIComponent(page.next)}`;
    }
    expect(seen).toEqual(all);
    expect(sizes).toEqual([25, 25, 10]);
  });

  it("are looked for among 1,000 events at a time, and the next page goes on from there", async () => {
    await record(granted("old"));
    for (let index = 0; index < 1000; index += 1) await record(resumed("foreign"));
    const first = await read();
    expect(namesOf(first)).toEqual([]);
    expect(first.next).toBeDefined();
    expect(namesOf(await read(`before=${first.next ?? ""}`))).toEqual(["old"]);
  });

  it("are none for a made-up place in the trail", async () => {
    await record(granted("mine"));
    expect(await read("before=%00")).toEqual({ events: [] });
  });
});
