import { describe, expect, it } from "vitest";
import { fail, ok } from "../../../src/core/result.ts";
import { BERLIN, createHarness, toContact, toPinned } from "./fixtures.ts";

const CONTACT = ok({
  contact: toContact(1, {
    city: "Berlin",
    dndSettings: { SMS: { status: "active" }, Email: { status: "inactive" } },
    customFields: [
      { id: "f1", value: "Blue" },
      { id: "f2", value: "" },
    ],
  }),
});
const FIELDS = ok({ customFields: [{ id: "f1", name: "Favourite colour" }] });

describe("get_contact", () => {
  it("gives one contact in full, with its custom fields by name", async () => {
    const { call, calls } = createHarness({
      "contacts.get-contact": CONTACT,
      "locations.get-custom-fields": FIELDS,
    });
    const { data } = await call(toPinned(), "get_contact", { contact_id: "contact-1" });
    expect(data["contact"]).toMatchObject({
      id: "contact-1",
      name: "Person 1",
      address: { city: "Berlin" },
      do_not_disturb_channels: ["SMS"],
      custom_fields: [{ id: "f1", name: "Favourite colour", value: "Blue" }],
    });
    expect(calls.map(({ operation }) => operation)).toEqual([
      "contacts.get-contact",
      "locations.get-custom-fields",
    ]);
  });

  it("makes one call for a contact without custom fields", async () => {
    const { call, calls } = createHarness({
      "contacts.get-contact": ok({ contact: toContact(1) }),
    });
    await call(toPinned(), "get_contact", { contact_id: "contact-1" });
    expect(calls).toMatchObject([
      {
        operation: "contacts.get-contact",
        locationId: BERLIN,
        parameters: { contactId: "contact-1" },
      },
    ]);
  });

  it("brings what was asked for, and tells in its place what could not be read", async () => {
    const { call } = createHarness({
      "contacts.get-contact": ok({ contact: toContact(1) }),
      "contacts.get-all-tasks": ok({
        tasks: [{ id: "t1", title: "Call", dueDate: "2026-01-02T03:04:05.678Z", completed: false }],
      }),
      "contacts.get-all-notes": fail({ kind: "missing_scope", scopes: ["contacts.readonly"] }),
    });
    const { data } = await call(toPinned(), "get_contact", {
      contact_id: "contact-1",
      include: ["tasks", "notes"],
    });
    expect(data["tasks"]).toEqual([
      { id: "t1", title: "Call", due: "2026-01-02T04:04:05+01:00", completed: false },
    ]);
    expect(data["notes_problem"]).toContain("contacts.readonly");
    expect(data["contact"]).toMatchObject({ id: "contact-1" });
  });

  it("says that there is no such contact", async () => {
    const { call } = createHarness({});
    const result = await call(toPinned(), "get_contact", { contact_id: "nobody" });
    expect(result).toMatchObject({
      isError: true,
      text: expect.stringContaining("no such record"),
    });
  });
});
