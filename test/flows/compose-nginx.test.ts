import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sendRaw } from "../support/attack-wire.ts";
import { findFreePort } from "../support/free-port.ts";
import { findProgram, readDeployed, type RunningProxy, startNginx } from "../support/proxies.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** The nginx of compose.yaml before a real server, with 127.0.0.1 for its network. */

const nginx = findProgram("nginx");
const compose = readFileSync(join(import.meta.dirname, "..", "..", "compose.yaml"), "utf8");
const conf = readDeployed("nginx-compose.conf");

it("compose.yaml and its nginx agree on who is believed", () => {
  const find = (pattern: RegExp, text = compose): string | undefined => pattern.exec(text)?.[1];
  const gateway = find(/gateway: (\S+)/u);
  expect(gateway).toBeDefined();
  expect([...conf.matchAll(/set_real_ip_from (\S+);/gu)].map(([, from]) => from)).toEqual([
    gateway,
  ]);
  expect(find(/TRUSTED_PROXIES: (\S+)/u)).toBe(find(/ipv4_address: (\S+)/u));
});

describe.skipIf(nginx === undefined)("nginx of compose.yaml", () => {
  let running: RunningApp;
  let proxy: RunningProxy;
  let port: number;

  beforeAll(async () => {
    port = await findFreePort();
    running = await startApp({
      config: {
        publicUrl: "https://mcp.example.com",
        proxyTrust: { proxies: ["127.0.0.1"], header: "x-forwarded-for" },
      },
      rates: { registrationPerAddress: { burst: 2, perSecond: 0.001 } },
    });
    const site = conf
      .replaceAll(/server-[12]:8000/gu, `127.0.0.1:${running.config.port}`)
      .replace(/(server 127[^\n]+\n)\s*server 127[^\n]+\n/u, "$1")
      .replace("listen 8000", `listen 127.0.0.1:${port}`)
      .replace("172.30.251.1;", "127.0.0.1;");
    proxy = startNginx(nginx ?? "", { site, include: readDeployed("nginx-proxy.conf") });
    await vi.waitFor(() => sendRaw(port, { path: "/health/live" }), { timeout: 15_000 });
  }, 30_000);
  afterAll(async () => {
    await proxy.close();
    await running.close();
  });

  let made = 0;
  const register = async (from: string, claims?: string): Promise<number> => {
    made += 1;
    const answer = await sendRaw(port, {
      method: "POST",
      path: "/oauth/register",
      from,
      headers: {
        host: "mcp.example.com",
        "content-type": "application/json",
        ...(claims !== undefined && { "x-forwarded-for": claims }),
      },
      body: JSON.stringify({
        client_name: `Client ${made}`,
        redirect_uris: ["http://127.0.0.1:46001/callback"],
        token_endpoint_auth_method: "none",
      }),
    });
    return answer.status;
  };

  it("lets each client of the TLS proxy have its own limit, and believes no other address", async () => {
    // what 127.0.0.1 says counts, as that of the gateway does
    const proxied = [];
    for (const client of ["203.0.113.5", "203.0.113.5", "203.0.113.5", "203.0.113.6"]) {
      proxied.push(await register("127.0.0.1", client));
    }
    expect(proxied).toEqual([201, 201, 429, 201]);
    const forged = [];
    for (const claim of ["203.0.113.7", "203.0.113.8", "203.0.113.9"]) {
      forged.push(await register("127.0.0.9", claim));
    }
    expect(forged).toEqual([201, 201, 429]);
    expect(await register("127.0.0.8")).toBe(201);
  });

  it("refuses a body above the limit", async () => {
    const answer = await sendRaw(port, {
      method: "POST",
      path: "/mcp",
      headers: { host: "mcp.example.com" },
      body: Buffer.alloc(6 * 1024 * 1024),
    }).catch((error: unknown) => error);
    expect(answer).toMatchObject({ status: 413 });
  });
});
