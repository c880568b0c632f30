import { describe, expect, it } from "vitest";
import { fail, ok } from "../../../src/core/result.ts";
import { BERLIN, createHarness, toContact, toPinned } from "./fixtures.ts";

const CREATE = "contacts.create-contact";
const duplicate = fail({
  kind: "duplicate_contact",
  contactId: "contact-7",
  matchingField: "email",
} as const);

describe("create_contact", () => {
  it("sends the fields by their wire names and gives the new contact", async () => {
    const harness = createHarness({ [CREATE]: ok({ contact: toContact(1) }) });
    const result = await harness.call(toPinned(), "create_contact", {
      first_name: "Ann",
      last_name: "Lee",
      email: "ann@example.com",
      phone: "+12025550101",
      company: "Acme",
      tags: ["vip"],
      source: "fair",
      address: "1 Main St",
      city: "Berlin",
      state: "BE",
      postal_code: "10115",
      country: "de",
      custom_fields: { abcdefghijklmnopqrst: "by id", favorite_color: ["red"] },
    });
    expect(result.data).toMatchObject({ outcome: "created", contact: { id: "contact-1" } });
    expect(harness.calls).toHaveLength(1);
    expect(harness.calls[0]).toMatchObject({ operation: CREATE, locationId: BERLIN });
    expect(harness.calls[0]?.body).toEqual({
      firstName: "Ann",
      lastName: "Lee",
      email: "ann@example.com",
      phone: "+12025550101",
      companyName: "Acme",
      tags: ["vip"],
      source: "fair",
      address1: "1 Main St",
      city: "Berlin",
      state: "BE",
      postalCode: "10115",
      country: "DE",
      customFields: [
        { id: "abcdefghijklmnopqrst", fieldValue: "by id" },
        { key: "favorite_color", fieldValue: ["red"] },
      ],
    });
  });

  it("wants something to know the contact by", async () => {
    const harness = createHarness();
    const result = await harness.call(toPinned(), "create_contact", { city: "Berlin" });
    expect(result).toMatchObject({ isError: true });
    expect(result.text).toContain("give at least one of first_name, last_name, name, email, phone");
    expect(harness.calls).toEqual([]);
  });

  it("refuses what is no email address", async () => {
    const harness = createHarness();
    const result = await harness.call(toPinned(), "create_contact", { email: "ann" });
    expect(result.text).toBe('"email" must be an email address');
    expect(harness.calls).toEqual([]);
  });

  it("names the contact that exists already, and creates nothing", async () => {
    const harness = createHarness({ [CREATE]: duplicate });
    const result = await harness.call(toPinned(), "create_contact", { email: "ann@example.com" });
    expect(result.isError).toBe(true);
    expect(result.text).toContain("same email exists already: id contact-7");
    expect(result.text).toContain('if_exists "return"');
    expect(harness.calls).toHaveLength(1);
  });

  it("gives the existing contact when told to return it", async () => {
    const harness = createHarness({
      [CREATE]: duplicate,
      "contacts.get-contact": ok({ contact: toContact(7) }),
    });
    const result = await harness.call(toPinned(), "create_contact", {
      email: "a@b.co",
      if_exists: "return",
    });
    expect(result.data).toMatchObject({ outcome: "found", contact: { id: "contact-7" } });
    expect(harness.calls[1]).toMatchObject({
      operation: "contacts.get-contact",
      parameters: { contactId: "contact-7" },
    });
  });

  it("looks the duplicate up when GoHighLevel does not say which it is", async () => {
    const harness = createHarness({
      [CREATE]: fail({ kind: "duplicate_contact" }),
      "contacts.get-duplicate-contact": ok({ contact: { id: "contact-7" } }),
      "contacts.get-contact": ok({ contact: toContact(7) }),
    });
    const result = await harness.call(toPinned(), "create_contact", {
      phone: "+12025550107",
      if_exists: "return",
    });
    expect(result.data).toMatchObject({ outcome: "found" });
    expect(harness.calls[1]).toMatchObject({ parameters: { number: "+12025550107" } });
  });

  it("updates the existing contact and adds tags without overwriting the others", async () => {
    const harness = createHarness({
      [CREATE]: duplicate,
      "contacts.update-contact": ok({ succeeded: true, contact: toContact(7) }),
      "contacts.add-tags": ok({ tags: ["lead", "vip"] }),
    });
    const result = await harness.call(toPinned(), "create_contact", {
      email: "a@b.co",
      city: "Rome",
      company: "Acme",
      tags: ["vip"],
      if_exists: "update",
    });
    expect(result.data).toMatchObject({
      outcome: "updated",
      contact: { id: "contact-7", tags: ["lead", "vip"] },
    });
    expect(result.data["note"]).toContain("company was not changed");
    expect(harness.calls[1]).toMatchObject({ operation: "contacts.update-contact" });
    expect(harness.calls[1]?.body).toEqual({ email: "a@b.co", city: "Rome" });
    expect(harness.calls[2]).toMatchObject({
      operation: "contacts.add-tags",
      parameters: { contactId: "contact-7" },
      body: { tags: ["vip"] },
    });
  });

  it("says so when the fields were updated and the tags were not", async () => {
    const harness = createHarness({
      [CREATE]: duplicate,
      "contacts.update-contact": ok({ contact: toContact(7) }),
      "contacts.add-tags": fail({ kind: "rate_limited", retryAfterMs: 2000 }),
    });
    const result = await harness.call(toPinned(), "create_contact", {
      email: "a@b.co",
      tags: ["vip"],
      if_exists: "update",
    });
    expect(result.isError).toBe(false);
    expect(result.data).toMatchObject({
      outcome: "updated",
      tags_not_added: expect.stringContaining("wait 2 s") as string,
    });
  });

  it("does not touch tags when none are given", async () => {
    const harness = createHarness({
      [CREATE]: duplicate,
      "contacts.update-contact": ok({ contact: toContact(7) }),
    });
    await harness.call(toPinned(), "create_contact", { email: "a@b.co", if_exists: "update" });
    expect(harness.calls.map(({ operation }) => operation)).toEqual([
      CREATE,
      "contacts.update-contact",
    ]);
  });
});
