import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { createPace, mapPaced } from "../../../src/core/pace.ts";
import { countTurns } from "../../support/count-turns.ts";

it("a pace lets the event loop go on once its time is up, and not before", async () => {
  let nowMs = 0;
  const pace = createPace(() => nowMs);
  const turns = countTurns();
  for (let step = 0; step < 100; step += 1) await pace();
  nowMs = 4;
  await pace();
  expect(turns.stop()).toBe(0);
  const others = countTurns();
  nowMs = 5;
  await pace();
  expect(others.stop()).toBe(1);
});

it("those who share a pace go on in the order in which they came, each in a turn of its own", async () => {
  let nowMs = 0;
  const pace = createPace(() => nowMs);
  nowMs = 5;
  const wentOn: string[] = [];
  const turns = countTurns();
  await Promise.all(
    ["first", "second", "third"].map(async (name) => {
      await pace();
      wentOn.push(name);
    }),
  );
  expect(turns.stop()).toBe(3);
  expect(wentOn).toEqual(["first", "second", "third"]);
});

const hold = (ms: number): void => {
  for (const end = performance.now() + ms; performance.now() < end;);
};

it("work on a list that waits for nothing takes turns, a few steps each, whatever the width", async () => {
  let [inThisTurn, most, running, together] = [0, 0, 0, 0];
  const turns = countTurns();
  const values = await mapPaced([...Array(100).keys()], 24, async (index) => {
    if (inThisTurn === 0) void setImmediate().then(() => (inThisTurn = 0));
    inThisTurn += 1;
    most = Math.max(most, inThisTurn);
    running += 1;
    together = Math.max(together, running);
    hold(0.5);
    await Promise.resolve();
    running -= 1;
    return index * 2;
  });
  expect(turns.stop()).toBeGreaterThan(3);
  expect(values).toEqual(Array.from({ length: 100 }, (_, index) => index * 2));
  expect(most).toBeLessThan(24);
  expect(together).toBe(1);
});

it("work on a list that waits is done at most at its width, and gives its results in order", async () => {
  let [running, most] = [0, 0];
  const values = await mapPaced([...Array(50).keys()], 4, async (index) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < 10; turn += 1) await setImmediate();
    running -= 1;
    return index * 2;
  });
  expect(values).toEqual(Array.from({ length: 50 }, (_, index) => index * 2));
  expect(most).toBe(4);
});

it("work on a list of nothing gives nothing, and a failure of one is that of the whole", async () => {
  expect(await mapPaced([], 4, async () => 1)).toEqual([]);
  await expect(mapPaced([1, 2], 1, async () => Promise.reject(new Error("no")))).rejects.toThrow(
    "no",
  );
});
