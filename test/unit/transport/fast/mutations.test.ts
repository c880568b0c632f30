import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ok } from "../../../../src/core/result.ts";
import { BERLIN, createHarness, toContact, toPrincipal } from "../../mcp/fixtures.ts";
import { mutatedRequest } from "./mutations.ts";
import { type Twin, startTwin, toComparable } from "./twin.ts";

let twin: Twin;
beforeAll(async () => {
  const { surface } = createHarness({
    "contacts.search-contacts-advanced": ok({ contacts: [toContact(1)], total: 1 }),
  });
  twin = await startTwin(surface, toPrincipal({ locations: [BERLIN] }));
});
afterAll(() => twin.close());

describe("requests that are nearly sound", () => {
  it("get the answer of the SDK, whoever answers", async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(mutatedRequest, async (request) => {
        const answer = await twin.ask(request);
        taken += answer.taken;
        expect(toComparable(answer.own)).toEqual(toComparable(answer.sdk));
      }),
      { seed: 20_261_127, numRuns: 150 },
    );
    // Some of them are still sound: both ways are walked.
    expect(taken).toBeGreaterThan(10);
    expect(taken).toBeLessThan(140);
  }, 60_000);
});
