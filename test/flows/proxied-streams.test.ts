import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { openMcp } from "../support/attack-client.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { readFrames } from "../support/event-stream.ts";
import { findFreePort } from "../support/free-port.ts";
import { obtainTokens, postJson } from "../support/interop-oauth.ts";
import {
  findProgram,
  readDeployed,
  type RunningProxy,
  startCaddy,
  startNginx,
} from "../support/proxies.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/**
 * Streams of a real server through the shipped configurations. What is changed in them: ports, and the
 * time that a client has for its request, which is too long for a test.
 */

const CLIENT_TIMEOUT_MS = 400;

/**
 * nginx of compose.yaml. The settings before it would spoil streams where the shipped ones do not take
 * their place, and the header by which the server asks for the same is not listened to. (nginx holds lines
 * back where both `proxy_buffering off` and HTTP/1.1 are missing; either of them is enough.)
 */
const openNginx = (nginx: string, port: number, server: number): RunningProxy =>
  startNginx(nginx, {
    http: "proxy_read_timeout 300ms; proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;",
    site: readDeployed("nginx-compose.conf")
      .replaceAll(/server-[12]:8000/gu, `127.0.0.1:${server}`)
      .replace("listen 8000", `listen 127.0.0.1:${port}`)
      .replace("client_header_timeout 15s", `client_header_timeout ${CLIENT_TIMEOUT_MS}ms`),
    include: readDeployed("nginx-proxy.conf").replace(
      "client_body_timeout 15s",
      `client_body_timeout ${CLIENT_TIMEOUT_MS}ms`,
    ),
  });

const openCaddy = (caddy: string, port: number, server: number): RunningProxy =>
  startCaddy(
    caddy,
    readDeployed("Caddyfile")
      .replace("mcp.example.com {", `http://localhost:${port} {`)
      .replace("127.0.0.1:8001 127.0.0.1:8002", `127.0.0.1:${server}`),
  );

const PROXIES = [
  { name: "nginx", open: openNginx },
  { name: "caddy", open: openCaddy },
] as const;

describe.each(PROXIES)("streams through $name as it is shipped", ({ name, open }) => {
  const program = findProgram(name);
  /** The sandbox answers when this clock says so. */
  let clock: FakeClock;
  let sandbox: RunningSandbox;
  let app: RunningApp;
  let proxy: RunningProxy;
  let port: number;
  /** The server as its clients know it: all of them, and the browser, come through the proxy. */
  let target: { readonly publicUrl: string };
  let token: string;

  beforeAll(async () => {
    if (program === undefined) return;
    clock = createFakeClock(Math.floor(Date.now() / 1000));
    sandbox = await startSandbox({ clock });
    port = await findFreePort();
    target = { publicUrl: `http://localhost:${port}` };
    const redirectUri = `${target.publicUrl}/oauth/callback`;
    const proxyTrust = { proxies: ["127.0.0.1"], header: "x-forwarded-for" } as const;
    app = await startApp({ sandbox, config: { ...target, redirectUri, proxyTrust } });
    proxy = open(program, port, app.config.port);
    const isUp = async () => expect((await fetch(`${target.publicUrl}/`)).status).toBe(200);
    await vi.waitFor(isUp, { timeout: 15_000, interval: 20 });
    token = (await obtainTokens(target, { signIn: { choose: "company" } })).access_token;
  }, 30_000);
  afterAll(async () => {
    if (program === undefined) return;
    await app.close();
    await proxy.close();
    await sandbox.close();
  });

  it.skipIf(program === undefined)(
    "brings each step of a long call while the next one is still under way",
    async () => {
      const how = { kind: "delay", delayMs: 1000 } as const;
      sandbox.control.misbehave({ pathPrefix: "/contacts/search", count: 3, how });
      const opened = openMcp(target, token, {
        method: "tools/call",
        params: {
          name: "read_operation",
          arguments: {
            operation: "contacts.search-contacts-advanced",
            location: sandbox.locations[0]?.id ?? "",
            body: { pageLimit: 5 },
            fields: ["id"],
            pages: 3,
          },
          _meta: { progressToken: "steps" },
        },
      });
      await clock.whenSleeping();
      clock.advance(1);
      const frames = readFrames(await opened);
      for (const progress of [1, 2]) {
        const { value } = await frames.next();
        expect(value).toMatchObject({ method: "notifications/progress", params: { progress } });
        await clock.whenSleeping();
        clock.advance(1);
      }
      const rest = [(await frames.next()).value, (await frames.next()).value];
      expect(rest).toMatchObject([{ params: { progress: 3 } }, { result: { content: [{}] } }]);
      expect((await frames.next()).done).toBe(true);
    },
  );

  it.skipIf(program === undefined)("brings a change to who listens, after a silence", async () => {
    const response = await openMcp(target, token, {
      method: "subscriptions/listen",
      params: { notifications: { resourcesListChanged: true } },
    });
    const frames = readFrames(response);
    const acknowledged = (await frames.next()).value;
    expect(acknowledged).toMatchObject({ method: "notifications/subscriptions/acknowledged" });
    // longer than what the settings before the shipped ones would allow
    await new Promise((resolve) => setTimeout(resolve, CLIENT_TIMEOUT_MS));
    const event = { type: "LocationCreate", companyId: sandbox.companyId, locationId: "New" };
    expect(await sandbox.control.sendWebhook(`${target.publicUrl}/webhooks/ghl`, event)).toBe(200);
    const told = (await frames.next()).value;
    expect(told).toMatchObject({ method: "notifications/resources/list_changed" });
    await frames.return(undefined);
  });

  it.skipIf(program === undefined)("carries the legacy transport, both ways", async () => {
    const authorization = `Bearer ${token}`;
    const leave = new AbortController();
    const response = await fetch(`${target.publicUrl}/sse`, {
      headers: { authorization, accept: "text/event-stream" },
      signal: leave.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const endpoint = /^event: endpoint\ndata: (\S+)\n\n$/u.exec(
      (await reader?.read())?.value ?? "",
    );
    const post = (id: number) =>
      postJson(
        target,
        endpoint?.[1] ?? "",
        { jsonrpc: "2.0", id, method: "ping" },
        { authorization },
      );
    // one answer at a time, on the stream that stays open
    for (const id of [1, 2]) {
      expect((await post(id)).status).toBe(202);
      const [, data = ""] =
        /^event: message\ndata: (.+)\n\n$/u.exec((await reader?.read())?.value ?? "") ?? [];
      expect(JSON.parse(data)).toEqual({ jsonrpc: "2.0", id, result: {} });
    }
    leave.abort();
  });

  // Caddy hands on what comes: there the time-outs of the server itself end it
  if (name !== "nginx") return;

  it.skipIf(program === undefined)(
    "lets nobody take forever over a request, and keeps what is unfinished from the server",
    async () => {
      const registrations = (): number =>
        app.logLines.filter((line) => line.includes('"/oauth/register"')).length;
      const before = registrations();
      const head = `POST /oauth/register HTTP/1.1\r\nHost: localhost:${port}\r\n`;
      const send = (text: string): Promise<string> =>
        new Promise((resolve, reject) => {
          let answer = "";
          const socket = connect(port, "127.0.0.1", () => socket.write(text));
          socket.on("data", (chunk) => (answer += String(chunk)));
          socket.on("error", reject);
          socket.on("close", () => resolve(answer));
        });
      const type = "Content-Type: application/json\r\nConnection: close\r\n";
      const body = JSON.stringify({ redirect_uris: ["http://127.0.0.1:46001/callback"] });
      const started = performance.now();
      const slow = await Promise.all([
        send(head),
        send(`${head}${type}Content-Length: 100\r\n\r\n{"redirect_uris":`),
      ]);
      expect(performance.now() - started).toBeLessThan(10_000);
      expect(slow.join("")).not.toMatch(/^HTTP\/1\.1 2/mu);
      expect(registrations()).toBe(before);
      const whole = await send(`${head}${type}Content-Length: ${body.length}\r\n\r\n${body}`);
      expect(whole).toMatch(/^HTTP\/1\.1 201/u);
      await vi.waitFor(() => expect(registrations()).toBe(before + 1));
    },
  );
});

it.skipIf(findProgram("caddy") === undefined)(
  "the header that keeps browsers to https comes once, though the servers behind Caddy send it too",
  async () => {
    const header = "strict-transport-security";
    const server = createServer((_, res) => res.setHeader(header, "max-age=31536000").end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const port = await findFreePort();
    const { port: behind } = server.address() as AddressInfo;
    const proxy = openCaddy(findProgram("caddy") ?? "", port, behind);
    try {
      await vi.waitFor(
        async () => {
          const answer = await fetch(`http://localhost:${port}/`);
          expect([answer.status, answer.headers.get(header)]).toEqual([200, "max-age=31536000"]);
        },
        { timeout: 15_000, interval: 20 },
      );
    } finally {
      await proxy.close();
      server.close();
    }
  },
  30_000,
);
