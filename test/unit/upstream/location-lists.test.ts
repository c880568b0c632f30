import { expect, it } from "vitest";
import { toConnectionId, toLocationId } from "../../../src/core/ids.ts";
import { createLocationLists } from "../../../src/upstream/location-lists.ts";
import { createFakeClock } from "../../support/clock.ts";

const toId = (index: number) => toConnectionId(`c${index}`);
const toList = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: toLocationId(`l${index}`), name: "a place" }));

it("lists of locations are kept for a minute, and what is too old is dropped when another comes", () => {
  const clock = createFakeClock();
  const lists = createLocationLists(clock);
  lists.keep(toId(1), toList(2));
  clock.advance(59);
  expect(lists.find(toId(1))).toHaveLength(2);
  clock.advance(1);
  expect(lists.find(toId(1))).toBeUndefined();
  lists.keep(toId(2), toList(1));
  // Back then it would be good again, if it were still there.
  clock.advance(-60);
  expect(lists.find(toId(1))).toBeUndefined();
});

it("lists of locations hold 20,000 locations at most together, the newest, whatever their number", () => {
  const lists = createLocationLists(createFakeClock());
  const keptOf = (count: number): number =>
    Array.from({ length: count }, (_, index) => lists.find(toId(index))).filter(Boolean).length;
  for (let index = 0; index < 30; index += 1) lists.keep(toId(index), toList(1000));
  expect(keptOf(30)).toBe(20);
  expect(lists.find(toId(29))).toHaveLength(1000);
  expect(lists.find(toId(9))).toBeUndefined();
  lists.drop(toId(29));
  lists.keep(toId(30), toList(1000));
  expect(keptOf(31)).toBe(20);
  lists.clear();
  for (let index = 0; index < 25_000; index += 1) lists.keep(toId(index), []);
  expect(keptOf(25_000)).toBe(20_000);
  // One list that is larger than all that may be kept is kept as well: it was just asked for.
  lists.keep(toId(0), toList(30_000));
  expect(keptOf(25_000)).toBe(1);
});
