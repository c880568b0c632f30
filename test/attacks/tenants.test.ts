import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type Answer,
  type AttackClient,
  callMcp,
  callTool,
  createAttackClient,
  resultOf,
} from "../support/attack-client.ts";
import { createFakeClock } from "../support/clock.ts";
import type { IssuedTokens } from "../support/interop-oauth.ts";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { startWiretap, type Wiretap } from "../support/wiretap.ts";

/** Two locations and the agency above them, each with a grant of its own, on one server. */

const clock = createFakeClock();
let running: RunningApp;
let sandbox: RunningSandbox;
let wire: Wiretap;
let client: AttackClient;
let harbor: Tenant;
let bluebonnet: Tenant;
let agency: IssuedTokens;

interface Tenant {
  readonly locationId: string;
  readonly name: string;
  readonly tokens: IssuedTokens;
}

const ERAS = ["modern", "legacy"] as const;

beforeAll(async () => {
  wire = await startWiretap();
  sandbox = await startSandbox({ clock });
  wire.setTarget(sandbox.baseUrl);
  running = await startApp({ clock, sandbox: { ...sandbox, baseUrl: wire.url } });
  client = await createAttackClient(running);
  harbor = await signInTo(0);
  bluebonnet = await signInTo(1);
  agency = await client.obtain({ choose: "company" });
});
afterAll(async () => {
  await running.close();
  await wire.close();
  await sandbox.close();
});

async function signInTo(index: number): Promise<Tenant> {
  const location = running.sandbox.locations[index];
  if (location === undefined) throw new Error(`the sandbox has no location ${index}`);
  const tokens = await client.obtain({ choose: location.id });
  return { locationId: location.id, name: location.name, tokens };
}

/** Refused in words, without a record of anybody, and without a single call to GoHighLevel. */
function expectDenied(answer: Answer, callsBefore: number): void {
  expect(answer.status).toBe(200);
  const error = answer.json?.["error"];
  if (error === undefined) expect(resultOf(answer)).toMatchObject({ isError: true });
  expect(answer.text).not.toContain("structuredContent");
  expect(wire.exchanges().length).toBe(callsBefore);
}

describe("a grant of one location", () => {
  const attempts: readonly (readonly [string, (foreign: string) => Record<string, unknown>])[] = [
    ["in its name", (id) => ({ location: id })],
    ["under GoHighLevel's name for it", (id) => ({ locationId: id })],
    ["in another case", (id) => ({ LOCATION: id })],
    ["in snake case", (id) => ({ location_id: id })],
    ["in an object", (id) => ({ location: { id } })],
    ["in an array", (id) => ({ location: [id] })],
    ["in both names", (id) => ({ location: id, locationId: id })],
    [
      "inside a filter",
      (id) => ({ filters: [{ field: "locationId", operator: "eq", value: id }] }),
    ],
  ];

  it.each(attempts.flatMap(([name, build]) => ERAS.map((era) => ({ name, build, era }))))(
    "N01: cannot name another location $name ($era)",
    async ({ build, era }) => {
      const before = wire.exchanges().length;
      for (const name of ["search_contacts", "get_opportunities"]) {
        const answer = await callTool(
          running,
          harbor.tokens.access_token,
          { name, arguments: build(bluebonnet.locationId) },
          { era },
        );
        expectDenied(answer, before);
      }
    },
  );

  it.each(ERAS)(
    "N01: stays in its own location when a prototype names another (%s)",
    async (era) => {
      const before = wire.exchanges().length;
      const polluted: unknown = JSON.parse(`{"__proto__":{"location":"${bluebonnet.locationId}"}}`);
      const answer = await callTool(
        running,
        harbor.tokens.access_token,
        { name: "search_contacts", arguments: polluted as Readonly<Record<string, unknown>> },
        { era },
      );
      expect(answer.text).not.toContain(bluebonnet.locationId);
      for (const exchange of wire.exchanges().slice(before)) expectOwnLocationOnly(exchange);
      expect(({} as Record<string, unknown>)["location"]).toBeUndefined();
    },
  );

  it("N01: cannot write into another location", async () => {
    const before = wire.exchanges().length;
    const answer = await callTool(running, harbor.tokens.access_token, {
      name: "create_contact",
      arguments: { email: "eve@example.com", locationId: bluebonnet.locationId },
    });
    expectDenied(answer, before);
  });

  const escapes: readonly (readonly [string, (foreign: string) => string])[] = [
    ["a step up", (id) => `../${id}`],
    ["an encoded step up", (id) => `..%2f${id}`],
    ["a doubly encoded step up", (id) => `%252e%252e%252f${id}`],
    ["a query", (id) => `x?locationId=${id}`],
    ["a fragment", (id) => `x#${id}`],
    ["a line break", (id) => `x\r\nlocation: ${id}`],
    ["another host", () => "//evil.example/x"],
  ];

  it.each(escapes)(
    "N01: reaches no other location by %s in any argument that ends in a request",
    async (_name, build) => {
      const value = build(bluebonnet.locationId);
      const before = wire.exchanges().length;
      for (const tool of [
        { name: "search_contacts", arguments: { query: value } },
        { name: "search_contacts", arguments: { cursor: value } },
        { name: "get_opportunities", arguments: { pipeline: value } },
        { name: "get_opportunities", arguments: { cursor: value } },
      ]) {
        const answer = await callTool(running, harbor.tokens.access_token, tool);
        expect(answer.status).toBe(200);
        expect(answer.text).not.toContain(bluebonnet.name);
      }
      for (const exchange of wire.exchanges().slice(before)) expectOwnLocationOnly(exchange);
    },
  );

  /** The path is one of the catalogue's, and the location in it is the grant's own. */
  function expectOwnLocationOnly({ path, sent }: { path: string; sent: string }): void {
    const [pathname = ""] = path.split("?");
    expect([
      "/contacts/search",
      "/opportunities/search",
      "/opportunities/pipelines",
      `/locations/${harbor.locationId}`,
    ]).toContain(pathname);
    const body = sent.split("\n").at(-1) ?? "";
    const inBody = /"locationId":"([^"]*)"/u.exec(body)?.[1];
    const query = new URLSearchParams(path.split("?")[1] ?? "");
    const named = [inBody, query.get("locationId"), query.get("location_id")].filter(
      (one) => one !== undefined && one !== null,
    );
    for (const one of named) expect(one).toBe(harbor.locationId);
  }

  it("N01: sees its own records and nobody else's in every call that succeeds", async () => {
    for (const tenant of [harbor, bluebonnet]) {
      const foreign = tenant === harbor ? bluebonnet : harbor;
      const before = wire.exchanges().length;
      const answer = await callTool(running, tenant.tokens.access_token, {
        name: "search_contacts",
        arguments: { limit: 5 },
      });
      expect(resultOf(answer)).not.toHaveProperty("isError", true);
      const sent = wire.exchanges().slice(before);
      expect(sent.length).toBeGreaterThan(0);
      for (const exchange of sent) {
        expect(exchange.sent).toContain(tenant.locationId);
        expect(exchange.sent + exchange.received).not.toContain(foreign.locationId);
      }
    }
  });
});

/** What the tools that run any operation can be made to say: each names the other location. */
const GENERAL_ATTEMPTS: readonly (readonly [
  string,
  (foreign: string) => Record<string, unknown>,
])[] = [
  ["as the location", (id) => ({ location: id })],
  ["as one of several", (id) => ({ locations: [id] })],
  ["as all of them", () => ({ locations: ["all"] })],
  ["in the parameters", (id) => ({ parameters: { locationId: id } })],
  ["in the parameters, in snake case", (id) => ({ parameters: { location_id: id } })],
  ["in the parameters, in capitals", (id) => ({ parameters: { LOCATIONID: id } })],
  ["as altId", (id) => ({ parameters: { altId: id, altType: "location" } })],
  ["in a list", (id) => ({ parameters: { locationId: [id] } })],
  ["in the body", (id) => ({ body: { locationId: id } })],
  ["in the body, nested", (id) => ({ body: { filters: [{ a: { location_id: id } }] } })],
  ["in the body, as a list", (id) => ({ body: { locationIds: [id] } })],
  ["in a filter", (id) => ({ body: { filters: [{ field: "location_id", value: id }] } })],
  ["as a path", (id) => ({ parameters: { contactId: `../../locations/${id}` } })],
  ["as an encoded path", (id) => ({ parameters: { contactId: `..%2f..%2flocations%2f${id}` } })],
  ["beside an id", (id) => ({ parameters: { contactId: `x?locationId=${id}` } })],
  ["in the fields of a cursor", (id) => ({ cursor: toCursor({ f: { locationId: id }, s: 0 }) })],
  ["as the location of a cursor", (id) => ({ cursor: toCursor({ l: id, s: 0 }) })],
];

const toCursor = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a grant of one location, through the tools that run any operation", () => {
  let full: IssuedTokens;
  beforeAll(async () => {
    full = await client.obtain({ choose: harbor.locationId, consent: { access: "critical" } });
  });
  // The rate budget of a location fills up with time, which stands still otherwise.
  beforeEach(() => clock.advance(10));

  const calls = [
    { name: "read_operation", operation: "contacts.search-contacts-advanced" },
    { name: "read_operation", operation: "contacts.get-contact" },
    { name: "read_operation", operation: "opportunities.search-opportunity" },
    { name: "write_operation", operation: "contacts.create-contact" },
    { name: "critical_operation", operation: "contacts.delete-contact" },
  ];

  it.each(GENERAL_ATTEMPTS)(
    "N01: cannot name another location %s, through any of them",
    async (_name, build) => {
      for (const { name, operation } of calls) {
        const before = wire.exchanges().length;
        const args = { operation, ...build(bluebonnet.locationId) };
        const answer = await callTool(running, full.access_token, { name, arguments: args });
        expect(answer.status).toBe(200);
        expect(answer.text).not.toContain(bluebonnet.name);
        // As an id it is a value like any other: it travels encoded, in its place, and finds nothing.
        if (JSON.stringify(args).includes("contactId")) expectOwnPlaceOnly(before);
        else expectDenied(answer, before);
      }
    },
  );

  it.each(ERAS)("N01: cannot name another location in either era (%s)", async (era) => {
    const before = wire.exchanges().length;
    const answer = await callTool(
      running,
      full.access_token,
      {
        name: "read_operation",
        arguments: {
          operation: "contacts.search-contacts-advanced",
          body: { locationId: bluebonnet.locationId },
        },
      },
      { era },
    );
    expectDenied(answer, before);
  });

  /** Whatever was sent stayed in its place: no other path, no other location in query or body. */
  function expectOwnPlaceOnly(before: number): void {
    for (const { path, sent } of wire.exchanges().slice(before)) {
      const [pathname = "", query = ""] = path.split("?");
      expect(pathname.split("/")).not.toContain(bluebonnet.locationId);
      expect(pathname.split("/")).not.toContain("..");
      const values = [...new URLSearchParams(query)]
        .filter(([name]) => /location|alt/iu.test(name))
        .map(([, value]) => value);
      for (const value of values) expect(value).toBe(harbor.locationId);
      expect(sent).not.toContain(`"locationId":"${bluebonnet.locationId}"`);
    }
  }

  it("N01: gets no record of another location by its id", async () => {
    const theirs = await callTool(running, bluebonnet.tokens.access_token, {
      name: "read_operation",
      arguments: { operation: "contacts.search-contacts-advanced" },
    });
    const [contact] = (
      resultOf(theirs)["structuredContent"] as {
        contacts: readonly { readonly id: string; readonly name: string }[];
      }
    ).contacts;
    if (contact === undefined) throw new Error("the other location has no contact");
    for (const [name, operation] of [
      ["read_operation", "contacts.get-contact"],
      ["write_operation", "contacts.update-contact"],
      ["critical_operation", "contacts.delete-contact"],
    ] as const) {
      const answer = await callTool(running, full.access_token, {
        name,
        arguments: { operation, parameters: { contactId: contact.id } },
      });
      expect(resultOf(answer)).toMatchObject({ isError: true });
      expect(answer.text).not.toContain(contact.name);
    }
  });

  it("N01: names no other company", async () => {
    const before = wire.exchanges().length;
    for (const given of [
      { parameters: { companyId: "CompanyCompanyCompan" } },
      { parameters: {}, body: { companyId: "CompanyCompanyCompan" } },
    ]) {
      const answer = await callTool(running, full.access_token, {
        name: "read_operation",
        arguments: { operation: "users.search-users", ...given },
      });
      expectDenied(answer, before);
    }
  });

  it.each([
    "oauth.get-access-token",
    "oauth.get-location-access-token",
    "oauth.get-location-access-token-v3",
    "oauth.get-installed-location",
    "saas-api.get-saas-locations",
  ])("N01: cannot run %s, which reaches past it, and nobody gets tokens", async (operation) => {
    const everything = await client.obtain({ choose: "company", consent: { access: "critical" } });
    const before = wire.exchanges().length;
    for (const tokens of [full, ...(operation.includes("token") ? [everything] : [])]) {
      for (const name of ["read_operation", "write_operation", "critical_operation"]) {
        const answer = await callTool(running, tokens.access_token, {
          name,
          arguments: { operation, body: { locationId: bluebonnet.locationId } },
        });
        expectDenied(answer, before);
      }
    }
  });

  it("N01: cannot pin another location by its address", async () => {
    const before = wire.exchanges().length;
    for (const location of [bluebonnet.locationId, bluebonnet.name, "../x"]) {
      const answer = await callTool(
        running,
        full.access_token,
        { name: "search_contacts" },
        { path: `/mcp?location=${encodeURIComponent(location)}` },
      );
      expect(answer.status).toBe(403);
      expect(answer.json).toMatchObject({ error: { code: -32602 } });
    }
    for (const { path } of wire.exchanges().slice(before)) {
      expect(path).toBe(`/locations/${harbor.locationId}`);
    }
  });
});

describe("a grant of an agency", () => {
  const FOREIGN_ID = "zzzzzzzzzzzzzzzzzzzz";

  it.each([
    ["a location that is not the agency's", FOREIGN_ID],
    ["a path", "../../companies"],
    ["an id in another case", "LOWER"],
  ])("N02: is denied %s", async (_name, location) => {
    const id = location === "LOWER" ? harbor.locationId.toLowerCase() : location;
    // The agency's own list of locations may be asked for; nothing may be asked for the location.
    const before = wire.exchanges().length;
    const answer = await callTool(running, agency.access_token, {
      name: "search_contacts",
      arguments: { location: id },
    });
    expect(resultOf(answer)).toMatchObject({ isError: true });
    expect(answer.text).not.toContain("structuredContent");
    for (const { path } of wire.exchanges().slice(before)) {
      expect(path.split("?")[0]).toBe("/oauth/installedLocations");
    }
  });

  it("N02: is denied a location that the agency did not approve, though the company has it", async () => {
    const approved = running.sandbox.locations[0]?.id ?? "";
    const excluded = running.sandbox.locations[2]?.id ?? "";
    const limited = await startApp({ clock, sandbox: running.sandbox });
    wire.rewrite(({ path, body }) =>
      path === "/oauth/token"
        ? JSON.stringify({
            ...(JSON.parse(body) as object),
            approveAllLocations: false,
            installToFutureLocations: false,
            approvedLocations: [approved],
          })
        : body,
    );
    try {
      const tokens = await (await createAttackClient(limited)).obtain({ choose: "company" });
      const call = (location: string): Promise<Answer> =>
        callTool(limited, tokens.access_token, {
          name: "search_contacts",
          arguments: { location },
        });
      expect(resultOf(await call(approved))).not.toHaveProperty("isError", true);
      const before = wire.exchanges().length;
      expect(resultOf(await call(excluded))).toMatchObject({ isError: true });
      for (const { path, sent } of wire.exchanges().slice(before)) {
        expect(path).not.toContain("/contacts");
        expect(path).not.toContain("/oauth/locationToken");
        expect(sent).not.toContain(excluded);
      }
      const listed = await callTool(limited, tokens.access_token, { name: "list_locations" });
      expect(listed.text).toContain(approved);
      expect(listed.text).not.toContain(excluded);
    } finally {
      wire.rewrite(({ body }) => body);
      await limited.close();
    }
  });
});

describe("what is kept between requests", () => {
  const toolList = async (tokens: IssuedTokens, era: (typeof ERAS)[number]) =>
    resultOf(await callMcp(running, tokens.access_token, { method: "tools/list" }, { era }));

  const toNames = (result: Readonly<Record<string, unknown>>): readonly string[] =>
    (result["tools"] as readonly { readonly name: string }[]).map((tool) => tool.name);

  it("N04: lists tools by what each grant may do, in turns, and privately", async () => {
    const reader = await client.obtain({ consent: { access: "read" }, choose: harbor.locationId });
    for (let turn = 0; turn < 3; turn += 1) {
      for (const era of ERAS) {
        const [read, write, choosing] = [
          await toolList(reader, era),
          await toolList(harbor.tokens, era),
          await toolList(agency, era),
        ];
        expect(toNames(read)).not.toContain("create_contact");
        expect(toNames(write)).toContain("create_contact");
        expect(JSON.stringify(write)).not.toContain('"location":');
        expect(JSON.stringify(choosing)).toContain('"location":');
        if (era === "modern") {
          for (const list of [read, write, choosing]) expect(list["cacheScope"]).toBe("private");
        }
      }
    }
  });

  it("N04: gives each grant its own locations and status, in turns", async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      for (const tenant of [harbor, bluebonnet]) {
        const foreign = tenant === harbor ? bluebonnet : harbor;
        for (const name of ["list_locations", "get_oauth_status"]) {
          const { text } = await callTool(running, tenant.tokens.access_token, { name });
          expect(text).toContain(tenant.name);
          expect(text).not.toContain(foreign.name);
          expect(text).not.toContain(foreign.locationId);
        }
      }
    }
  });

  it("N04: keeps the tokens of an agency's locations apart, and from the locations' own grants", async () => {
    const search = async (location: string): Promise<string> => {
      const before = wire.exchanges().length;
      const answer = await callTool(running, agency.access_token, {
        name: "search_contacts",
        arguments: { location, limit: 1 },
      });
      expect(resultOf(answer)).not.toHaveProperty("isError", true);
      const calls = wire.exchanges().slice(before);
      const sent = calls.find((one) => one.path.startsWith("/contacts/search"))?.sent ?? "";
      expect(sent).toContain(location);
      return /Bearer (\S+)/u.exec(sent)?.[1] ?? "";
    };
    const one = await search(harbor.locationId);
    const two = await search(bluebonnet.locationId);
    expect(one).not.toBe(two);
    expect(await search(harbor.locationId)).toBe(one);
    expect(await search(bluebonnet.locationId)).toBe(two);
    const before = wire.exchanges().length;
    await callTool(running, harbor.tokens.access_token, { name: "search_contacts" });
    const own = wire.exchanges().slice(before);
    for (const { sent } of own) {
      expect(sent).not.toContain(one);
      expect(sent).not.toContain(two);
    }
  });
});
