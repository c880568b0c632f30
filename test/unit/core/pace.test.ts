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
  await Promise.all([pace(), pace(), pace()]);
  expect(others.stop()).toBe(1);
});

it("work on a list keeps its order and its width, and takes turns though it waits for nothing", async () => {
  let running = 0;
  let most = 0;
  const turns = countTurns();
  const values = await mapPaced([...Array(100).keys()], 4, async (index) => {
    running += 1;
    most = Math.max(most, running);
    for (const end = performance.now() + 0.5; performance.now() < end;);
    await Promise.resolve();
    running -= 1;
    return index * 2;
  });
  expect(turns.stop()).toBeGreaterThan(3);
  expect(values).toEqual(Array.from({ length: 100 }, (_, index) => index * 2));
  expect(most).toBe(4);
  expect(await mapPaced([], 4, async () => 1)).toEqual([]);
  await expect(mapPaced([1, 2], 1, async () => Promise.reject(new Error("no")))).rejects.toThrow(
    "no",
  );
});
