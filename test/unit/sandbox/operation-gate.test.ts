import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { type ApiRequest, call, signIn } from "./sign-in.ts";

let sandbox: RunningSandbox;
let here = "";
let elsewhere = "";
let token = "";
let company = "";

beforeAll(async () => {
  sandbox = await startSandbox();
  here = sandbox.locations[0]?.id ?? "";
  elsewhere = sandbox.locations[1]?.id ?? "";
  token = (await signIn(sandbox, here)).access_token;
  company = (await signIn(sandbox, "company")).access_token;
});
afterAll(() => sandbox.close());

const ask = (target: string, request: Partial<ApiRequest> = {}) =>
  call(target, { baseUrl: sandbox.baseUrl, token, version: "v3", ...request });

const link = () => ({ locationId: here, name: "A", redirectTo: "https://example.com" });

const CLASS = /^This authClass type is not allowed/;

describe("an operation without an endpoint of its own checks", () => {
  it("the Version, and which paths it has", async () => {
    const body = link();
    expect((await ask("POST /links/", { version: "", body })).body.message).toBe(
      "version header was not found.",
    );
    expect((await ask("POST /links/", { version: "2020-01-01", body })).body.message).toBe(
      "version header is invalid",
    );
    const builder = `GET /emails/builder?locationId=${here}`;
    expect((await ask(builder)).body).toMatchObject({
      error: { message: "This API endpoint has been removed in version v3" },
    });
    expect((await ask(builder, { version: "2021-07-28" })).status).toBe(200);
    const templates = `GET /emails/locations/${here}/templates`;
    expect((await ask(templates)).status).toBe(200);
    expect((await ask(templates, { version: "2021-07-28" })).status).toBe(404);
  });

  it("the class of the token, and that no private one comes where only OAuth may", async () => {
    const wrongClass = { error: { message: expect.stringMatching(CLASS) as unknown } };
    const links = `GET /links/?locationId=${here}`;
    expect(await ask(links, { token: company })).toMatchObject({ status: 401, body: wrongClass });
    const menus = "GET /custom-menus/anything";
    expect(await ask(menus)).toMatchObject({ status: 401, body: wrongClass });
    expect((await ask(menus, { token: company })).status).not.toBe(401);
    const charge = "GET /marketplace/billing/charges/anything";
    const pit = sandbox.privateTokens.get(here) ?? "";
    expect(await ask(charge, { token: pit })).toMatchObject({ status: 401, body: wrongClass });
    expect((await ask(charge)).status).toBe(404);
  });

  it("the scope", async () => {
    const narrow = (await signIn(sandbox, here, "links.readonly")).access_token;
    expect((await ask(`GET /links/?locationId=${here}`, { token: narrow })).status).toBe(200);
    expect(await ask("POST /links/", { token: narrow, body: link() })).toMatchObject({
      status: 401,
      body: { error: { message: "The token is not authorized for this scope." } },
    });
  });

  it("the location, in each of its places, where it is foreign and where it is missing", async () => {
    const invoice = { altType: "location", userId: "u", action: "email", liveMode: true };
    const requests: [string, object?][] = [
      [`GET /links/?locationId=${elsewhere}`],
      ["GET /links/"],
      [`GET /emails/locations/${elsewhere}/templates`],
      [`GET /payments/orders?altId=${elsewhere}&altType=location`],
      [`GET /payments/orders?altId=${here}&altType=location&locationId=${elsewhere}`],
      ["POST /links/", { ...link(), locationId: elsewhere }],
      ["POST /links/", { name: "A", redirectTo: "https://example.com" }],
      ["POST /invoices/x/send", { ...invoice, altId: elsewhere }],
      ["POST /invoices/x/send", { ...invoice, altId: here, altType: "company" }],
    ];
    for (const [target, body] of requests) {
      expect([target, await ask(target, { body })]).toMatchObject([
        target,
        {
          status: 403,
          body: { error: { message: "The token does not have access to this location." } },
        },
      ]);
    }
  });

  it("the company", async () => {
    const plans = (id: string) =>
      ask(`GET /saas/agency-plans/${id}`, { token: company }).then(({ status }) => status);
    expect([await plans(sandbox.companyId), await plans("another")]).toEqual([200, 403]);
  });

  it("that nothing is missing, unknown, of the wrong type, or no allowed word", async () => {
    const body = { locationId: here, name: 7, colour: "red" };
    expect(await ask("POST /links/", { body, version: "2021-07-28" })).toMatchObject({
      status: 422,
      body: {
        message: [
          "property colour should not exist",
          "name must be a string",
          "redirectTo should not be empty",
        ],
        error: "Unprocessable Entity",
      },
    });
    const query = `altId=${here}&altType=location`;
    expect((await ask(`GET /invoices/?${query}&limit=1&colour=red`)).body).toMatchObject({
      error: {
        details: {
          errors: ["property colour should not exist", "offset should not be empty"],
        },
      },
    });
    expect((await ask(`GET /forms/?locationId=${here}&limit=many`)).status).toBe(422);
    const send = { altId: here, altType: "location", userId: "u", action: "pigeon", liveMode: 1 };
    expect((await ask("POST /invoices/x/send", { body: send })).body).toMatchObject({
      error: {
        details: {
          errors: [
            expect.stringMatching(/^action must be one of the following values: /) as unknown,
            "liveMode must be a boolean value",
          ],
        },
      },
    });
  });

  it("fields that lie deeper", async () => {
    const body = {
      altId: here,
      altType: "location",
      filesToBeUpdated: [{ id: "x", colour: "red" }, { name: 7 }],
    };
    expect((await ask("PUT /medias/update-files", { body })).body).toMatchObject({
      error: {
        details: {
          errors: [
            "filesToBeUpdated.0.property colour should not exist",
            "filesToBeUpdated.1.id should not be empty",
            "filesToBeUpdated.1.name must be a string",
          ],
        },
      },
    });
  });

  it("the content type", async () => {
    const send = (target: string, body: string | URLSearchParams, type?: string) => {
      const [method = "", path = ""] = target.split(" ");
      const headers = { Authorization: `Bearer ${token}`, Version: "v3" };
      return fetch(`${sandbox.baseUrl}${path}`, {
        method,
        headers: { ...headers, ...(type === undefined ? {} : { "Content-Type": type }) },
        body,
      }).then(({ status }) => status);
    };
    const json = "application/json";
    expect(await send("POST /links/", JSON.stringify(link()), json)).toBe(201);
    expect(await send("POST /links/", new URLSearchParams(link()))).toBe(415);
    expect(await send("POST /links/", "{", json)).toBe(400);
    expect(await send("PUT /links/x", "[1]", json)).toBe(422);
    expect(await send("POST /medias/upload-file", "{}", json)).toBe(415);
    expect(await send("POST /medias/upload-file", "no form", "multipart/form-data")).toBe(400);
  });

  it("that an upload brings its file, in its field, and no larger than may be", async () => {
    const upload = async (path: string, file: Blob, field: string) => {
      const form = new FormData();
      form.append(field, file, "a.csv");
      const answer = await fetch(`${sandbox.baseUrl}${path}`, {
        method: "POST",
        headers: { Authorization: `Bearer ${token}`, Version: "v3" },
        body: form,
      });
      return answer.status;
    };
    const csv = `/social-media-posting/${here}/csv`;
    expect(await upload(csv, new Blob(["a"]), "file")).toBe(201);
    expect(await upload(csv, new Blob(["a"]), "other")).toBe(400);
    const large = new Blob([new Uint8Array(26_214_401)]);
    expect(await upload("/medias/upload-file", large, "file")).toBe(413);
  });
});

describe("a fault", () => {
  it("applies to operations without an endpoint of their own, and so do the rate headers", async () => {
    const how = { kind: "status", status: 503, body: "{}" } as const;
    sandbox.control.misbehave({ pathPrefix: "/campaigns", count: 1, how });
    const list = () => ask(`GET /campaigns/?locationId=${here}`);
    expect((await list()).status).toBe(503);
    const answer = await list();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-ratelimit-max")).toBe("100");
  });
});
