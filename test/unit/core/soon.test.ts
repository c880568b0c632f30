import { describe, expect, it } from "vitest";
import { type Soon, trySoon, whenThere } from "../../../src/core/soon.ts";

const broken = new Error("broken");
const refuse = (): never => {
  throw broken;
};

describe("going on with a value", () => {
  it("happens at once where the value is there", () => {
    expect(whenThere(1, (value) => value + 1)).toBe(2);
  });

  it("waits for a promise of it", async () => {
    const next = whenThere(Promise.resolve(1), (value) => value + 1);
    expect(next).toBeInstanceOf(Promise);
    expect(await next).toBe(2);
  });

  it("throws at once what is thrown at once, and rejects with the rest", async () => {
    expect(() => whenThere(1, refuse)).toThrow(broken);
    await expect(whenThere(Promise.resolve(1), refuse)).rejects.toBe(broken);
  });
});

describe("trying work", () => {
  type Work = () => Soon<number>;
  type Next = (value: number) => Soon<number>;
  const works: Readonly<Record<string, Work>> = {
    "is there": () => 1,
    comes: () => Promise.resolve(1),
  };
  const failures: Readonly<Record<string, { readonly work: Work; readonly next: Next }>> = {
    "work throws": { work: refuse, next: (value) => value },
    "work rejects": { work: () => Promise.reject(broken), next: (value) => value },
    "what follows throws": { work: () => 1, next: refuse },
    "what follows rejects": { work: () => 1, next: () => Promise.reject(broken) },
    "what follows throws later": { work: () => Promise.resolve(1), next: refuse },
    "what follows rejects later": {
      work: () => Promise.resolve(1),
      next: () => Promise.reject(broken),
    },
  };
  const fail = (): never => {
    throw new Error("handled for nothing");
  };

  it.each(Object.entries(works))("goes on with a value that %s", async (_name, work) => {
    expect(await trySoon(work, (value) => value + 1, fail)).toBe(2);
    expect(await trySoon(work, (value) => Promise.resolve(value + 1), fail)).toBe(2);
  });

  it("gives a value at once where all of it is there", () => {
    expect(
      trySoon(
        () => 1,
        (value) => value + 1,
        fail,
      ),
    ).toBe(2);
  });

  it.each(Object.entries(failures))("handles that %s, once", async (_name, { work, next }) => {
    const handled: unknown[] = [];
    const done = await trySoon<number, number>(work, next, (error) => {
      handled.push(error);
      return -1;
    });
    expect(done).toBe(-1);
    expect(handled).toEqual([broken]);
  });
});
