import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gzipSync } from "node:zlib";
import { createGuardedFetch } from "../../../src/net/guarded-fetch.ts";
import {
  type MetadataHost,
  PUBLIC_ADDRESS,
  startMetadataHost,
} from "../../support/metadata-host.ts";

let host: MetadataHost;

beforeAll(async () => {
  host = await startMetadataHost(["app.example", "other.example"]);
});
afterAll(() => host.close());

const guarded = (overrides: object = {}) => createGuardedFetch({ ...host.settings, ...overrides });
const fetchUrl = (url: string, overrides: object = {}) => guarded(overrides).fetch(new URL(url));

describe("guarded fetch", () => {
  it("brings a document from a public host, naming that host", async () => {
    host.serveJson("app.example", "/c.json?x=1", { hello: 1 }, { "cache-control": "max-age=60" });
    const result = await fetchUrl("https://app.example/c.json?x=1");
    expect(result).toMatchObject({
      ok: true,
      value: { status: 200, body: '{"hello":1}', headers: { "cache-control": "max-age=60" } },
    });
  });

  it.each([
    "https://127.0.0.1/c",
    "https://[::1]/c",
    "https://169.254.169.254/c",
    "https://2130706433/c",
    "https://0x7f.1/c",
    "https://0177.0.0.1/c",
    "https://127.1/c",
    "https://①②⑦.⓪.⓪.①/c",
    "https://[::ffff:10.0.0.1]/c",
    "https://[fd00:ec2::254]/c",
  ])("refuses %s without a packet or a look-up", async (url) => {
    const before = [host.connections(), host.lookups().length];
    expect(await fetchUrl(url)).toEqual({
      ok: false,
      failure: { kind: "forbidden", reason: "address" },
    });
    expect([host.connections(), host.lookups().length]).toEqual(before);
  });

  it.each(["http://app.example/c", "https://u:p@app.example/c"])("refuses %s", async (url) => {
    const before = host.connections();
    expect(await fetchUrl(url)).toMatchObject({ ok: false, failure: { reason: "scheme" } });
    expect(host.connections()).toBe(before);
  });

  it("refuses a name with one private address among public ones, without a packet", async () => {
    host.resolveTo("other.example", [PUBLIC_ADDRESS, "10.0.0.5"]);
    const before = host.connections();
    expect(await fetchUrl("https://other.example/c")).toEqual({
      ok: false,
      failure: { kind: "forbidden", reason: "address" },
    });
    expect(host.connections()).toBe(before);
  });

  it("connects to the address that it checked, however the name resolves later", async () => {
    host.resolveTo("other.example", [PUBLIC_ADDRESS], ["127.0.0.1"]);
    host.serveJson("other.example", "/pinned", { ok: true });
    const dialled: string[] = [];
    const result = await fetchUrl("https://other.example/pinned", {
      dial: (address: string) => {
        dialled.push(address);
        return { host: "127.0.0.1", port: host.port };
      },
    });
    expect(result.ok).toBe(true);
    expect(dialled).toEqual([PUBLIC_ADDRESS]);
  });

  it("tries the next checked address when the first does not answer", async () => {
    host.resolveTo("other.example", ["93.184.216.35", PUBLIC_ADDRESS]);
    host.serveJson("other.example", "/second", { ok: true });
    const result = await fetchUrl("https://other.example/second", {
      dial: (address: string) =>
        address === PUBLIC_ADDRESS
          ? { host: "127.0.0.1", port: host.port }
          : { host: "127.0.0.1", port: 1 },
    });
    expect(result.ok).toBe(true);
  });

  it("does not follow a redirect", async () => {
    host.serve("app.example", "/moved", (_req, res) => {
      res.writeHead(302, { location: "https://app.example/target" }).end();
    });
    const result = await fetchUrl("https://app.example/moved");
    expect(result).toMatchObject({ ok: true, value: { status: 302 } });
    expect(host.requests()).not.toContain("app.example /target");
  });

  it("stops at the byte limit, whatever the length header says", async () => {
    host.serve("app.example", "/big", (_req, res) => {
      res.writeHead(200);
      const timer = setInterval(() => res.write("x".repeat(4_096)), 1);
      res.on("close", () => clearInterval(timer));
    });
    expect(await fetchUrl("https://app.example/big")).toEqual({
      ok: false,
      failure: { kind: "too_large", maxBytes: 10_240 },
    });
  });

  it("refuses a compressed answer without unpacking it", async () => {
    host.serve("app.example", "/bomb", (_req, res) => {
      res.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(1_000_000)));
    });
    expect(await fetchUrl("https://app.example/bomb")).toEqual({
      ok: false,
      failure: { kind: "encoded" },
    });
  });

  it("gives up on a body that drips, at the deadline", async () => {
    host.serve("app.example", "/drip", (_req, res) => {
      res.writeHead(200);
      const timer = setInterval(() => res.write("x"), 20);
      res.on("close", () => clearInterval(timer));
    });
    expect(await fetchUrl("https://app.example/drip", { timeoutMs: 200 })).toEqual({
      ok: false,
      failure: { kind: "timeout", timeoutMs: 200 },
    });
  });

  it("gives up on a resolver that never answers, at the deadline", async () => {
    const result = await fetchUrl("https://app.example/x", {
      timeoutMs: 100,
      resolve: () => new Promise(() => {}),
    });
    expect(result).toEqual({ ok: false, failure: { kind: "timeout", timeoutMs: 100 } });
  });

  it("says so when the caller gives up", async () => {
    const caller = new AbortController();
    host.serve("app.example", "/wait", () => caller.abort());
    const result = await guarded().fetch(new URL("https://app.example/wait"), caller.signal);
    expect(result).toEqual({ ok: false, failure: { kind: "aborted" } });
  });

  it("refuses a certificate that it does not trust", async () => {
    const result = await fetchUrl("https://app.example/c.json?x=1", { ca: undefined });
    expect(result).toMatchObject({ ok: false, failure: { kind: "unreachable" } });
  });

  it("refuses a certificate for another name", async () => {
    host.resolveTo("wrong.example", [PUBLIC_ADDRESS]);
    const result = await fetchUrl("https://wrong.example/c");
    expect(result).toMatchObject({ ok: false, failure: { kind: "unreachable" } });
    expect(host.requests().filter((line) => line.startsWith("wrong.example"))).toEqual([]);
  });
});
