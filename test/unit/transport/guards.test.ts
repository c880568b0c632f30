import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendRaw } from "./raw-request.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const METADATA = "/.well-known/oauth-authorization-server";

describe("the Host header", () => {
  it.each(["localhost", "LOCALHOST", "127.0.0.1", "[::1]"])(
    "may be %s with our port",
    async (name) => {
      const { port } = server;
      const answer = await sendRaw({ port, path: METADATA, headers: { host: `${name}:${port}` } });
      expect(answer.status).toBe(200);
    },
  );

  it.each([
    "evil.example",
    "localhost",
    "localhost:1",
    "127.0.0.1.evil.example:PORT",
    "localhost:PORT.evil.example",
    "[::2]:PORT",
  ])("may not be %s, on any path (P06, M01)", async (host) => {
    const { port } = server;
    const headers = { host: host.replace("PORT", String(port)) };
    for (const path of [METADATA, "/mcp", "/", "/oauth/authorize", "/nowhere"]) {
      const answer = await sendRaw({ port, path, headers });
      expect(answer.status).toBe(421);
      expect(JSON.parse(answer.body)).toMatchObject({ error: "invalid_request" });
      expect(answer.headers.location).toBeUndefined();
    }
  });

  it("may be anything on a probe, which tells nothing", async () => {
    const answer = await sendRaw({
      port: server.port,
      path: "/health/live",
      headers: { host: "10.0.0.7:8000" },
    });
    expect(answer).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  });

  it("never shapes a document, nor do forwarded headers (M01, M02)", async () => {
    const plain = await sendRaw({ port: server.port, path: METADATA });
    const forwarded = await sendRaw({
      port: server.port,
      path: METADATA,
      headers: {
        host: `127.0.0.1:${server.port}`,
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        forwarded: "host=evil.example",
      },
    });
    expect(forwarded.body).toBe(plain.body);
    expect(plain.body).toContain(server.url);
    const challenge = await sendRaw({
      port: server.port,
      path: "/mcp",
      method: "POST",
      headers: { "x-forwarded-host": "evil.example" },
    });
    expect(challenge.headers["www-authenticate"]).toContain(`${server.url}/.well-known/`);
  });

  it("is only the public one where the public URL is not a loopback address", async () => {
    const hosted = await startTestServer({ publicUrl: "https://mcp.example" });
    const statusOf = async (host: string): Promise<number> =>
      (await sendRaw({ port: hosted.port, path: METADATA, headers: { host } })).status;
    expect(await statusOf("mcp.example")).toBe(200);
    expect(await statusOf("mcp.example:443")).toBe(200);
    expect(await statusOf("mcp.example:8443")).toBe(421);
    expect(await statusOf(`localhost:${hosted.port}`)).toBe(421);
    const { headers } = await sendRaw({
      port: hosted.port,
      path: "/",
      headers: { host: "mcp.example" },
    });
    expect(headers["strict-transport-security"]).toBe("max-age=31536000");
    await hosted.close();
  });
});

it("takes no absolute request target", async () => {
  const answer = await sendRaw({ port: server.port, path: `http://evil.example${METADATA}` });
  expect(answer.status).toBe(400);
});

it("refuses a header block of 64 KB (D03)", async () => {
  const answer = await sendRaw({
    port: server.port,
    path: "/mcp",
    headers: { cookie: "a".repeat(64 * 1024) },
  });
  expect(answer.status).toBe(431);
});

describe.each(["/mcp", "/sse", "/messages"])("the Origin header on %s", (path) => {
  const method = path === "/sse" ? "GET" : "POST";
  const send = (origin: string, verb = method) =>
    sendRaw({ port: server.port, path, method: verb, headers: { origin } });

  it.each([
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "file://",
    "http://127.0.0.1:80@evil.example",
    "http://localhost:6274/page",
    "http://user@localhost",
  ])(
    "is refused for %s, before the token is judged, and lets that page read nothing (P06)",
    async (origin) => {
      for (const verb of [method, "OPTIONS"]) {
        const answer = await send(origin, verb);
        expect(answer.status).toBe(403);
        expect(answer.headers["www-authenticate"]).toBeUndefined();
        expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
      }
    },
  );

  it.each(["http://localhost:6274", "http://127.0.0.1", "https://[::1]:8443", "own"])(
    "passes for %s, up to the challenge",
    async (origin) => {
      const answer = await send(origin === "own" ? server.url : origin);
      expect(answer.status).toBe(401);
      expect(answer.headers["access-control-allow-origin"]).toBe("*");
      expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
      expect(answer.headers["access-control-expose-headers"]).toContain(
        "WWW-Authenticate, Mcp-Session-Id",
      );
    },
  );
});
