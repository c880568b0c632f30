import { describe, expect, it } from "vitest";

import { toLocationId } from "../../../src/core/ids.ts";
import type { GhlFailure } from "../../../src/ghl/errors.ts";
import { API, build, json, refuse } from "./build-call.ts";

const AD_DATES = { startDate: "2026-01-01", endDate: "2026-01-31" };

describe("a request", () => {
  it("carries method, path, Version and Accept of its operation, and no credentials", () => {
    expect(build("contacts.get-contact", { parameters: { contactId: "c1" } })).toEqual({
      method: "GET",
      url: `${API}/contacts/c1`,
      headers: { accept: "application/json", version: "v3" },
    });
    expect(build("ad-manager.fb-get-pages").headers["version"]).toBe("2021-07-28");
    expect(
      build("conversations.get-all-custom-subtypes", { parameters: {} }).headers["version"],
    ).toBe("2021-04-15");
  });

  it("is the same for the same call, and leaves the call's own values as they were", () => {
    const parameters = Object.freeze({});
    const body = Object.freeze({ firstName: "Ada", tags: Object.freeze(["a"]) });
    const first = build("contacts.create-contact", { parameters, body });
    expect(build("contacts.create-contact", { parameters, body })).toEqual(first);
    expect(body).toEqual({ firstName: "Ada", tags: ["a"] });
  });

  it("goes to the origin of the API, whatever base is configured", () => {
    const at = (api: string): string =>
      build("contacts.get-contact", { parameters: { contactId: "c1" } }, api).url;
    expect(at("http://127.0.0.1:4010")).toBe("http://127.0.0.1:4010/contacts/c1");
    expect(at("http://127.0.0.1:4010/")).toBe("http://127.0.0.1:4010/contacts/c1");
    expect(at("https://proxy.example/ghl/")).toBe("https://proxy.example/ghl/contacts/c1");
  });
});

describe("a path parameter", () => {
  const attack = (contactId: unknown): GhlFailure =>
    refuse("contacts.get-contact", { parameters: { contactId } });

  it.each([
    "..",
    ".",
    "../locations/x",
    "..%2flocations",
    "%2e%2e",
    "%2E%2E%2F",
    "a/b",
    "/",
    "//evil.example/x",
    "https://evil.example/",
    "a\\b",
    "..\\x",
    "%5c",
    "%252e%252e%252f",
    "a%00",
    "a\nb",
    "a\r\nHost: evil.example",
    "a\u0000b",
    "",
    "   ",
  ])("is refused when it is %j", (value) => {
    expect(attack(value)).toMatchObject({ kind: "invalid_parameter", parameter: "contactId" });
  });

  it.each([
    ["a?b=c", "a%3Fb%3Dc"],
    ["a#b", "a%23b"],
    ["a;b", "a%3Bb"],
    ["a:b@c", "a%3Ab%40c"],
    ["{locationId}", "%7BlocationId%7D"],
    ["é", "%C3%A9"],
    ["custom_objects.pet", "custom_objects.pet"],
    ["...", "..."],
    ["50%", "50%25"],
    ["$&", "%24%26"],
  ])("stays in its segment when it is %j", (value, encoded) => {
    const { url } = build("contacts.get-contact", { parameters: { contactId: value } });
    expect(url).toBe(`${API}/contacts/${encoded}`);
    expect(new URL(url)).toMatchObject({ search: "", hash: "", origin: API });
  });

  it.each([
    ["an object", {}],
    ["a list", ["x"]],
    ["a lone surrogate", "\ud800"],
    ["NaN", Number.NaN],
  ])("is refused when it is %s", (_what, value) => {
    expect(attack(value)).toMatchObject({ kind: "invalid_parameter", parameter: "contactId" });
  });

  it("is a location that cannot leave its segment either", () => {
    const failure = refuse("locations.get-location", { locationId: toLocationId("../users") });
    expect(failure).toMatchObject({ kind: "invalid_parameter", parameter: "locationId" });
  });
});

describe("a query parameter", () => {
  it("is encoded, coerced and left out when it is absent", () => {
    const { url } = build("opportunities.search-opportunity", {
      parameters: { q: "a&b=c#d", limit: "20", getTasks: "true", page: undefined, status: "open" },
    });
    expect(url).toBe(
      `${API}/opportunities/search?q=a%26b%3Dc%23d&status=open&limit=20&getTasks=true&locationId=loc-1`,
    );
  });

  it.each([
    ["limit", "many", "must be a number"],
    ["limit", {}, "must be a number"],
    ["getTasks", "yes", "must be true or false"],
    ["status", "maybe", "must be one of: open, won, lost, abandoned, all"],
    ["q", ["a"], "must be a string, a number or a boolean"],
  ])("%s is refused when it is %j", (parameter, value, problem) => {
    expect(
      refuse("opportunities.search-opportunity", { parameters: { [parameter]: value } }),
    ).toEqual({ kind: "invalid_parameter", parameter, problem });
  });

  it("is a string where the API wants a number as text", () => {
    const { url } = build("invoices.list-invoices", { parameters: { limit: 20, offset: 0 } });
    expect(url).toContain("limit=20&offset=0");
  });

  it("repeats its name for a list, and joins the members where the API says so", () => {
    const slots = new URL(
      build("calendars.get-slots", {
        parameters: { calendarId: "c", startDate: 1, endDate: 2, userIds: ["u1", 2] },
      }).url,
    );
    expect(slots.searchParams.getAll("userIds")).toEqual(["u1", "2"]);
    const dates = { startDate: "2026-01-01", endDate: "2026-01-31" };
    const report = new URL(
      build("ad-manager.fb-get-reporting", {
        parameters: { ...dates, fields: ["clicks", "spend"], groupBy: "day", type: "INTEGRATION" },
      }).url,
    );
    expect(report.searchParams.getAll("fields")).toEqual(["clicks,spend"]);
  });

  it.each([
    ["conversations.get-messages", "type", ["TYPE_SMS", "TYPE_CALL"], { conversationId: "c" }],
    ["voice-ai.get-call-logs", "actionType", ["SMS", "CALL_TRANSFER"], {}],
    ["proposals.list-documents-contracts", "status", ["draft", "sent"], {}],
    ["proposals.list-documents-contracts", "paymentStatus", ["paid", "no_payment"], {}],
    ["conversations.search-conversation", "assignedTo", ["u1", "u2"], {}],
    ["products.list-prices-for-product", "ids", ["p1", "p2"], { productId: "p" }],
    ["ad-manager.li-get-ad-analytics", "fields", ["clicks", "ctr"], AD_DATES],
  ])("of %s, %s, takes one value, a list, or a text with commas", (id, name, values, others) => {
    const sent = (value: unknown): string[] => {
      const { url } = build(id, { parameters: { ...others, [name]: value } });
      return new URL(url).searchParams.getAll(name);
    };
    expect(sent(values[0])).toEqual([values[0]]);
    expect(sent(values)).toEqual([values.join(",")]);
    expect(sent(values.join(", "))).toEqual([values.join(",")]);
  });

  it("that is a list is refused for one wrong member, or for none where it is required", () => {
    const refused = (type: unknown): GhlFailure =>
      refuse("conversations.get-messages", { parameters: { conversationId: "c", type } });
    for (const type of [
      ["TYPE_SMS", "FAX"],
      "TYPE_SMS,FAX",
      "TYPE_SMS,,TYPE_CALL",
      [["TYPE_SMS"]],
    ]) {
      expect(refused(type)).toMatchObject({ kind: "invalid_parameter", parameter: "type" });
    }
    const parameters = { ...AD_DATES, groupBy: "day", type: "INTEGRATION", fields: [] };
    expect(refuse("ad-manager.fb-get-reporting", { parameters })).toEqual({
      kind: "invalid_parameter",
      parameter: "fields",
      problem: "must not be empty",
    });
  });

  it("is refused when the operation does not know it, with the name that was likely meant", () => {
    expect(
      refuse("opportunities.search-opportunity", { parameters: { pipeline_id: "p" } }),
    ).toEqual({
      kind: "invalid_parameter",
      parameter: "pipeline_id",
      problem: 'is not known to this operation; did you mean "pipelineId"',
    });
    expect(refuse("contacts.create-contact", { parameters: { firstName: "Ada" } })).toMatchObject({
      parameter: "firstName",
      problem: "belongs in the body",
    });
    for (const name of ["__proto__", "constructor", "toString"]) {
      const parameters = JSON.parse(`{"contactId":"c","${name}":"x"}`) as Record<string, unknown>;
      expect(refuse("contacts.get-contact", { parameters })).toMatchObject({ parameter: name });
    }
  });

  it("is named in one message together with all others that are missing", () => {
    expect(refuse("calendars.get-slots", { parameters: { calendarId: "c" } })).toEqual({
      kind: "invalid_parameter",
      parameter: "startDate",
      problem: 'is a required parameter (number); also missing: "endDate" (number)',
    });
  });
});

describe("a body", () => {
  it("is JSON with the location filled in and scalars as the catalogue has them", () => {
    const request = build("opportunities.create-opportunity", {
      body: {
        pipelineId: "p",
        name: 42,
        status: "open",
        contactId: "c",
        monetaryValue: "12.5",
        customFields: [{ id: 7, fieldValue: { any: 1 } }],
      },
    });
    expect(request.headers["content-type"]).toBe("application/json");
    expect(json(request)).toEqual({
      pipelineId: "p",
      name: "42",
      status: "open",
      contactId: "c",
      monetaryValue: 12.5,
      customFields: [{ id: "7", fieldValue: { any: 1 } }],
      locationId: "loc-1",
    });
  });

  it("keeps null, nested values of other shapes, and text that looks like code", () => {
    const body = {
      firstName: null,
      lastName: "O'Brien'); DROP TABLE --",
      tags: "not a list",
      dateOfBirth: "1990-01-01",
      dndSettings: { email: { status: "active", unheardOf: [1] } },
    };
    expect(json(build("contacts.create-contact", { body }))).toEqual({
      ...body,
      locationId: "loc-1",
    });
  });

  it("is refused by name when a field is unknown or a required one is missing", () => {
    expect(refuse("contacts.create-contact", { body: { first_name: "Ada" } })).toEqual({
      kind: "invalid_parameter",
      parameter: "first_name",
      problem: 'is not known to this operation; did you mean "firstName"',
    });
    const task = { contactId: "c" };
    expect(refuse("contacts.create-task", { parameters: task, body: { title: "Call" } })).toEqual({
      kind: "invalid_parameter",
      parameter: "dueDate",
      problem: 'is a required body field (string); also missing: "completed" (boolean)',
    });
    const hostile = JSON.parse('{"__proto__":{"locationId":"loc-1"}}') as unknown;
    expect(refuse("contacts.create-contact", { body: hostile })).toMatchObject({
      parameter: "__proto__",
    });
  });

  it.each([["text"], [7], [["a"]], [true]])("is refused when it is %j", (body) => {
    expect(refuse("contacts.create-contact", { body })).toEqual({
      kind: "invalid_parameter",
      parameter: "body",
      problem: "must be an object with named fields",
    });
  });

  it("is refused where the operation takes none, unless it is empty", () => {
    const parameters = { contactId: "c" };
    expect(refuse("contacts.get-contact", { parameters, body: { a: 1 } })).toMatchObject({
      parameter: "body",
      problem: "is not taken by this operation",
    });
    expect(build("contacts.get-contact", { parameters, body: {} }).body).toBeUndefined();
  });

  it("may hold anything where the specs say nothing about it, and is empty JSON where it must exist", () => {
    const parameters = { contactId: "c", campaignId: "k" };
    const add = "contacts.add-contact-to-campaign";
    expect(json(build(add, { parameters, body: { anything: [1] } }))).toEqual({ anything: [1] });
    expect(json(build(add, { parameters }))).toEqual({});
  });

  it("is a list where the operation wants one", () => {
    const parameters = { calendarId: "c" };
    const create = "calendars.create-event-notification";
    const list = [{ receiverType: "contact", channel: "email", notificationType: "booked" }];
    expect(json(build(create, { parameters, body: list }))).toEqual(list);
    expect(refuse(create, { parameters, body: {} })).toMatchObject({ problem: "must be a list" });
  });

  it("is a form where the operation wants one", () => {
    const request = build("oauth.get-location-access-token", { body: { companyId: "a&b" } });
    expect(request.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(request.body).toBe("companyId=a%26b&locationId=loc-1");
  });

  it("is a multipart form that brings its own content type where files go up", () => {
    const request = build("medias.upload-media-content", {
      body: { file: new Blob(["x"]), name: "a.txt", hosted: false },
    });
    expect(request.headers["content-type"]).toBeUndefined();
    const form = request.body instanceof FormData ? request.body : new FormData();
    expect(form.get("name")).toBe("a.txt");
    expect(form.get("file")).toBeInstanceOf(Blob);
    expect(
      refuse("medias.upload-media-content", { body: { file: { path: "/etc/passwd" } } }),
    ).toMatchObject({ parameter: "file" });
  });
});

describe("the location of a call", () => {
  it.each([
    ["a parameter", "opportunities.search-opportunity", { parameters: { locationId: "loc-2" } }],
    ["an old name", "opportunities.search-opportunity", { parameters: { location_id: "loc-2" } }],
    ["a path parameter", "locations.get-location", { parameters: { locationId: "loc-2" } }],
    ["altId", "invoices.list-invoices", { parameters: { altId: "loc-2", altType: "location" } }],
    ["altType", "invoices.list-invoices", { parameters: { altId: "loc-1", altType: "company" } }],
    ["a body field", "contacts.create-contact", { body: { locationId: "loc-2" } }],
    ["a body altId", "invoices.create-invoice", { body: { altId: "loc-2" } }],
    [
      "a nested altId",
      "invoices.create-invoice",
      { body: { items: [{ taxes: [{ altId: "loc-2" }] }] } },
    ],
    [
      "a nested locationId",
      "contacts.create-contact",
      { body: { customFields: [{ locationId: "x" }] } },
    ],
    ["a list of locations", "users.create-user", { body: { locationIds: ["loc-1", "loc-2"] } }],
    ["something that is no text", "contacts.create-contact", { body: { locationId: ["loc-1"] } }],
  ])("cannot be changed through %s", (_where, id, input) => {
    expect(refuse(id, input)).toMatchObject({
      kind: "invalid_parameter",
      problem: "names another location than the one of this call; leave it out, it is filled in",
    });
  });

  it("may be repeated by the caller, and is dropped where the operation has no place for it", () => {
    const { url } = build("opportunities.search-opportunity", {
      parameters: { locationId: "loc-1" },
    });
    expect(new URL(url).searchParams.getAll("locationId")).toEqual(["loc-1"]);
    const update = build("contacts.update-contact", {
      parameters: { contactId: "c", locationId: "loc-1" },
      body: { locationId: "loc-1", firstName: "Ada" },
    });
    expect(update.url).toBe(`${API}/contacts/c`);
    expect(json(update)).toEqual({ firstName: "Ada" });
  });

  it("is refused in a body that is nested beyond all reason", () => {
    let body: unknown = { locationId: "loc-2" };
    for (let depth = 0; depth < 5000; depth += 1) body = [body];
    expect(refuse("contacts.create-contact", { body: { customFields: body } })).toMatchObject({
      problem: "is nested too deeply",
    });
  });

  it("is missed by name where an agency's call needs one in its place", () => {
    expect(
      refuse("locations.put-location", {
        locationId: undefined,
        body: { companyId: "co", name: "x" },
      }),
    ).toEqual({ kind: "location_required" });
    const search = build("locations.search-locations", {
      locationId: undefined,
      parameters: { companyId: "co" },
    });
    expect(search.url).toBe(`${API}/locations/search?companyId=co`);
  });
});
