import { describe, expect, it } from "vitest";
import { fail, ok } from "../../../src/core/result.ts";
import { createHarness, toContact, toPinned } from "./fixtures.ts";

const ANSWERS = {
  "contacts.update-contact": ok({ succeeded: true }),
  "contacts.add-tags": ok({ tags: ["lead", "vip"] }),
  "contacts.remove-tags": ok({ tags: ["vip"] }),
  "contacts.get-contact": ok({ contact: toContact(1, { tags: ["vip"] }) }),
};

describe("update_contact", () => {
  it("changes the fields and the tags in calls of their own, so that other tags stay", async () => {
    const { call, calls } = createHarness(ANSWERS);
    const { data } = await call(toPinned(), "update_contact", {
      contact_id: "contact-1",
      first_name: "Ada",
      country: "de",
      custom_fields: { color: "Blue" },
      add_tags: ["vip"],
      remove_tags: ["lead"],
    });
    expect(calls.map(({ operation, body }) => [operation, body])).toEqual([
      [
        "contacts.update-contact",
        {
          firstName: "Ada",
          country: "DE",
          customFields: [{ key: "color", fieldValue: "Blue" }],
        },
      ],
      ["contacts.add-tags", { tags: ["vip"] }],
      ["contacts.remove-tags", { tags: ["lead"] }],
      ["contacts.get-contact", undefined],
    ]);
    expect(data).toMatchObject({
      changed: ["fields", "add_tags", "remove_tags"],
      contact: { tags: ["vip"] },
    });
  });

  it("names the contact, and why it cannot be shown, when only reading it afterwards fails", async () => {
    const { call } = createHarness({
      ...ANSWERS,
      "contacts.get-contact": fail({ kind: "timeout", timeoutMs: 15_000 }),
    });
    const { data } = await call(toPinned(), "update_contact", {
      contact_id: "contact-1",
      email: "a@example.com",
    });
    expect(data).toEqual({
      changed: ["fields"],
      contact: { id: "contact-1" },
      contact_problem: expect.stringContaining("15"),
    });
  });

  it("tells what had been changed when a later call fails", async () => {
    const { call, calls } = createHarness({
      ...ANSWERS,
      "contacts.add-tags": fail({ kind: "missing_scope", scopes: ["contacts.write"] }),
    });
    const result = await call(toPinned(), "update_contact", {
      contact_id: "contact-1",
      email: "a@example.com",
      add_tags: ["vip"],
      remove_tags: ["lead"],
    });
    expect(result.data).toMatchObject({ changed: ["fields"], not_changed: "add_tags" });
    expect(calls.map(({ operation }) => operation)).not.toContain("contacts.remove-tags");
  });

  it.each([
    [{}, "names nothing to change"],
    [{ add_tags: ["VIP"], remove_tags: ["vip"] }, "must not name a tag of add_tags"],
    [{ email: "not an address" }, "must be an email address"],
    [{ tags: ["a"] }, '"tags"'],
  ])("refuses %j and calls nothing", async (args, text) => {
    const { call, calls } = createHarness(ANSWERS);
    const result = await call(toPinned(), "update_contact", { contact_id: "contact-1", ...args });
    expect(result).toMatchObject({ isError: true, text: expect.stringContaining(text) });
    expect(calls).toEqual([]);
  });

  it("is not there for a grant that only reads", async () => {
    const { call, calls } = createHarness(ANSWERS);
    const result = await call({ ...toPinned(), access: "read" }, "update_contact", {
      contact_id: "contact-1",
      first_name: "Ada",
    });
    expect(result).toMatchObject({ isError: true, text: expect.stringContaining("write access") });
    expect(calls).toEqual([]);
  });
});
