import { afterEach, describe, expect, it } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { toSecret } from "../../src/core/secret.ts";
import { createPrometheusMetrics } from "../../src/observability/prometheus-metrics.ts";
import { createCountedStore } from "../../src/storage/counted-store.ts";
import { createMemoryStore } from "../../src/storage/memory.ts";
import { callTool, createAttackClient } from "../support/attack-client.ts";
import { sendRaw } from "../support/attack-wire.ts";
import { createFakeClock } from "../support/clock.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** What a running server counts, and whom it shows it. */

let running: RunningApp | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

const start = async (config: Parameters<typeof startApp>[0] = {}): Promise<RunningApp> => {
  running = await startApp({ metrics: createPrometheusMetrics({ version: "0.0.0" }), ...config });
  return running;
};

const LOCAL = { config: { metricsAccess: { mode: "loopback" } } } as const;

describe("the metrics of a running server", () => {
  it("count requests, tool calls, calls to GoHighLevel and refreshes, and name nobody", async () => {
    const app = await start(LOCAL);
    const client = await createAttackClient(app);
    const tokens = await client.obtain();
    const call = (name: string, given: Readonly<Record<string, unknown>> = {}) =>
      callTool(app, tokens.access_token, { name, arguments: given });
    await call("search_contacts", { limit: 1, query: "someone@example.com" });
    await call("search_contacts", { limit: "many" });
    await call("made_up_tool_of_a_caller");
    app.sandbox.control.expireAccessTokens();
    await call("search_contacts", { limit: 1 });
    await sendRaw(app.config.port, { path: "/no/such/path?code=secret" });

    const { status, headers, body } = await sendRaw(app.config.port, { path: "/metrics" });
    expect(status).toBe(200);
    expect(headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/u);
    expect(headers["cache-control"]).toBe("no-store");
    const valueOf = (series: string): number =>
      Number(
        body
          .split("\n")
          .find((line) => line.startsWith(`${series} `))
          ?.split(" ")[1],
      );
    expect(valueOf('ghl_mcp_tool_calls_total{tool="search_contacts",outcome="ok"}')).toBe(2);
    expect(
      valueOf('ghl_mcp_tool_calls_total{tool="search_contacts",outcome="invalid_arguments"}'),
    ).toBe(1);
    expect(valueOf('ghl_mcp_tool_calls_total{tool="(unknown)",outcome="protocol_error"}')).toBe(1);
    expect(valueOf('ghl_mcp_tool_call_duration_seconds_count{tool="search_contacts"}')).toBe(3);
    expect(valueOf('ghl_mcp_upstream_calls_total{app="contacts",outcome="ok"}')).toBe(2);
    expect(valueOf('ghl_mcp_upstream_calls_total{app="contacts",outcome="token_rejected"}')).toBe(
      1,
    );
    expect(valueOf('ghl_mcp_refreshes_total{outcome="ok"}')).toBe(1);
    expect(valueOf("ghl_mcp_refresh_duration_seconds_count")).toBe(1);
    expect(valueOf('ghl_mcp_http_requests_total{route="/oauth/token",status="200"}')).toBe(1);
    expect(valueOf('ghl_mcp_http_requests_total{route="(none)",status="404"}')).toBe(1);
    expect(valueOf('ghl_mcp_rate_budgets{kind="location",window="burst",left="more"}')).toBe(1);

    const [connection] = await app.app.upstream.listConnections();
    const ids = [connection?.id, connection?.locationId, client.clientId, tokens.access_token];
    for (const id of ids) {
      expect(id).toBeTypeOf("string");
      expect(body).not.toContain(id);
    }
    for (const sent of ["made_up", "no/such", "example.com", "secret", "127.0.0.1"]) {
      expect(body).not.toContain(sent);
    }
  });

  it("are closed to whoever comes through a proxy or under the public name", async () => {
    const app = await start(LOCAL);
    const { port } = app.config;
    for (const headers of [
      { "x-forwarded-for": "127.0.0.1" },
      { forwarded: "for=127.0.0.1" },
      { host: "mcp.example.com" },
    ]) {
      const refused = await sendRaw(port, { path: "/metrics", headers });
      expect(refused.status).toBe(403);
      expect(refused.body).not.toContain("ghl_mcp");
    }
  });

  it("are open to the token under any host name, and to nobody else", async () => {
    const token = "a-token-of-22-characters";
    const app = await start({
      config: { metricsAccess: { mode: "token", token: toSecret(token) } },
    });
    const read = (authorization: string) =>
      sendRaw(app.config.port, { path: "/metrics", headers: { host: "10.0.0.7", authorization } });
    expect(await read(`Bearer ${token}`)).toMatchObject({ status: 200 });
    const refused = await read("Bearer another-token-of-22-chars");
    expect(refused).toMatchObject({ status: 401 });
    expect(refused.headers["www-authenticate"]).toBe('Bearer realm="metrics"');
    expect(refused.body).not.toContain("ghl_mcp");
    expect(app.logLines.join("\n")).not.toContain(token);
  });

  it("are not there when nobody may read them", async () => {
    const app = await start();
    expect(await sendRaw(app.config.port, { path: "/metrics" })).toMatchObject({ status: 404 });
  });
});

it("counts what the store fails at, and throws it on", async () => {
  const store = createMemoryStore({ clock: createFakeClock() });
  const away = new AppError("storage_unavailable", "away");
  const seen: unknown[] = [];
  const counted = createCountedStore(
    {
      ...store,
      get: () => Promise.reject(away),
      put: () => Promise.reject(new TypeError("a bug")),
    },
    { storeError: (error) => seen.push(error) },
  );
  const at = { namespace: "n", key: "k" };
  await expect(counted.get(at)).rejects.toBe(away);
  await expect(counted.put(at, "v")).rejects.toThrow("a bug");
  expect(await counted.take(at)).toBeUndefined();
  expect(seen).toEqual([
    { verb: "get", code: "storage_unavailable" },
    { verb: "put", code: "other" },
  ]);
});
