import { describe, expect, it } from "vitest";
import { ok } from "../../../src/core/result.ts";
import { type Answer, createHarness, toPinned } from "./fixtures.ts";

const SEND = "conversations.send-a-new-message";
const answersFor = (contact: Record<string, unknown>): Readonly<Record<string, Answer>> => ({
  "contacts.get-contact": ok({
    contact: {
      id: "c-1",
      firstName: "Ann",
      phone: "+12025550001",
      email: "ann@example.com",
      ...contact,
    },
  }),
  [SEND]: ok({ messageId: "m-1", conversationId: "v-1" }),
});
const sms = { channel: "sms", contact_id: "c-1", message: "Hello" };

describe("send_message", () => {
  it("sends what was shown, in GoHighLevel's words, at the second that was given", async () => {
    const harness = createHarness(answersFor({}));
    const args = {
      channel: "email",
      contact_id: "c-1",
      subject: "Hi",
      html: "<p>Hello</p>",
      attachments: ["https://example.com/a.pdf"],
      schedule: "2026-02-01T09:00:00+01:00",
      from: "us@example.com",
    };
    const { data } = await harness.call(toPinned(), "send_message", args);
    expect(data).toMatchObject({
      action: "send Email at 2026-02-01T09:00:00+01:00",
      to: "Ann (c-1)",
      address: "ann@example.com",
      subject: "Hi",
    });
    const done = await harness.call(toPinned(), "send_message", {
      ...args,
      confirm: data["confirm"],
    });
    expect(done.data).toMatchObject({ status: "scheduled", message_id: "m-1" });
    expect(harness.calls.at(-1)).toMatchObject({
      operation: SEND,
      body: {
        type: "Email",
        contactId: "c-1",
        subject: "Hi",
        html: "<p>Hello</p>",
        attachments: ["https://example.com/a.pdf"],
        scheduledTimestamp: 1_769_932_800,
        emailFrom: "us@example.com",
      },
    });
  });

  it.each([
    ["everything", { dnd: true }],
    ["this channel", { dndSettings: { SMS: { status: "active" } } }],
    ["this channel for good", { dndSettings: { sms: { status: "permanent" } } }],
  ])("warns where the contact has switched off %s", async (_name, contact) => {
    const { data } = await createHarness(answersFor(contact)).call(toPinned(), "send_message", sms);
    expect(data["warning"]).toContain("does not want SMS");
  });

  it("does not warn about another channel", async () => {
    const contact = { dndSettings: { Email: { status: "active" } } };
    const { data } = await createHarness(answersFor(contact)).call(toPinned(), "send_message", sms);
    expect(data).not.toHaveProperty("warning");
  });

  it.each([
    ["an email without a subject", { channel: "email" }, '"subject" is required for email'],
    ["a text with a subject", { subject: "Hi" }, '"subject" is for email only'],
    ["nothing to say", { message: undefined }, '"message" is required'],
    ["a time in the past", { schedule: "2025-01-01T00:00:00Z" }, "must be in the future"],
    ["a time without an offset", { schedule: "2027-01-01T00:00:00" }, "with its offset"],
    [
      "a file that is no https URL",
      { attachments: ["file:///etc/passwd"] },
      "must be an https URL",
    ],
  ])("refuses %s before it asks anything", async (_name, change, text) => {
    const harness = createHarness(answersFor({}));
    const result = await harness.call(toPinned(), "send_message", { ...sms, ...change });
    expect(result).toMatchObject({ isError: true });
    expect(result.text).toContain(text);
    expect(harness.calls).toEqual([]);
  });

  it("refuses a channel on which the contact has no address", async () => {
    const harness = createHarness(answersFor({ phone: null }));
    const result = await harness.call(toPinned(), "send_message", sms);
    expect(result.text).toContain("it has no phone");
    expect(harness.calls.map(({ operation }) => operation)).toEqual(["contacts.get-contact"]);
  });
});
