import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { seedWorld } from "../../../src/sandbox/seed/seed-world.ts";

const toHash = (seed: number): string => {
  const plain = JSON.stringify(seedWorld(seed), (_, value: unknown) =>
    value instanceof Map ? [...value] : value,
  );
  return createHash("sha256").update(plain).digest("hex");
};

describe("seedWorld", () => {
  it("makes the same world on every machine", () => {
    expect(toHash(1)).toBe("71a8e57284c35a09ca1f0d38bcae2b73b8b57c95d203a2969bd3f2a47b952921");
  });

  it("makes another world from another seed", () => {
    expect(toHash(2)).not.toBe(toHash(1));
  });

  it("has one agency with three locations, 300 contacts and 60 opportunities at least", () => {
    const world = seedWorld(1);
    expect(world.locations.map(({ name, timezone }) => [name, timezone])).toEqual([
      ["Harbor Street Dental", "America/Los_Angeles"],
      ["Bluebonnet Home Services", "America/Chicago"],
      ["Marlowe & Finch Estates", "Europe/London"],
    ]);
    expect(new Set(world.locations.map(({ companyId }) => companyId))).toEqual(
      new Set([world.company.id]),
    );
    expect(world.contacts.size).toBeGreaterThanOrEqual(300);
    expect(world.opportunities.size).toBeGreaterThanOrEqual(60);
    expect(world.users.length).toBeGreaterThanOrEqual(5);
  });

  it("gives every record an id of its own that looks like GoHighLevel's", () => {
    const { contacts, opportunities, locations, users, company } = seedWorld(1);
    const ids = [...contacts.keys(), ...opportunities.keys(), company.id];
    ids.push(...locations.map(({ id }) => id), ...users.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[A-Za-z0-9]{20}$/.test(id))).toEqual([]);
  });

  it("links every opportunity but one in each location to a contact, and all to a pipeline and a stage, of its own location", () => {
    const world = seedWorld(1);
    const orphans = [...world.opportunities.values()].filter(
      (deal) => deal.contactId === undefined,
    );
    expect(orphans.map(({ locationId }) => locationId)).toEqual(
      world.locations.map(({ id }) => id),
    );
    for (const deal of world.opportunities.values()) {
      const pipeline = world.pipelines.find(({ id }) => id === deal.pipelineId);
      const contact = world.contacts.get(deal.contactId ?? "");
      expect(contact?.locationId).toBe(deal.contactId === undefined ? undefined : deal.locationId);
      expect(pipeline?.locationId).toBe(deal.locationId);
      expect(pipeline?.stages.map(({ id }) => id)).toContain(deal.pipelineStageId);
    }
    for (const { id } of world.locations) {
      const used = [...world.opportunities.values()].filter((deal) => deal.locationId === id);
      expect(new Set(used.map((deal) => deal.pipelineId)).size).toBeGreaterThanOrEqual(2);
    }
  });

  it("uses only addresses and numbers that belong to no one, each once in a location", () => {
    const contacts = [...seedWorld(1).contacts.values()];
    const emails = contacts.flatMap(({ email }) => email ?? []);
    const phones = contacts.flatMap(({ phone }) => phone ?? []);
    expect(emails.filter((email) => !/@example\.(com|net|org)$/.test(email))).toEqual([]);
    expect(
      phones.filter(
        (phone) => !/^(\+1\d{3}55501\d{2}|\+442079460\d{3}|\+447700900\d{3})$/.test(phone),
      ),
    ).toEqual([]);
    for (const key of ["email", "phone"] as const) {
      const values = contacts.flatMap((one) =>
        one[key] === undefined ? [] : [`${one.locationId} ${one[key]}`],
      );
      expect(new Set(values).size).toBe(values.length);
    }
    expect(
      contacts.filter(({ email, phone }) => email === undefined && phone === undefined),
    ).toEqual([]);
  });

  it("spreads the contacts over the year before the reference date", () => {
    const dates = [...seedWorld(1).contacts.values()].map(({ dateAdded }) => dateAdded).toSorted();
    expect(dates[0]?.slice(0, 7)).toBe("2025-11");
    expect(dates.at(-1)?.slice(0, 7)).toBe("2026-10");
    expect(new Set(dates.map((date) => date.slice(0, 7))).size).toBe(12);
  });
});
