import { describe, expect, it } from "vitest";
import { toLocationPage } from "../../../src/web/location-list.ts";
import { manyNames } from "./fixtures.ts";

describe("a page of locations", () => {
  it.each([
    [0, undefined, [0, 1, 1, false]],
    [120, undefined, [50, 1, 3, false]],
    [120, 3, [20, 3, 3, true]],
    [120, 99, [20, 3, 3, true]],
    [120, 0, [50, 1, 3, true]],
  ] as const)("of %i names, asked for %s, is %j", (count, wanted, expected) => {
    const list = toLocationPage(manyNames.slice(0, count), wanted);
    expect([list.names.length, list.page, list.pages, list.isOpen]).toEqual(expected);
    expect(list.total).toBe(count);
  });
});
