import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  connect,
  type ConnectionOptions,
  getCACertificates,
  setDefaultCACertificates,
} from "node:tls";
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openCallbackServer } from "../../src/cli/callback-server.ts";
import { checkPort } from "../../src/cli/doctor/check-port.ts";
import { systemParts } from "../../src/app.ts";
import { readTlsPair } from "../../src/config/tls-pair.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { createPrometheusMetrics } from "../../src/observability/prometheus-metrics.ts";
import { createTlsReload } from "../../src/transport/tls-reload.ts";
import {
  type MadeCertificate,
  makeCertificate,
  pairFilesIn,
  placePair,
} from "../support/certificates.ts";
import { startCli } from "../support/cli-process.ts";
import { createFakeClock } from "../support/clock.ts";
import { findFreePort } from "../support/free-port.ts";
import { createMemoryLogger } from "../support/memory-logger.ts";
import { createOAuthProvider } from "../support/oauth-client.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { signIn } from "../support/sign-in.ts";

/** The server that speaks TLS itself, on files that change under it. */

const metrics = createPrometheusMetrics({ version: "0.0.0" });
let base: string;
let folder: string;
let first: MadeCertificate;
let second: MadeCertificate;
let running: RunningApp;
let port: number;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "ghl-mcp-tls-"));
  // as in a mounted secret of a cluster: the names are links, and one link to a folder is swapped
  for (const name of ["first", "second"]) mkdirSync(join(base, name));
  folder = join(base, "live");
  symlinkSync("first", folder);
  [first, second] = await Promise.all([
    makeCertificate(),
    // of another name, as trust is looked up by it
    makeCertificate({
      names: ["second.test", "localhost"],
      until: new Date("2099-01-01T00:00:00Z"),
    }),
  ]);
  setDefaultCACertificates([
    ...getCACertificates("default"),
    first.certificate,
    second.certificate,
  ]);
  await placePair(folder, first);
  port = await findFreePort();
  const publicUrl = `https://localhost:${port}`;
  running = await startApp({
    metrics,
    config: {
      port,
      publicUrl,
      redirectUri: `${publicUrl}/oauth/callback`,
      tls: pairFilesIn(folder),
      maxConnections: 20,
      metricsAccess: { mode: "loopback" },
    },
  });
});
afterAll(async () => {
  await running.close();
  rmSync(base, { recursive: true, force: true });
});
beforeEach(async () => {
  await placePair(folder, first);
  await running.app.lookAtCertificate();
});

const fingerprintOf = ({ certificate }: MadeCertificate): string =>
  new X509Certificate(certificate).fingerprint256;

/** The certificate that a new connection is shown. */
const shown = async (options: ConnectionOptions = {}): Promise<string> => {
  const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ...options });
  await once(socket, "secureConnect");
  const fingerprint = socket.getPeerX509Certificate()?.fingerprint256 ?? "";
  socket.destroy();
  return fingerprint;
};

const lines = (): readonly Readonly<Record<string, unknown>>[] =>
  running.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe("TLS without a proxy", () => {
  it("carries the whole way of a client: registration, consent, sign-in, a call", async () => {
    const provider = createOAuthProvider("tls test");
    const url = new URL(`https://localhost:${port}/mcp`);
    const transport = () => new StreamableHTTPClientTransport(url, { authProvider: provider });
    const open = async (): Promise<Client> => {
      const client = new Client({ name: "tls-test", version: "1.0.0" });
      await client.connect(transport());
      return client;
    };
    await expect(open()).rejects.toThrow(UnauthorizedError);
    const callback = await signIn(provider.authorizationUrl(), {
      redirectUri: provider.redirectUrl,
    });
    await transport().finishAuth(callback.searchParams);
    const client = await open();
    const found = await client.callTool({ name: "search_contacts", arguments: { limit: 1 } });
    expect(found.isError ?? false).toBe(false);
    await client.close();
  });

  it("says HSTS of a public host alone, as it counts for every port of a name", async () => {
    const { headers, status } = await fetch(`https://localhost:${port}/health/live`);
    expect([status, headers.get("strict-transport-security")]).toEqual([200, null]);
  });

  it("cuts off whoever speaks plain HTTP or an old TLS, in silence, and serves on", async () => {
    const socket = connectPlain({ host: "127.0.0.1", port });
    socket.write("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const heard: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => heard.push(chunk));
    socket.on("error", () => {});
    await once(socket, "close");
    expect(Buffer.concat(heard).toString("latin1")).not.toContain("HTTP/1.1");
    const old = {
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
      ciphers: "DEFAULT@SECLEVEL=0",
    } as const;
    await expect(shown(old)).rejects.toThrow(/alert|version|hang up|disconnected/u);
    const said = () => lines().filter(({ message }) => message === "a TLS handshake failed");
    await expect
      .poll(() => said().map(({ reason }) => reason), { interval: 20 })
      .toEqual(["ERR_SSL_HTTP_REQUEST", "ERR_SSL_UNSUPPORTED_PROTOCOL"]);
    expect(said()[0]?.level).toBe("debug");
    expect((await fetch(`https://localhost:${port}/health/live`)).status).toBe(200);
  });

  it("answers what is too large, and closes what is too many, as without TLS", async () => {
    const cookie = "a".repeat(64 * 1024);
    const asked = request({ host: "localhost", port, headers: { cookie }, agent: false });
    asked.end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    expect(answer.statusCode).toBe(431);
    answer.resume();
    const sockets = Array.from({ length: 30 }, () => connectPlain({ host: "127.0.0.1", port }));
    let closed = 0;
    for (const socket of sockets) {
      socket.on("error", () => {});
      socket.once("close", () => (closed += 1));
    }
    // 20 are open at a time; those of fetch, kept alive, are among them
    await expect.poll(() => closed, { interval: 20 }).toBeGreaterThanOrEqual(10);
    expect(closed).toBeLessThan(30);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => closed, { interval: 20 }).toBe(30);
  });

  it("is found by the doctor as the server that runs, by its certificate", async () => {
    const parts = systemParts();
    const context = {
      config: running.config,
      warnings: [],
      parts,
      log: silentLogger,
      asksGhl: false,
      signal: new AbortController().signal,
    };
    expect((await checkPort(context))[0]?.text).toBe(`this server runs on port ${port} now`);
    await placePair(folder, second);
    expect((await checkPort(context))[0]).toMatchObject({ level: "problem" });
    await parts.http.close();
  });
});

describe("a certificate that changes", () => {
  it("is served to new connections, while a request that is under way ends on its connection", async () => {
    const asked = request({
      host: "localhost",
      port,
      method: "POST",
      path: "/oauth/token",
      agent: false,
      headers: { "content-length": "12", "content-type": "application/x-www-form-urlencoded" },
    });
    asked.write("grant_");
    await once(asked, "socket");
    expect(await shown()).toBe(fingerprintOf(first));
    await placePair(join(base, "second"), second);
    symlinkSync("second", join(base, "next"));
    renameSync(join(base, "next"), folder);
    await running.app.lookAtCertificate();
    expect(await shown()).toBe(fingerprintOf(second));
    expect((await metrics.read()).text).toContain(
      "\nghl_mcp_tls_certificate_expiry_timestamp_seconds 4070908800\n",
    );
    asked.end("type=x");
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    expect(answer.statusCode).toBe(400);
    expect(await text(answer)).toContain("unsupported_grant_type");
  });

  it("is refused while it is broken or over, and said once, without any of the key", async () => {
    const before = running.logLines.length;
    const over = await makeCertificate({ from: new Date(0), until: new Date(86_400_000) });
    for (const broken of [
      { ...second, certificate: first.certificate },
      { ...second, certificate: second.certificate.slice(0, 200) },
      over,
    ]) {
      await placePair(folder, broken);
      await running.app.lookAtCertificate();
      await running.app.lookAtCertificate();
      expect(await shown()).toBe(fingerprintOf(first));
    }
    const said = running.logLines.slice(before).filter((line) => line.includes("is refused"));
    expect(said).toHaveLength(3);
    for (const key of [first.key, second.key, over.key]) {
      expect(said.join()).not.toContain(key.split("\n")[1]);
    }
    await placePair(folder, second);
    await running.app.lookAtCertificate();
    expect(await shown()).toBe(fingerprintOf(second));
  });

  it("is looked for every ten seconds until the server stops", async () => {
    const clock = createFakeClock();
    const { log } = createMemoryLogger();
    const files = pairFilesIn(folder);
    const read = await readTlsPair(files);
    if (!read.ok) throw new Error(read.failure);
    const seen = Promise.withResolvers<string>();
    const reload = createTlsReload({
      // the fake clock stands before the certificate begins
      source: { pair: read.value, read: async () => withoutTime(await readTlsPair(files)) },
      use: ({ certificate }) => seen.resolve(certificate),
      clock,
      log,
    });
    reload.start();
    await clock.whenSleeping();
    await placePair(folder, second);
    clock.advance(10);
    expect(await seen.promise).toBe(second.certificate);
    await clock.whenSleeping();
    await reload.stop();
    expect(clock.sleeping()).toBe(0);
  });
});

const withoutTime = (read: Awaited<ReturnType<typeof readTlsPair>>): typeof read =>
  read.ok ? { ok: true, value: { ...read.value, validFrom: 0 as never } } : read;

it("serves the page that a sign-in from the terminal waits on", async () => {
  const read = await readTlsPair(pairFilesIn(folder));
  if (!read.ok) throw new Error(read.failure);
  const callbackPort = await findFreePort();
  const server = await openCallbackServer({
    address: { host: "127.0.0.1", port: callbackPort },
    redirectUri: `https://localhost:${callbackPort}/oauth/callback`,
    tls: read.value,
    startPath: "/oauth/start/x",
    authorizeUrl: "https://example.com/",
    cookie: { name: "a", value: "b", maxAgeSeconds: 60 },
    complete: async () => ({ status: 200, title: "Connected", text: "Done." }),
  });
  expect(server.startUrl).toBe(`https://localhost:${callbackPort}/oauth/start/x`);
  const page = await fetch(`https://localhost:${callbackPort}/oauth/callback?code=1`);
  expect(await page.text()).toContain("Connected");
  await server.close();
});

describe("ghl-mcp serve with a certificate", () => {
  const start = (env: Readonly<Record<string, string>>, cwd: string) => {
    const { certificatePath, keyPath } = pairFilesIn(folder);
    return startCli(["serve"], {
      cwd,
      env: { TLS_CERT_FILE: certificatePath, TLS_KEY_FILE: keyPath, GHL_MODE: "live", ...env },
    });
  };

  it("is refused with a key of another, and leaves nothing behind", async () => {
    await placePair(folder, { ...first, key: second.key });
    const cwd = join(base, "refused");
    mkdirSync(cwd);
    const refused = await start({ PORT: String(await findFreePort()) }, cwd).ended;
    expect(refused.exitCode).toBe(78);
    expect(refused.stderr).toMatch(/^ghl-mcp: TLS_KEY_FILE: the key in .* is not that of/u);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("takes a new one at SIGHUP, and goes on", async () => {
    const cwd = join(base, "served");
    mkdirSync(cwd);
    const served = start({ PORT: String(await findFreePort()) }, cwd);
    try {
      await served.waitForStderr(/"serving"/u);
      await placePair(folder, second);
      served.child.kill("SIGHUP");
      await served.waitForStderr(/"serving a new certificate"/u);
    } finally {
      served.child.kill("SIGTERM");
    }
    expect((await served.ended).exitCode).toBe(0);
  });
});
