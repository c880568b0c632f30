import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendRaw } from "./raw-request.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

let server: TestServer;
let ready = true;
beforeAll(async () => {
  server = await startTestServer({ isReady: async () => ready });
});
afterAll(() => server.close());

const FORM = "application/x-www-form-urlencoded";

const post = (path: string, type: string | undefined, body: string): Promise<Response> =>
  fetch(server.url + path, {
    method: "POST",
    // A Uint8Array, because fetch would add a content type of its own to a string.
    body: new TextEncoder().encode(body),
    headers: type === undefined ? {} : { "content-type": type },
  });

describe("discovery (M04)", () => {
  it.each([
    ["/.well-known/oauth-authorization-server", "issuer"],
    ["/.well-known/oauth-authorization-server/mcp", "issuer"],
    ["/.well-known/openid-configuration", "issuer"],
    ["/.well-known/openid-configuration/mcp", "issuer"],
    ["/.well-known/oauth-protected-resource", "resource"],
    ["/.well-known/oauth-protected-resource/mcp", "resource"],
  ])("serves %s to every origin", async (path, member) => {
    const answer = await fetch(server.url + path, { headers: { origin: "https://any.example" } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    expect(await answer.json()).toHaveProperty(member);
    const head = await fetch(server.url + path, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  it.each([
    "/.well-known/oauth-authorization-server/other",
    "/.well-known/openid-configuration/",
    "/.well-known/jwks.json",
  ])("answers %s with 404 and JSON, to browsers too", async (path) => {
    const answer = await fetch(server.url + path, { headers: { accept: "text/html" } });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: "not_found" });
  });
});

describe("methods and cross-origin pages", () => {
  it.each(["/oauth/token", "/oauth/register", "/oauth/revoke", "/oauth/introspect"])(
    "lets %s be posted to and nothing else (M08)",
    async (path) => {
      for (const method of ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"]) {
        const answer = await sendRaw({ port: server.port, path, method });
        expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, "POST"]);
      }
    },
  );

  it.each([
    "/oauth/token",
    "/oauth/register",
    "/oauth/revoke",
    "/.well-known/oauth-authorization-server",
  ])("answers a preflight for %s (I08)", async (path) => {
    const answer = await fetch(server.url + path, {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:6274",
        "access-control-request-headers": "mcp-protocol-version",
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-allow-headers")).toContain("MCP-Protocol-Version");
  });

  it.each(["/oauth/authorize", "/oauth/consent", "/oauth/callback", "/"])(
    "keeps other origins from reading %s (M09)",
    async (path) => {
      for (const method of ["OPTIONS", "GET"]) {
        const answer = await fetch(server.url + path, {
          method,
          redirect: "manual",
          headers: { origin: "https://evil.example" },
        });
        expect(
          [...answer.headers.keys()].filter((name) => name.startsWith("access-control")),
        ).toEqual([]);
        if (method === "OPTIONS") expect(answer.status).toBe(405);
      }
    },
  );
});

describe.each(["/oauth/token", "/oauth/revoke", "/oauth/introspect"])("%s", (path) => {
  it.each([
    ["JSON", "application/json"],
    ["multipart", "multipart/form-data; boundary=x"],
    ["two types in one", "application/json, application/x-www-form-urlencoded"],
    ["a type that only starts like a form", `${FORM}x`],
    ["a form with a parameter that is no charset", `${FORM}; boundary=x`],
    ["no type", undefined],
  ])("refuses %s (T13)", async (_name, type) => {
    const answer = await post(path, type, "grant_type=authorization_code");
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: "invalid_request" });
  });

  it("refuses a parameter given twice, and more than 100 of them", async () => {
    for (const body of ["token=a&token=b&grant_type=x", "a=1&".repeat(101), "&".repeat(60_000)]) {
      const answer = await post(path, FORM, body);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ error: "invalid_request" });
    }
  });

  it("refuses more than 64 KB, announced or not, and the client gets to read that", async () => {
    const body = `token=${"x".repeat(1_000_000)}`;
    expect((await post(path, FORM, body)).status).toBe(413);
    const chunked = await sendRaw({
      port: server.port,
      path,
      method: "POST",
      headers: { "content-type": FORM, "transfer-encoding": "chunked" },
      body: `token=${"x".repeat(70_000)}`,
    });
    expect(chunked.status).toBe(413);
  });

  it("ignores parameters of the query string, sets no cookie and is never cached (T15)", async () => {
    const answer = await post(
      `${path}?grant_type=authorization_code&token=x&client_id=y`,
      FORM,
      "",
    );
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it("takes a charset, in any case", async () => {
    const answer = await post(path, "Application/X-WWW-Form-Urlencoded; Charset=UTF-8", "a=1");
    expect(JSON.stringify(await answer.json())).not.toContain("content type");
  });
});

describe("/oauth/register", () => {
  it.each([
    ["a form", FORM, "redirect_uris=x"],
    ["no JSON", "application/json", "{"],
    ["10,000 levels", "application/json", `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
  ])("refuses %s (R07)", async (_name, type, body) => {
    const answer = await post("/oauth/register", type, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: "invalid_client_metadata" });
  });

  it("refuses 1 MB (R07)", async () => {
    const answer = await post("/oauth/register", "application/json", `"${"x".repeat(1_000_000)}"`);
    expect(answer.status).toBe(413);
  });

  it("reports what the authorization server finds wrong", async () => {
    const body = JSON.stringify({ redirect_uris: ["javascript:alert(1)"] });
    const answer = await post("/oauth/register", "application/json; charset=utf-8", body);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(await answer.json())).not.toContain("alert");
  });
});

describe("pages", () => {
  it("start with a home page that names the MCP URL and the mode", async () => {
    const answer = await fetch(server.url, { headers: { accept: "text/html" } });
    const html = await answer.text();
    expect(answer.status).toBe(200);
    expect(html).toContain(`${server.url}/mcp`);
    expect(html).toContain("Sandbox.");
  });

  it("share one stylesheet", async () => {
    const answer = await fetch(`${server.url}/assets/style.css`);
    expect(answer.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("show a person who is lost a page, and a program JSON", async () => {
    const page = await fetch(`${server.url}/nowhere`, { headers: { accept: "text/html" } });
    expect([page.status, page.headers.get("content-type")]).toEqual([
      404,
      "text/html; charset=utf-8",
    ]);
    const json = await fetch(`${server.url}/nowhere`);
    expect([json.status, await json.json()]).toEqual([
      404,
      { error: "not_found", error_description: "there is nothing at this path" },
    ]);
  });

  it("do not send anyone to another host for a path with two slashes", async () => {
    for (const path of ["//evil.example/", "//evil.example/oauth/authorize", "/\\evil.example"]) {
      const answer = await sendRaw({
        port: server.port,
        path,
        headers: { host: `127.0.0.1:${server.port}` },
      });
      expect([400, 404]).toContain(answer.status);
      expect(answer.headers.location).toBeUndefined();
      expect(JSON.parse(answer.body)).toHaveProperty("error");
    }
  });
});

it("is live always, and ready when its store answers", async () => {
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  ready = false;
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  ready = true;
});

it("logs each request with its id and route, and nothing that was in its address", async () => {
  const sent = "/oauth/callback?code=s3cret-code&state=s3cret-state";
  const answer = await sendRaw({
    port: server.port,
    path: sent,
    headers: { "x-request-id": "chosen" },
  });
  const id = String(answer.headers["x-request-id"]);
  expect(id).not.toBe("chosen");
  await sendRaw({ port: server.port, path: "/s3cret-path" });
  const lines = server.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toContainEqual({
    level: "info",
    message: "request",
    requestId: id,
    method: "GET",
    route: "/oauth/callback",
    status: 400,
    durationMs: 0,
  });
  expect(lines.some((line) => line["route"] === "(none)" && line["status"] === 404)).toBe(true);
  expect(server.logLines.join()).not.toContain("s3cret");
});
