import { describe, expect, it } from "vitest";
import { addSeconds, type EpochSeconds } from "../../../src/core/clock.ts";
import { createLocalEvents, type EventChannel, type HeardEvent } from "../../../src/core/events.ts";
import { createRecall } from "../../../src/core/recall.ts";
import { createFakeClock } from "../../support/clock.ts";

interface Thing {
  readonly name: string;
  readonly endsAt: EpochSeconds;
}

const createRig = (channel: "none" | "local" | "shared" = "local") => {
  const clock = createFakeClock();
  const local = createLocalEvents();
  const listeners: ((event: HeardEvent) => void)[] = [];
  let up = true;
  const shared: EventChannel = {
    ...local,
    isShared: true,
    isUp: () => up,
    subscribe: (listener) => {
      listeners.push(listener);
      return local.subscribe(listener);
    },
  };
  const events = { none: undefined, local, shared }[channel];
  const recall = createRecall<Thing>({
    ...(events === undefined ? {} : { events }),
    clock,
    keyOf: (event) => (event.kind === "grant_revoked" ? event.grantId : undefined),
    endOf: ({ endsAt }) => endsAt,
  });
  const reads: string[] = [];
  const get = async (key: string): Promise<Thing | undefined> =>
    recall.get(key, async () => {
      reads.push(key);
      return { name: `${key} ${reads.length}`, endsAt: addSeconds(clock.nowSeconds(), 20) };
    });
  return {
    clock,
    recall,
    reads,
    get,
    revoke: (grantId: string) => local.publish({ kind: "grant_revoked", grantId }),
    miss: () => listeners.forEach((hear) => hear({ kind: "missed" })),
    setUp: (now: boolean) => {
      up = now;
    },
  };
};

describe("a memory of what was read", () => {
  it("reads a key once, and never answers for another", async () => {
    const rig = createRig();
    const first = await rig.get("a");
    expect(await rig.get("a")).toBe(first);
    expect(await rig.get("b")).not.toBe(first);
    expect(rig.reads).toEqual(["a", "b"]);
  });

  it("reads each time where no channel would say that something changed", async () => {
    const rig = createRig("none");
    await rig.get("a");
    await rig.get("a");
    expect(rig.reads).toEqual(["a", "a"]);
  });

  it("forgets a key with its event, and no other key", async () => {
    const rig = createRig();
    await rig.get("a");
    await rig.get("b");
    rig.revoke("a");
    expect(rig.recall.peek("a")).toBeUndefined();
    expect(rig.recall.peek("b")).toBeDefined();
  });

  it("does not keep what was being read while its key was forgotten", async () => {
    const rig = createRig();
    const old = Promise.withResolvers<Thing>();
    const reading = rig.recall.get("a", () => old.promise);
    rig.revoke("a");
    old.resolve({ name: "old", endsAt: addSeconds(rig.clock.nowSeconds(), 20) });
    expect(await reading).toMatchObject({ name: "old" });
    expect(rig.recall.peek("a")).toBeUndefined();
  });

  it("never answers with a value past its own end", async () => {
    const rig = createRig();
    await rig.get("a");
    rig.clock.advance(19);
    expect(rig.recall.peek("a")).toBeDefined();
    rig.clock.advance(1);
    expect(rig.recall.peek("a")).toBeUndefined();
  });

  it("believes a store that other processes share for half a second at most", async () => {
    const rig = createRig("shared");
    await rig.get("a");
    rig.clock.advance(0.499);
    expect(rig.recall.peek("a")).toBeDefined();
    rig.clock.advance(0.001);
    expect(rig.recall.peek("a")).toBeUndefined();
  });

  it("forgets everything when events may have been missed", async () => {
    const rig = createRig("shared");
    await rig.get("a");
    await rig.get("b");
    rig.miss();
    expect([rig.recall.peek("a"), rig.recall.peek("b")]).toEqual([undefined, undefined]);
  });

  it("answers nothing from memory, and keeps nothing, while the channel is down", async () => {
    const rig = createRig("shared");
    await rig.get("a");
    rig.setUp(false);
    await rig.get("a");
    await rig.get("b");
    expect(rig.reads).toEqual(["a", "a", "b"]);
    rig.setUp(true);
    expect(rig.recall.peek("b")).toBeUndefined();
  });

  it("takes what was read before the clock was set back for old", async () => {
    const rig = createRig();
    await rig.get("a");
    rig.clock.advance(-60);
    expect(rig.recall.peek("a")).toBeUndefined();
  });

  it("keeps ten thousand keys, and drops the half that was read first", async () => {
    const rig = createRig();
    for (let index = 0; index <= 10_000; index += 1) await rig.get(String(index));
    expect(rig.recall.peek("0")).toBeUndefined();
    expect(rig.recall.peek("4999")).toBeUndefined();
    expect(rig.recall.peek("5000")).toBeDefined();
    expect(rig.recall.peek("10000")).toBeDefined();
  });
});
