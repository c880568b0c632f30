import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sendRaw } from "../support/attack-wire.ts";
import { findFreePort } from "../support/free-port.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** The nginx of compose.yaml before a real server, with 127.0.0.1 for its network. */

const root = join(import.meta.dirname, "..", "..");
const NGINX = "/usr/sbin/nginx";
const hasNginx = existsSync(NGINX);
if (!hasNginx)
  console.warn("SKIPPED: nginx is not installed, deploy/nginx-compose.conf is unchecked");

const compose = readFileSync(join(root, "compose.yaml"), "utf8");
const conf = readFileSync(join(root, "deploy/nginx-compose.conf"), "utf8");

it("compose.yaml and its nginx agree on who is believed", () => {
  const find = (pattern: RegExp, text = compose): string | undefined => pattern.exec(text)?.[1];
  const gateway = find(/gateway: (\S+)/u);
  expect(gateway).toBeDefined();
  expect([...conf.matchAll(/set_real_ip_from (\S+);/gu)].map(([, from]) => from)).toEqual([
    gateway,
  ]);
  expect(find(/TRUSTED_PROXIES: (\S+)/u)).toBe(find(/ipv4_address: (\S+)/u));
});

describe.skipIf(!hasNginx)("nginx of compose.yaml", () => {
  let folder: string;
  let running: RunningApp;
  let port: number;
  let stop = (): Promise<unknown> => Promise.resolve();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "ghl-mcp-compose-"));
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
      .replace("172.30.251.1;", "127.0.0.1;")
      .replaceAll("/etc/nginx/nginx-proxy.conf", join(root, "deploy/nginx-proxy.conf"));
    const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join(" ");
    const path = join(folder, "nginx.conf");
    writeFileSync(
      path,
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr; events {} http { ${places} ${site} }`,
    );
    const child = spawn(NGINX, ["-p", folder, "-c", path], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("close", resolve));
    stop = () => {
      child.kill("SIGTERM");
      return ended;
    };
    await vi.waitFor(() => sendRaw(port, { path: "/health/live" }), { timeout: 15_000 });
  }, 30_000);
  afterAll(async () => {
    await stop();
    await running.close();
    rmSync(folder, { recursive: true, force: true });
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
