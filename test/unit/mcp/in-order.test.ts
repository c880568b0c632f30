import { describe, expect, it } from "vitest";
import { inOrder } from "../../../src/mcp/operations/in-order.ts";

describe("work in order", () => {
  it("ends what is under way, and begins nothing more, once nobody takes results", async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const results = inOrder({
      items: [0, 1, 2, 3, 4, 5],
      width: 3,
      signal: new AbortController().signal,
      work: (item, signal) =>
        new Promise<number>((resolve) => {
          begun.push(item);
          signal.addEventListener("abort", () => ended.push(item));
          if (item === 0) resolve(item);
        }),
    });
    for await (const result of results) {
      expect(result).toBe(0);
      break;
    }
    expect(begun).toEqual([0, 1, 2]);
    expect(ended).toEqual([0, 1, 2]);
  });
});
