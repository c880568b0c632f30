import { describe, expect, it } from "vitest";
import { createLiveSet } from "../../../src/core/live-set.ts";

describe("a set of what is there for a moment", () => {
  it("holds what was added and not taken out, whatever the order", () => {
    const set = createLiveSet<number>();
    const model = new Map<number, () => void>();
    for (let step = 0; step < 500; step += 1) {
      model.set(step, set.add(step));
      // Some go at once, some later, the first and the last among them.
      for (const gone of [step, Math.floor(step / 2), step - 7]) {
        if ((step * 7 + gone) % 3 !== 0) continue;
        model.get(gone)?.();
        model.delete(gone);
      }
      expect(set.size).toBe(model.size);
    }
    expect(set.values().toSorted((a, b) => a - b)).toEqual([...model.keys()]);
    expect(model.size).toBeGreaterThan(10);
  });

  it("takes one out once, and nobody else in its place", () => {
    const set = createLiveSet<string>();
    const remove = set.add("one");
    set.add("two");
    remove();
    remove();
    expect(set.values()).toEqual(["two"]);
  });

  it("takes the same value twice, as two", () => {
    const set = createLiveSet<string>();
    const remove = set.add("one");
    set.add("one");
    remove();
    expect(set.values()).toEqual(["one"]);
  });

  it("stays whole while it is gone over and emptied", () => {
    const set = createLiveSet<string>();
    const removers = ["one", "two", "three"].map((value) => set.add(value));
    const seen: string[] = [];
    for (const value of set.values()) {
      seen.push(value);
      for (const remove of removers) remove();
    }
    expect(seen).toEqual(["one", "two", "three"]);
    expect(set.size).toBe(0);
  });
});
