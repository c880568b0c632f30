import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { createFakeClock } from "../../support/clock.ts";
import { type ApiRequest, call, signIn } from "./sign-in.ts";

let sandbox: RunningSandbox;
let here = "";
let elsewhere = "";
let token = "";

beforeAll(async () => {
  sandbox = await startSandbox();
  here = sandbox.locations[0]?.id ?? "";
  elsewhere = sandbox.locations[1]?.id ?? "";
  token = (await signIn(sandbox, here)).access_token;
});
afterAll(() => sandbox.close());

const ask = (target: string, request: Partial<ApiRequest> = {}) =>
  call(target, { baseUrl: sandbox.baseUrl, token, ...request });

const workflows = () => `GET /workflows/?locationId=${here}`;

describe("the Version header", () => {
  it("must be there", async () => {
    expect(await ask(workflows(), { version: "" })).toMatchObject({
      status: 401,
      body: { statusCode: 401, message: "version header was not found.", error: "Unauthorized" },
    });
  });

  it("must be known, and comes before the token", async () => {
    const answer = await ask(workflows(), { version: "2020-01-01", token: "junk" });
    expect(answer).toMatchObject({ status: 401, body: { message: "version header is invalid" } });
  });

  it.each(["2021-07-28", "2021-04-15", "2023-02-21", "v3"])("may be %s", async (version) => {
    expect((await ask(workflows(), { version })).status).toBe(200);
  });

  it("decides which paths there are", async () => {
    const company = (await signIn(sandbox, "company")).access_token;
    const query = `companyId=${sandbox.companyId}&appId=${sandbox.appId}`;
    const tooOld = await ask(`GET /oauth/installed-locations?${query}`, { token: company });
    expect(tooOld.status).toBe(404);
    const removed = await ask(`GET /oauth/installedLocations?${query}`, {
      token: company,
      version: "v3",
    });
    expect(removed).toMatchObject({
      status: 400,
      body: { error: { message: "This API endpoint has been removed in version v3" } },
    });
    expect((await ask(`GET /users/?locationId=${here}`, { version: "v3" })).status).toBe(400);
  });
});

describe("the token", () => {
  it.each([
    ["missing", undefined],
    ["no JWT", "junk"],
  ])("is refused when %s", async (_, bad) => {
    const answer = await call(workflows(), {
      baseUrl: sandbox.baseUrl,
      ...(bad === undefined ? {} : { token: bad }),
    });
    expect(answer).toMatchObject({ status: 401, body: { message: "Invalid JWT" } });
  });

  it("is refused as a private one when it starts like one and is unknown", async () => {
    expect(await ask(workflows(), { token: "pit-unknown" })).toMatchObject({
      status: 401,
      body: { message: "Invalid Private Integration token" },
    });
  });

  it("may be the private one of the location, except for the search of locations", async () => {
    const pit = sandbox.privateTokens.get(here) ?? "";
    expect((await ask(workflows(), { token: pit })).status).toBe(200);
    expect((await ask("GET /locations/search", { token: pit })).status).toBe(403);
    expect((await ask(`GET /workflows/?locationId=${elsewhere}`, { token: pit })).status).toBe(403);
  });

  it("must be of the class that the operation takes", async () => {
    const company = (await signIn(sandbox, "company")).access_token;
    expect(await ask(workflows(), { token: company })).toMatchObject({
      status: 401,
      body: {
        message: expect.stringMatching(/^This authClass type is not allowed to access this scope/),
      },
    });
    expect((await ask("GET /locations/search", { token: company })).body["locations"]).toHaveLength(
      3,
    );
    expect((await ask(`GET /locations/${elsewhere}`, { token: company })).status).toBe(200);
  });

  it("must have the scope", async () => {
    const narrow = (await signIn(sandbox, here, "contacts.readonly")).access_token;
    expect(await ask(workflows(), { token: narrow })).toMatchObject({
      status: 401,
      body: { message: "The token is not authorized for this scope." },
    });
    const write = { token: narrow, body: { locationId: here, firstName: "A" } };
    expect((await ask("POST /contacts/", write)).status).toBe(401);
  });

  it("must be of the location, named in the query, the path, the body or by the record", async () => {
    const other = sandbox.privateTokens.get(elsewhere) ?? "";
    const search = { locationId: elsewhere, pageLimit: 1 };
    const found = await ask("POST /contacts/search", { token: other, body: search });
    const [{ id }] = found.body["contacts"] as unknown as [{ id: string }];
    const refusals = [
      await ask(`GET /workflows/?locationId=${elsewhere}`),
      await ask("GET /workflows/"),
      await ask(`GET /locations/${elsewhere}`),
      await ask("POST /contacts/search", { body: search }),
      await ask(`GET /contacts/${id}`),
      await ask(`PUT /contacts/${id}`, { body: { firstName: "Changed" } }),
      await ask(`DELETE /contacts/${id}`),
    ];
    for (const answer of refusals) {
      expect(answer).toMatchObject({
        status: 403,
        body: { message: "The token does not have access to this location.", error: "Forbidden" },
      });
    }
    const untouched = await ask(`GET /contacts/${id}`, { token: other });
    expect(untouched.status).toBe(200);
    expect(untouched.body["contact"]).not.toMatchObject({ firstName: "Changed" });
  });
});

describe("the fields of a request", () => {
  it("are refused when unknown, all at once and without effect", async () => {
    const body = { locationId: here, firstName: 7, colour: "red", email: "nobody" };
    expect(await ask("POST /contacts/", { body })).toMatchObject({
      status: 422,
      body: {
        message: [
          "property colour should not exist",
          "firstName must be a string",
          "email must be an email",
        ],
        error: "Unprocessable Entity",
        statusCode: 422,
      },
    });
  });

  it("are refused in the casing of another version", async () => {
    expect((await ask(`GET /opportunities/search?location_id=${here}`)).status).toBe(200);
    expect((await ask(`GET /opportunities/search?locationId=${here}`)).status).toBe(403);
    const camel = `GET /opportunities/search?locationId=${here}`;
    expect((await ask(camel, { version: "v3" })).status).toBe(200);
    expect((await ask(`${camel}&pipeline_id=x`, { version: "v3" })).status).toBe(422);
    const dnd = { locationId: here, firstName: "A", dndSettings: { sms: { status: "active" } } };
    expect((await ask("POST /contacts/", { body: dnd })).body.message).toEqual([
      "dndSettings.property sms should not exist",
    ]);
  });

  it("must be JSON", async () => {
    const answer = await fetch(`${sandbox.baseUrl}/contacts/search`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${token}`,
        Version: "v3",
        "Content-Type": "application/json",
      },
      body: "{",
    });
    expect(answer.status).toBe(400);
  });
});

describe("an answer", () => {
  it("has the v3 envelope for errors under v3", async () => {
    const body = { locationId: here, pageLimit: 1, colour: "red" };
    expect((await ask("POST /contacts/search", { version: "v3", body })).body).toMatchObject({
      error: {
        code: "INVALID_ARGUMENT",
        message: "Unprocessable Entity",
        details: { errors: ["property colour should not exist"] },
        resolution: expect.any(String),
      },
    });
  });

  it("is JSON for an unknown path and a missing record", async () => {
    expect(await ask("GET /nowhere")).toMatchObject({ status: 404, body: { statusCode: 404 } });
    expect(await ask("GET /contacts/nobody")).toMatchObject({
      status: 404,
      body: { message: "Contact with id nobody not found", error: "Not Found" },
    });
  });

  it("counts calls for each location on its own", async () => {
    const clock = createFakeClock();
    const fresh = await startSandbox({ clock, enforceRateLimit: true });
    const get = (id: string) =>
      call(`GET /workflows/?locationId=${id}`, {
        baseUrl: fresh.baseUrl,
        token: fresh.privateTokens.get(id) ?? "",
      });
    const first = await get(here);
    expect(Object.fromEntries(first.headers)).toMatchObject({
      "x-ratelimit-limit-daily": "200000",
      "x-ratelimit-daily-remaining": "199999",
      "x-ratelimit-interval-milliseconds": "10000",
      "x-ratelimit-max": "100",
      "x-ratelimit-remaining": "99",
    });
    for (let count = 2; count <= 100; count += 1) expect((await get(here)).status).toBe(200);
    expect((await get(here)).status).toBe(429);
    expect((await get(elsewhere)).headers.get("x-ratelimit-remaining")).toBe("99");
    clock.advance(10);
    const later = await get(here);
    expect(later.status).toBe(200);
    expect(later.headers.get("x-ratelimit-daily-remaining")).toBe("199898");
    await fresh.close();
  });
});
