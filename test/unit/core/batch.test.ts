import { describe, expect, it } from "vitest";
import { createBatch } from "../../../src/core/batch.ts";

/** After the batches of this turn of the event loop. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a batch", () => {
  it("does nothing before the turn of the event loop is over, and then all in the order in which it came", async () => {
    const batch = createBatch();
    const done: number[] = [];
    for (const one of [1, 2, 3]) batch(() => done.push(one));
    await Promise.resolve();
    expect(done).toEqual([]);
    await nextTurn();
    expect(done).toEqual([1, 2, 3]);
  });

  it("lets the event loop go on after 32, and comes to the rest in the next turns", async () => {
    const batch = createBatch();
    let done = 0;
    for (let index = 0; index < 70; index += 1) batch(() => (done += 1));
    const seen: number[] = [];
    while (done < 70) {
      await nextTurn();
      seen.push(done);
    }
    expect(seen).toEqual([32, 64, 70]);
  });

  it("leaves what comes from its own work to the next turn", async () => {
    const batch = createBatch();
    const done: string[] = [];
    batch(() => {
      done.push("first");
      batch(() => done.push("second"));
    });
    await nextTurn();
    expect(done).toEqual(["first"]);
    await nextTurn();
    expect(done).toEqual(["first", "second"]);
  });

  it("does the work of the others where one throws", async () => {
    const batch = createBatch();
    const done: number[] = [];
    const thrown = new Promise((resolve) => {
      const before = process.listeners("uncaughtException");
      process.removeAllListeners("uncaughtException");
      process.once("uncaughtException", (error) => {
        for (const listener of before) process.on("uncaughtException", listener);
        resolve(error);
      });
    });
    batch(() => done.push(1));
    batch(() => {
      throw new Error("a bug");
    });
    batch(() => done.push(3));
    expect(await thrown).toEqual(new Error("a bug"));
    await nextTurn();
    expect(done).toEqual([1, 3]);
  });
});
