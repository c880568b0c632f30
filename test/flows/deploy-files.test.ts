import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { SERVER_FLAGS } from "../../scripts/measure/start-server.ts";
import { ERROR_TABLE } from "../../src/core/errors.ts";
import { findFreePort } from "../support/free-port.ts";
import { readDeployed as read, toNginxConfig } from "../support/proxies.ts";

const deploy = join(import.meta.dirname, "..", "..", "deploy");
const run = promisify(execFile);

const find = (name: string): string | undefined => {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  const path = folders.map((folder) => join(folder, name)).find((place) => existsSync(place));
  if (path === undefined) console.warn(`SKIPPED: ${name} is not installed, deploy/ goes unchecked`);
  return path;
};
const [nginx = "", caddy = "", systemd = ""] = ["nginx", "caddy", "systemd-analyze"].map(find);

it("starts the server with the flags that it is measured with, wherever it is started", () => {
  const root = join(deploy, "..");
  const starts = ["package.json", "Dockerfile", "deploy/ghl-mcp.service"].map((file) =>
    readFileSync(join(root, file), "utf8"),
  );
  for (const flag of SERVER_FLAGS) {
    expect(starts.map((text) => text.includes(flag))).toEqual(starts.map(() => true));
  }
  expect(SERVER_FLAGS).not.toEqual([]);
});

describe("deploy/ghl-mcp.service", () => {
  it("is not started again after errors that starting again does not mend", () => {
    const [, codes = ""] = /^RestartPreventExitStatus=(.*)$/mu.exec(read("ghl-mcp.service")) ?? [];
    const rows = Object.values(ERROR_TABLE);
    for (const code of codes.split(" ").map(Number)) {
      const kinds = rows.filter(({ exitCode }) => exitCode === code);
      expect(kinds.map(({ retryable }) => retryable)).toEqual(kinds.map(() => false));
    }
    expect(codes.split(" ")).toContain(String(ERROR_TABLE.config_invalid.exitCode));
  });

  it.skipIf(systemd === "")("is taken by systemd, and exposes little", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ghl-mcp-unit-"));
    try {
      // systemd asks that the program is there
      const unit = join(folder, "ghl-mcp.service");
      writeFileSync(unit, read("ghl-mcp.service").replace("/usr/bin/node", process.execPath));
      const { stdout, stderr } = await run(systemd, ["verify", "--man=no", unit]);
      expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
      // of 10; fails above the threshold, which is in tenths
      await run(systemd, ["security", "--offline=true", "--threshold=15", unit]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe.skipIf(caddy === "")("deploy/Caddyfile", () => {
  it("is taken by Caddy", async () => {
    const args = ["adapt", "--config", join(deploy, "Caddyfile"), "--adapter", "caddyfile"];
    const { stdout } = await run(caddy, args);
    for (const word of ["127.0.0.1:8001", "127.0.0.1:8002", "round_robin", "/health/ready"]) {
      expect(stdout).toContain(word);
    }
  });
});

describe.skipIf(nginx === "")("deploy/nginx.conf", () => {
  let folder: string;
  let port: number;
  let servers: readonly Server[];
  let stop = (): Promise<unknown> => Promise.resolve();
  const seen: { readonly server: number; readonly headers: IncomingHttpHeaders }[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "ghl-mcp-nginx-"));
    port = await findFreePort();
    servers = await Promise.all([0, 1].map((server) => startServer(server)));
    const pem = await generate([{ name: "commonName", value: "mcp.example.com" }]);
    writeFileSync(join(folder, "fullchain.pem"), pem.cert);
    writeFileSync(join(folder, "privkey.pem"), pem.private);
    const [first = 0, second = 0] = servers.map((server) => (server.address() as AddressInfo).port);
    const site = read("nginx.conf")
      .replaceAll("/etc/ssl/ghl-mcp", folder)
      .replaceAll("/etc/nginx/nginx-proxy.conf", join(deploy, "nginx-proxy.conf"))
      .replaceAll(/listen (\[::\]:)?80;/gu, `listen 127.0.0.1:${await findFreePort()};`)
      .replace("listen [::]:443 ssl http2;", "")
      .replace("listen 443", `listen 127.0.0.1:${port}`)
      .replace(":8001", `:${first}`)
      .replace(":8002", `:${second}`)
      .replace(/(listen 127\.0\.0\.1:\d+;)\s+listen 127\.0\.0\.1:\d+;/u, "$1");
    writeFileSync(join(folder, "nginx.conf"), toNginxConfig(folder, { site }));
    const args = ["-p", folder, "-c", join(folder, "nginx.conf")];
    await run(nginx, ["-t", ...args]);
    const child = spawn(nginx, args, { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("close", resolve));
    stop = () => {
      child.kill("SIGTERM");
      return ended;
    };
    await vi.waitFor(() => ask("/up"), { timeout: 15_000 });
    seen.length = 0;
  });
  afterAll(async () => {
    await stop();
    for (const server of servers) server.closeAllConnections();
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const startServer = async (server: number): Promise<Server> => {
    const started = createServer(({ headers, url }, response) => {
      seen.push({ server, headers });
      if (url === "/cut") response.socket?.destroy();
      else if (url === "/stream") response.write("data: first\n\n");
      else response.end("ok");
    });
    await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
    return started;
  };

  const ask = (
    path: string,
    options: { readonly method?: string; readonly headers?: Record<string, string> } = {},
  ) =>
    new Promise<{ status: number; headers: IncomingHttpHeaders; first: string }>(
      (resolve, reject) => {
        const headers = { host: "mcp.example.com", ...options.headers };
        const asked = request(
          {
            host: "127.0.0.1",
            port,
            path,
            method: options.method ?? "GET",
            headers,
            // a certificate of this test alone
            rejectUnauthorized: false,
          },
          (response) => {
            response.once("data", (chunk: Buffer) => {
              const { statusCode: status = 0, headers: answered } = response;
              resolve({ status, headers: answered, first: chunk.toString() });
              asked.destroy();
            });
          },
        );
        asked.once("error", reject);
        asked.end();
      },
    );

  it("takes turns, names the host, and passes on nothing that a client claims of itself", async () => {
    const forged = { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "http" };
    for (let turn = 0; turn < 4; turn += 1) await ask("/mcp", { headers: forged });
    expect([0, 1].map((one) => seen.filter(({ server }) => server === one).length)).toEqual([2, 2]);
    expect(seen[0]?.headers).toMatchObject({
      host: "mcp.example.com",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "https",
    });
  });

  it("sends HSTS, hides the metrics, and lets the first line of a stream through at once", async () => {
    const { headers, first } = await ask("/stream");
    expect(first).toBe("data: first\n\n");
    expect(headers["strict-transport-security"]).toBe("max-age=31536000");
    const before = seen.length;
    expect((await ask("/metrics")).status).toBe(404);
    expect(seen.length).toBe(before);
  });

  it("sends a call once, also when its server dies over it", async () => {
    seen.length = 0;
    expect((await ask("/cut", { method: "POST" })).status).toBe(502);
    expect(seen.length).toBe(1);
  });

  it("reaches the other server while one is down", async () => {
    servers[0]?.closeAllConnections();
    await new Promise((resolve) => servers[0]?.close(resolve));
    const answers = [];
    for (let turn = 0; turn < 4; turn += 1) {
      answers.push((await ask("/mcp", { method: "POST" })).status);
    }
    expect(answers).toEqual([200, 200, 200, 200]);
  });
});
