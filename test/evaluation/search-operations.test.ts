import { describe, expect, it } from "vitest";

import { findOperation } from "../../src/ghl/catalog/index.ts";
import { searchOperations } from "../../src/ghl/catalog/search.ts";
import { AFTER_TUNING_INTENTS } from "./after-tuning-intents.ts";
import { FRESH_A_INTENTS } from "./fresh-a-intents.ts";
import { FRESH_B_INTENTS } from "./fresh-b-intents.ts";
import { FURTHER_TUNING_INTENTS } from "./further-intents.ts";
import { HOLD_OUT_INTENTS } from "./hold-out-intents.ts";
import { type Intent, TUNING_INTENTS } from "./operation-intents.ts";
import { SIDEWAYS_INTENTS } from "./sideways-intents.ts";

const SETS: Readonly<Record<string, readonly Intent[]>> = {
  tuning: TUNING_INTENTS,
  "further tuning": FURTHER_TUNING_INTENTS,
  "tuning, said sideways": SIDEWAYS_INTENTS,
  "hold-out": HOLD_OUT_INTENTS,
  "fresh, first half": FRESH_A_INTENTS,
  "fresh, second half": FRESH_B_INTENTS,
  "fresh, after tuning": AFTER_TUNING_INTENTS,
};
const ALL = Object.values(SETS).flat();

const places = new Map<Intent, number>();

/** The place of the first right operation, from 0; -1 where none is among the first five. */
const placeOf = (intent: Intent): number => {
  const [asked, ...right] = intent;
  const known = places.get(intent);
  if (known !== undefined) return known;
  const place = searchOperations(asked).findIndex(({ operation }) => right.includes(operation.id));
  places.set(intent, place);
  return place;
};

const percent = (count: number, intents: readonly Intent[]): number =>
  Math.round((1000 * count) / intents.length) / 10;

const measure = (intents: readonly Intent[]): { first: number; inFive: number } => {
  const found = intents.map(placeOf);
  return {
    first: percent(found.filter((place) => place === 0).length, intents),
    inFive: percent(found.filter((place) => place >= 0).length, intents),
  };
};

describe("finding an operation in everyday words", () => {
  it("is measured with intents whose operations exist", () => {
    const unknown = ALL.flatMap(([, ...right]) => right).filter(
      (id) => findOperation(id) === undefined,
    );
    expect(unknown).toEqual([]);
    expect(new Set(ALL.map(([asked]) => asked)).size).toBe(ALL.length);
    expect(TUNING_INTENTS.length + HOLD_OUT_INTENTS.length).toBeGreaterThanOrEqual(240);
  });

  it("puts a right operation first for at least nine in ten", () => {
    for (const [name, intents] of Object.entries(SETS)) {
      const { first, inFive } = measure(intents);
      console.log(`${name}: ${intents.length} intents, first ${first} %, in five ${inFive} %`);
      expect([name, first >= 90]).toEqual([name, true]);
    }
    const { first, inFive } = measure(ALL);
    console.log(`all: ${ALL.length} intents, first ${first} %, in five ${inFive} %`);
    expect(first).toBeGreaterThanOrEqual(94);
  });

  it("has a right operation among the first five for all", () => {
    expect(ALL.filter((intent) => placeOf(intent) < 0)).toEqual([]);
  });
});
