import { describe, expect, it } from "vitest";
import { checkEvent } from "../../../../src/upstream/webhooks/check-event.ts";
import { parseWebhookEvent } from "../../../../src/upstream/webhooks/event.ts";

const NOW_MS = Date.parse("2026-03-30T05:57:15.950Z");
const APP = "69c53778c480e55ef298a2fe";

// The shape of a real delivery: it names the location alone.
const SOUND = {
  type: "UNINSTALL",
  appId: APP,
  versionId: APP,
  locationId: "7m9DrwbOTNKIjE7ZZBpa",
  timestamp: "2026-03-30T05:57:15.950Z",
  webhookId: "3cfef536-da75-4a1d-97fa-5ba20bc41fe7",
};

const judge = (body: unknown, appId: string | undefined = APP) => {
  const event = parseWebhookEvent(JSON.stringify(body));
  if (!event.ok) throw new Error(event.failure);
  return checkEvent(event.value, { appId, nowMs: NOW_MS });
};

const refused = (reason: string) => ({ kind: "refused", reason });
const ignored = { kind: "accepted", effect: "nothing" };
const at = (offsetMs: number): string => new Date(NOW_MS + offsetMs).toISOString();

describe("a signed event", () => {
  it.each([
    ["is sound", SOUND],
    ["is five minutes old", { ...SOUND, timestamp: at(-300_000) }],
    ["is five minutes ahead", { ...SOUND, timestamp: at(300_000) }],
    ["has its time with an offset", { ...SOUND, timestamp: "2026-03-30T07:57:15+02:00" }],
    ["is an install", { ...SOUND, type: "INSTALL" }],
    ["is about a location, without an app", { ...SOUND, type: "LocationUpdate", appId: undefined }],
  ])("is acted on when it %s", (_name, body) => {
    expect(judge(body)).toBeUndefined();
  });

  it.each([
    ["is about another app", { ...SOUND, appId: "other" }, "other_app"],
    [
      "is about another app, and too old",
      { ...SOUND, appId: "x", timestamp: at(-1e9) },
      "other_app",
    ],
    ["names no app", { ...SOUND, appId: undefined }, "other_app"],
    ["names null as its app", { ...SOUND, appId: null }, "other_app"],
    ["names a number as its app", { ...SOUND, appId: 7 }, "other_app"],
    ["is unknown and about another app", { type: "ContactCreate", appId: "other" }, "other_app"],
    ["is a moment older than five minutes", { ...SOUND, timestamp: at(-300_001) }, "too_old"],
    ["is a moment too far ahead", { ...SOUND, timestamp: at(300_001) }, "too_old"],
    ["says no time", { ...SOUND, timestamp: undefined }, "timestamp_missing"],
    ["says its time as a number", { ...SOUND, timestamp: NOW_MS }, "timestamp_missing"],
    [
      "says a time without a zone",
      { ...SOUND, timestamp: "2026-03-30T05:57:15" },
      "timestamp_missing",
    ],
  ])("is refused when it %s", (_name, body, reason) => {
    expect(judge(body)).toEqual(refused(reason));
  });

  it("is refused by a server that has no app", () => {
    const event = parseWebhookEvent(JSON.stringify(SOUND));
    expect(event.ok && checkEvent(event.value, { appId: undefined, nowMs: NOW_MS })).toEqual(
      refused("other_app"),
    );
  });

  it.each([
    ["an unknown type", { type: "ContactCreate", appId: APP }],
    ["no type", { appId: APP, timestamp: at(-1e9) }],
    ["the type UPDATE", { ...SOUND, type: "UPDATE" }],
    ["another spelling of a type", { ...SOUND, type: "Uninstall" }],
    ["no fields", {}],
    ["a list in place of fields", []],
    ["a null in place of fields", null],
    ["a number in place of fields", 7],
  ])("is accepted without effect when it has %s", (_name, body) => {
    expect(judge(body)).toEqual(ignored);
  });
});

describe("reading an event", () => {
  it("fails only where the body is not JSON", () => {
    for (const body of ["", "{", "UNINSTALL", "{} {}"]) {
      expect(parseWebhookEvent(body)).toEqual({ ok: false, failure: "not_json" });
    }
  });

  it("takes ids of another form for absent", () => {
    const body = { ...SOUND, locationId: "../x", companyId: 7, webhookId: "" };
    expect(parseWebhookEvent(JSON.stringify(body))).toEqual({
      ok: true,
      value: { type: "UNINSTALL", meaning: { kind: "uninstalled" }, appId: APP, atMs: NOW_MS },
    });
  });
});
