import { describe, expect, it } from "vitest";
import { toConnectionId } from "../../../src/core/ids.ts";
import { createCooldown } from "../../../src/upstream/cooldown.ts";
import { createFakeClock } from "../../support/clock.ts";

const id = toConnectionId("c1");

/** Rests as long as they can be: 1 s, 2 s, 4 s. */
const startCooldown = () => {
  const clock = createFakeClock();
  const random = { bytes: () => Buffer.from([255]), token: () => "", id: () => "" };
  return { clock, cooldown: createCooldown<string>({ clock, random }) };
};

describe("a rest after a failure", () => {
  it("is over when the clock is set back, and the next one is longer all the same", () => {
    const { clock, cooldown } = startCooldown();
    cooldown.start(id, "first");
    clock.advance(-3600);
    expect(cooldown.find(id)).toBeUndefined();
    cooldown.start(id, "second");
    expect(cooldown.find(id)).toEqual({ failure: "second", seconds: 2 });
    clock.advance(2);
    expect(cooldown.find(id)).toBeUndefined();
  });

  it("lasts no longer than it is when the clock is set back within it", () => {
    const { clock, cooldown } = startCooldown();
    cooldown.start(id, "told to wait", 300);
    clock.advance(200);
    clock.advance(-200);
    expect(cooldown.find(id)).toEqual({ failure: "told to wait", seconds: 300 });
    clock.advance(-1);
    expect(cooldown.find(id)).toBeUndefined();
  });
});
