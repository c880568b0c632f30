import { describe, expect, it } from "vitest";
import { ok } from "../../../src/core/result.ts";
import {
  BERLIN,
  FOREIGN,
  LOCATIONS,
  LYON,
  createHarness,
  toPinned,
  toPrincipal,
} from "./fixtures.ts";

const answers = {
  "contacts.search-contacts-advanced": ok({ contacts: [], total: 0 }),
};

describe("the location of a call", () => {
  it("is the grant's only one, without being named", async () => {
    const harness = createHarness(answers);
    expect((await harness.call(toPinned(LYON), "search_contacts")).isError).toBe(false);
    expect(harness.calls).toMatchObject([{ locationId: LYON, body: { locationId: LYON } }]);
    expect(harness.listed()).toBe(0);
  });

  it.each(["location", "private"] as const)("is that of a %s connection", async (kind) => {
    const harness = createHarness(answers, { connection: { kind, locationId: BERLIN } });
    expect((await harness.call(toPrincipal(), "search_contacts")).isError).toBe(false);
    expect(harness.calls[0]?.locationId).toBe(BERLIN);
  });

  it("cannot be named at all when there is only one", async () => {
    const harness = createHarness(answers);
    const result = await harness.call(toPinned(BERLIN), "search_contacts", { location: LYON });
    expect(result).toMatchObject({ isError: true });
    expect(result.text).toContain('"location" is not an argument of this tool');
    expect(harness.calls).toEqual([]);
  });

  it.each([LYON, "Lyon Yoga", " lyon  YOGA "])("is found by %j", async (location) => {
    const harness = createHarness(answers);
    expect((await harness.call(toPrincipal(), "search_contacts", { location })).isError).toBe(
      false,
    );
    expect(harness.calls[0]?.locationId).toBe(LYON);
  });

  it("has to be named when there are several", async () => {
    const harness = createHarness(answers);
    const result = await harness.call(toPrincipal(), "search_contacts");
    expect(result).toMatchObject({ isError: true, text: '"location" is required' });
    expect(harness.calls).toEqual([]);
  });

  it("is refused when it is foreign, before anything is asked upstream", async () => {
    const harness = createHarness(answers);
    const principal = toPrincipal({ locations: [BERLIN, LYON] });
    const result = await harness.call(principal, "search_contacts", { location: FOREIGN });
    expect(result.isError).toBe(true);
    expect(result.text).toBe(
      `location "${FOREIGN}" is not in this grant; list_locations shows those that are`,
    );
    expect(harness.calls).toEqual([]);
    expect(harness.listed()).toBe(0);
  });

  it("is refused when the agency has it but the grant does not", async () => {
    const third = { id: FOREIGN, name: "Other Place" };
    const harness = createHarness(answers, { locations: [...LOCATIONS, third] });
    const principal = toPrincipal({ locations: [BERLIN, LYON] });
    for (const location of [FOREIGN, "Other Place"]) {
      const result = await harness.call(principal, "search_contacts", { location });
      expect(result.isError).toBe(true);
      expect(result.text).not.toContain("Other Place (");
    }
    expect(harness.calls).toEqual([]);
  });

  it("is refused for a foreign id of a grant over the whole agency", async () => {
    const harness = createHarness(answers);
    const result = await harness.call(toPrincipal(), "search_contacts", { location: FOREIGN });
    expect(result.text).toContain("is not in this grant");
    expect(harness.calls).toEqual([]);
  });

  it("names up to five candidates, the likeliest first, when the name is not quite right", async () => {
    const more = Array.from({ length: 8 }, (_, index) => ({ id: FOREIGN, name: `Place ${index}` }));
    const harness = createHarness(answers, { locations: [...more, ...LOCATIONS] });
    const { text } = await harness.call(toPrincipal(), "search_contacts", { location: "Yoga" });
    expect(text).toContain(`did you mean "Lyon Yoga (${LYON})"`);
    expect(text.match(/\(\w{20}\)/g)).toHaveLength(5);
    expect(harness.calls).toEqual([]);
  });

  it("asks for the id when two locations have one name", async () => {
    const twins = [BERLIN, LYON].map((id) => ({ id, name: "Twin" }));
    const harness = createHarness(answers, { locations: twins });
    const { text } = await harness.call(toPrincipal(), "search_contacts", { location: "twin" });
    expect(text).toContain('several locations of this grant are called "twin"');
    expect(text).toContain(`Twin (${BERLIN})`);
    expect(text).toContain(`Twin (${LYON})`);
    expect(harness.calls).toEqual([]);
  });
});
