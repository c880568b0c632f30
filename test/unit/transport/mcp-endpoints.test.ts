import { afterEach, expect, it } from "vitest";
import { AppError } from "../../../src/core/errors.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { ok } from "../../../src/core/result.ts";
import { toClientId, toConnectionId, toGrantId } from "../../../src/core/ids.ts";
import { sendRaw } from "./raw-request.ts";
import { startTestServer, type TestServer, type TestServerOptions } from "./test-server.ts";

const open: TestServer[] = [];
const start = async (options: TestServerOptions = {}): Promise<TestServer> => {
  const server = await startTestServer(options);
  open.push(server);
  return server;
};
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const principal = {
  grantId: toGrantId("grant-1"),
  clientId: toClientId("client-1"),
  subject: "user-1",
  connectionId: toConnectionId("connection-1"),
  access: "write",
  areas: "all",
  locations: "all",
} as const;

const PING = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "t", version: "1" },
  },
});

it("challenges a request without a token, without an error code in the challenge", async () => {
  const server = await start();
  const answer = await sendRaw({ port: server.port, path: "/mcp", method: "POST" });
  expect(answer.status).toBe(401);
  expect(answer.headers["www-authenticate"]).toContain(
    `resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp"`,
  );
  expect(answer.headers["www-authenticate"]).not.toContain("error=");
  expect(JSON.parse(answer.body)).toEqual({
    error: "invalid_token",
    error_description: "no access token was sent",
  });
  expect(answer.headers["cache-control"]).toBe("no-store");
});

it("points to the metadata of the SSE endpoint there, and serves them", async () => {
  const server = await start();
  const url = `${server.url}/.well-known/oauth-protected-resource/sse`;
  const answer = await sendRaw({ port: server.port, path: "/sse" });
  expect(answer.headers["www-authenticate"]).toContain(`resource_metadata="${url}"`);
  expect(await (await fetch(url)).json()).toMatchObject({ resource: `${server.url}/sse` });
});

it.each(["garbage", "Bearer", "Bearer nope", `Bearer ${"x".repeat(8000)}`, "Basic YTpi"])(
  "refuses the credentials %.20s with 401 (P02)",
  async (authorization) => {
    const server = await start();
    const answer = await sendRaw({
      port: server.port,
      path: "/mcp",
      method: "POST",
      headers: { authorization },
    });
    expect(answer.status).toBe(401);
  },
);

it("ignores tokens in the query string (R5)", async () => {
  const seen: (string | undefined)[] = [];
  const server = await start({
    authorization: {
      authenticate: async (header) => {
        seen.push(header);
        return { ok: false, failure: { kind: "missing_token" } };
      },
    },
  });
  const path = "/mcp?access_token=good&token=good&authorization=Bearer%20good";
  expect((await sendRaw({ port: server.port, path, method: "POST" })).status).toBe(401);
  expect(seen).toEqual([undefined]);
  expect(server.logLines.join()).not.toContain("good");
});

it("hands an authenticated request to the MCP transport", async () => {
  const server = await start({ authorization: { authenticate: async () => ok(principal) } });
  const answer = await sendRaw({
    port: server.port,
    path: "/mcp",
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: PING,
  });
  expect(answer.status).toBe(200);
  expect(answer.body).toContain("serverInfo");
  expect(answer.headers["x-request-id"]).toMatch(/^[\w-]{22}$/u);
  expect(answer.headers["access-control-allow-origin"]).toBe("*");
});

it("refuses a body of more than 4 MB before the token is judged, and the client gets to read that", async () => {
  let judged = 0;
  const server = await start({
    authorization: {
      authenticate: async () => {
        judged += 1;
        return ok(principal);
      },
    },
  });
  const answer = await fetch(`${server.url}/mcp`, {
    method: "POST",
    body: "x".repeat(4 * 1024 * 1024 + 1),
  });
  expect(answer.status).toBe(413);
  expect(judged).toBe(0);
});

it("refuses a chunked body of more than 4 MB", async () => {
  const server = await start({ authorization: { authenticate: async () => ok(principal) } });
  const answer = await sendRaw({
    port: server.port,
    path: "/mcp",
    method: "POST",
    headers: { "content-type": "application/json", "transfer-encoding": "chunked" },
    body: `"${"x".repeat(4 * 1024 * 1024)}"`,
  });
  expect(answer.status).toBe(413);
});

it("answers a preflight without a token", async () => {
  const server = await start();
  const answer = await sendRaw({
    port: server.port,
    path: "/mcp",
    method: "OPTIONS",
    headers: { origin: "http://localhost:6274", "access-control-request-method": "POST" },
  });
  expect(answer.status).toBe(204);
  expect(answer.headers["access-control-allow-methods"]).toBe("POST, GET, DELETE");
  expect(answer.headers["access-control-allow-headers"]).toContain("Authorization");
});

it("names the methods that an endpoint takes", async () => {
  const server = await start();
  const put = await sendRaw({ port: server.port, path: "/mcp", method: "PUT" });
  expect([put.status, put.headers.allow]).toEqual([405, "POST, GET, DELETE"]);
  const post = await sendRaw({ port: server.port, path: "/sse", method: "POST" });
  expect([post.status, post.headers.allow]).toEqual([405, "GET"]);
});

it("has no SSE endpoints where they are switched off", async () => {
  const server = await start({ enableSse: false });
  for (const path of ["/sse", "/.well-known/oauth-protected-resource/sse"]) {
    expect((await sendRaw({ port: server.port, path })).status).toBe(404);
  }
  expect((await sendRaw({ port: server.port, path: "/messages", method: "POST" })).status).toBe(
    404,
  );
});

it.each([
  [
    new AppError("storage_unavailable", "the file /secret/place is gone"),
    503,
    "temporarily_unavailable",
  ],
  [new Error(`no idea: ${toSecret("s3cret").reveal()}`), 500, "server_error"],
])(
  "answers breakdowns with an id that finds the log line, and no detail",
  async (error, status, code) => {
    const server = await start({
      authorization: {
        authenticate: async () => {
          throw error;
        },
      },
    });
    const answer = await sendRaw({ port: server.port, path: "/mcp", method: "POST" });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ error: code });
    expect(answer.body).not.toMatch(/secret|s3cret|no idea|at /u);
    const id = String(answer.headers["x-request-id"]);
    expect(answer.body).toContain(id);
    expect(
      server.logLines.some((line) => line.includes(id) && line.includes("request failed")),
    ).toBe(true);
  },
);
