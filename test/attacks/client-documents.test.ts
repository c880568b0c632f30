import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Answer, readAnswer } from "../support/attack-client.ts";
import { countRows } from "../support/attack-store.ts";
import { createBrowser } from "../support/browser.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { createAuthorizationRequest } from "../support/interop-oauth.ts";
import { type MetadataHost, PUBLIC_ADDRESS, startMetadataHost } from "../support/metadata-host.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { signIn } from "../support/sign-in.ts";

const APP = "app.example";
const CALLBACK = "https://app.example/cb";
/** Beyond what any test here asks for: the limit under test is that of documents for all addresses. */
const RATES = {
  unknownDocumentPerAddress: { burst: 10_000, perSecond: 1000 },
  authorizationPerAddress: { burst: 10_000, perSecond: 1000 },
  authorizationInAll: { burst: 10_000, perSecond: 1000 },
};

let clock: FakeClock;
let host: MetadataHost;
let running: RunningApp;
const dialed: string[] = [];

beforeAll(async () => {
  clock = createFakeClock();
  host = await startMetadataHost([APP, "evil.example", "other.example"]);
  running = await startApp({
    clock,
    rates: RATES,
    clientDocuments: {
      ...host.settings,
      dial: (address, port) => {
        dialed.push(`${address}:${port}`);
        return { host: "127.0.0.1", port: host.port };
      },
    },
  });
});
afterAll(async () => {
  await running.close();
  await host.close();
});
// Each test has the whole budget of a minute.
beforeEach(() => clock.advance(61));

let documents = 0;

/** Publishes a document under an address that was never asked for, and gives that address. */
function publish(changes: Readonly<Record<string, unknown>> = {}, at: string = APP): string {
  const path = `/oauth/client-${(documents += 1)}.json`;
  const clientId = `https://${at}${path}`;
  host.serveJson(at, path, {
    client_id: clientId,
    client_name: "App",
    redirect_uris: [CALLBACK],
    ...changes,
  });
  return clientId;
}

async function authorize(
  clientId: string,
  redirectUri = CALLBACK,
  target: RunningApp = running,
): Promise<Answer> {
  const request = createAuthorizationRequest(target, {
    client_id: clientId,
    redirect_uri: redirectUri,
  });
  return readAnswer(
    await fetch(request.url, { redirect: "manual", headers: { accept: "application/json" } }),
  );
}

/** What a refused request leaves: no way on, no cookie, no transaction, nothing kept of the client. */
async function expectLocalRefusal(clientId: string, target: RunningApp = running): Promise<void> {
  const count = (): readonly number[] =>
    ["authorization", "client_document", "client"].map((namespace) =>
      countRows(target.databasePath, namespace),
    );
  const before = count();
  const answer = await authorize(clientId, CALLBACK, target);
  expect({
    status: answer.status,
    error: answer.json?.["error"],
    location: answer.headers.get("location"),
    cookie: answer.headers.get("set-cookie"),
  }).toEqual({ status: 400, error: "invalid_client", location: null, cookie: null });
  expect(count()).toEqual(before);
}

const expectConsent = (answer: Answer): void => {
  expect({ status: answer.status, to: answer.headers.get("location") }).toEqual({
    status: 303,
    to: expect.stringContaining("/oauth/consent?transaction="),
  });
};

it("takes a sound document: what is refused below is refused for its own reason", async () => {
  expectConsent(await authorize(publish()));
});

describe("addresses of the inside", () => {
  let listener: Server;
  let connections = 0;
  let port = 0;
  let unguarded: RunningApp;

  beforeAll(async () => {
    // A listener of its own: that nothing connects is seen at the lowest level, below TLS.
    listener = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    // Without an address: on IPv4 and IPv6.
    await new Promise<void>((resolve) => listener.listen(0, resolve));
    const address = listener.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
    unguarded = await startApp();
  });
  afterAll(async () => {
    await unguarded.close();
    await new Promise((resolve) => listener.close(resolve));
  });

  it.each(["127.0.0.1", "localhost", "[::1]", "127.0.0.1.", "localhost.localdomain.localhost"])(
    "C01: does not connect to https://%s of this machine, as the server is set up by default",
    async (name) => {
      await expectLocalRefusal(`https://${name}:${port}/c.json`, unguarded);
      expect(connections).toBe(0);
    },
  );

  it("C01: would have seen a connection", async () => {
    await expect(fetch(`https://127.0.0.1:${port}/c.json`)).rejects.toThrow("fetch failed");
    expect(connections).toBeGreaterThan(0);
  });

  const INSIDE = [
    "169.254.169.254",
    "fd00:ec2::254",
    "100.100.100.200",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "192.0.0.192",
    "224.0.0.1",
    "255.255.255.255",
    "127.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "::ffff:10.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::a00:1",
    "2002:0a00:0001::1",
    "ff02::1",
    "168.63.129.16",
  ];

  it.each(INSIDE)(
    "C02: does not send a packet to %s, neither by address nor by name",
    async (ip) => {
      const before = dialed.length;
      await expectLocalRefusal(`https://${ip.includes(":") ? `[${ip}]` : ip}/latest/meta-data`);
      host.resolveTo("inside.example", [ip]);
      await expectLocalRefusal("https://inside.example/latest/meta-data");
      expect(host.lookups().at(-1)).toBe("inside.example");
      expect(dialed).toHaveLength(before);
    },
  );

  it.each(["metadata.google.internal", "printer.local", "router.lan", "db.internal", "a.test"])(
    "C02: does not even look up %s",
    async (name) => {
      const before = host.lookups().length;
      await expectLocalRefusal(`https://${name}/c`);
      expect(host.lookups()).toHaveLength(before);
    },
  );

  it.each([
    "https://2130706433/c",
    "https://0x7f.1/c",
    "https://0x7f000001/c",
    "https://0177.0.0.1/c",
    "https://127.1/c",
    "https://①②⑦.⓪.⓪.①/c",
    "https://127。0。0。1/c",
    "https://%31%32%37.0.0.1/c",
    // Public ones as well: an address vouches for nobody.
    `https://${PUBLIC_ADDRESS}/c`,
    "https://0x5d.0xb8.0xd8.0x22/c",
  ])("C03: reads %s as the address that it is", async (clientId) => {
    const before = [host.lookups().length, dialed.length];
    await expectLocalRefusal(clientId);
    expect([host.lookups().length, dialed.length]).toEqual(before);
  });

  it.each([
    [[PUBLIC_ADDRESS, "10.0.0.5"]],
    [["10.0.0.5", PUBLIC_ADDRESS]],
    [[PUBLIC_ADDRESS, "fd00::5"]],
    [[]],
  ])("C05: a name that resolves to %j is not asked", async (addresses) => {
    host.resolveTo("mixed.example", addresses);
    const before = dialed.length;
    await expectLocalRefusal("https://mixed.example/c.json");
    expect(dialed).toHaveLength(before);
  });

  it("C06: a name is looked up once, and the connection goes to the address that was checked", async () => {
    host.resolveTo(APP, [PUBLIC_ADDRESS], ["127.0.0.1"]);
    const seen: { readonly sni: unknown; readonly host: string | undefined }[] = [];
    const clientId = `https://${APP}/rebinding.json`;
    host.serve(APP, "/rebinding.json", (req, res) => {
      const sni = "servername" in req.socket ? req.socket.servername : undefined;
      seen.push({ sni, host: req.headers.host });
      res.end(
        JSON.stringify({ client_id: clientId, client_name: "App", redirect_uris: [CALLBACK] }),
      );
    });
    const [lookups, dials] = [host.lookups().length, dialed.length];
    expectConsent(await authorize(clientId));
    expect(host.lookups().slice(lookups)).toEqual([APP]);
    expect(dialed.slice(dials)).toEqual([`${PUBLIC_ADDRESS}:443`]);
    expect(seen).toEqual([{ sni: APP, host: APP }]);
    // The second answer is the private one: now nothing is sent at all.
    await expectLocalRefusal(`https://${APP}/rebinding-2.json`);
    expect(dialed).toHaveLength(dials + 1);
    host.resolveTo(APP, [PUBLIC_ADDRESS]);
  });
});

describe("answers of a hostile host", () => {
  it.each([
    [302, "http://169.254.169.254/latest/meta-data"],
    [301, "https://other.example/target.json"],
    [307, "https://app.example/target.json"],
    [308, "//other.example/target.json"],
  ])("C07: does not follow a %d to %s", async (status, location) => {
    const path = `/moved-${status}.json`;
    const clientId = `https://${APP}${path}`;
    const sound = { client_id: clientId, client_name: "App", redirect_uris: [CALLBACK] };
    host.serveJson(APP, "/target.json", sound);
    host.serveJson("other.example", "/target.json", sound);
    host.serve(APP, path, (_req, res) => {
      res.writeHead(status, { location, "content-type": "application/json" });
      res.end(JSON.stringify(sound));
    });
    const [lookups, requests] = [host.lookups().length, host.requests().length];
    await expectLocalRefusal(clientId);
    expect(host.lookups().slice(lookups)).toEqual([APP]);
    expect(host.requests().slice(requests)).toEqual([`${APP} ${path}`]);
  });

  type Handler = (req: IncomingMessage, res: ServerResponse) => void;
  const JSON_TYPE = { "content-type": "application/json" };
  const BODIES: readonly (readonly [string, Handler])[] = [
    [
      "one byte a second",
      (_req, res) => {
        res.writeHead(200, JSON_TYPE);
        const timer = setInterval(() => res.write("{"), 1000);
        res.on("close", () => clearInterval(timer));
      },
    ],
    [
      "headers that never end",
      (req) => {
        req.socket.write("HTTP/1.1 200 OK\r\n");
        const timer = setInterval(() => req.socket.write("x-more: 1\r\n"), 200);
        req.socket.on("close", () => clearInterval(timer));
      },
    ],
    ["silence", () => {}],
    [
      "less than its Content-Length",
      (_req, res) => {
        res.writeHead(200, { ...JSON_TYPE, "content-length": "1000" });
        res.write('{"client_id":');
      },
    ],
    [
      "a Content-Length beyond the limit",
      (_req, res) => {
        res.writeHead(200, { ...JSON_TYPE, "content-length": String(2 ** 40) });
        res.write("{");
      },
    ],
    [
      "a gzip bomb",
      (_req, res) => {
        res.writeHead(200, { ...JSON_TYPE, "content-encoding": "gzip" });
        res.end(gzipSync(Buffer.alloc(10_000_000, " ")));
      },
    ],
    [
      "a sound document that claims to be packed",
      (req, res) => {
        res.writeHead(200, { ...JSON_TYPE, "content-encoding": "br" });
        const client_id = `https://${APP}${req.url ?? ""}`;
        res.end(JSON.stringify({ client_id, client_name: "App", redirect_uris: [CALLBACK] }));
      },
    ],
    [
      "a bad chunk length",
      (req) => {
        const { socket } = req;
        socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n");
      },
    ],
  ];

  it("C08: gives each body that does not end, or is packed, up to 5 s, and keeps nothing of it", async () => {
    const judged = await Promise.all(
      BODIES.map(async ([name, handler], index) => {
        const path = `/slow-${index}.json`;
        host.serve(APP, path, handler);
        const startedAt = performance.now();
        const { status, headers } = await authorize(`https://${APP}${path}`);
        const inTime = performance.now() - startedAt < 5000;
        return { name, status, location: headers.get("location"), inTime };
      }),
    );
    expect(judged).toEqual(
      BODIES.map(([name]) => ({ name, status: 400, location: null, inTime: true })),
    );
  });

  it("C08: hangs up on a body of 10 MB after its first kilobytes", async () => {
    let written = 0;
    const hungUp = new Promise<void>((resolve) => {
      host.serve(APP, "/large.json", (_req, res) => {
        res.writeHead(200, JSON_TYPE);
        const pump = (): void => {
          while (written < 10_000_000) {
            written += 16_384;
            if (!res.write(" ".repeat(16_384))) return void res.once("drain", pump);
          }
          res.end();
        };
        res.once("close", resolve);
        pump();
      });
    });
    await expectLocalRefusal(`https://${APP}/large.json`);
    await hungUp;
    expect(written).toBeLessThan(10_000_000);
  });

  it("C08: takes 10,240 bytes and not one more", async () => {
    const publishOfLength = (bytes: number): string => {
      const path = `/length-${bytes}.json`;
      const clientId = `https://${APP}${path}`;
      const text = JSON.stringify({
        client_id: clientId,
        client_name: "App",
        redirect_uris: [CALLBACK],
      });
      host.serve(APP, path, (_req, res) => void res.end(text.padEnd(bytes, " ")));
      return clientId;
    };
    expectConsent(await authorize(publishOfLength(10_240)));
    await expectLocalRefusal(publishOfLength(10_241));
  });
});

describe("addresses that a parser would repair", () => {
  it.each([
    "https://u:p@app.example/c",
    "https://u@app.example/c",
    "https://app.example/h/a/../c",
    "https://app.example/a/./c",
    "https://app.example/%2e%2e/c",
    "https://app.example/a/.%2E/c",
    "https://app.example/c#f",
    "https:app.example/c",
    "https:\\\\app.example\\c",
    "https://app.example\\@evil.example/c",
    "https://app.example",
    "https://app.example/",
    "https://app/c",
    "http://app.example/c",
    "HTTP://app.example/c",
    "ftp://app.example/c",
    "file:///etc/passwd",
    "https://app.example/c\n",
    "https://app.example/ c",
    "\thttps://app.example/c",
    "https://app.example:0x50/c",
    "https://app.example:99999/c",
  ])("C10: refuses %j before any name is looked up", async (clientId) => {
    const before = host.lookups().length;
    await expectLocalRefusal(clientId);
    expect(host.lookups()).toHaveLength(before);
  });

  it("C10: refuses an address of 2,001 characters, and asks for one of 2,000", async () => {
    const before = host.lookups().length;
    const address = `https://${APP}/`.padEnd(2000, "a");
    const answer = await authorize(`${address}a`);
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    expect(host.lookups()).toHaveLength(before);
    await expectLocalRefusal(address);
    expect(host.lookups()).toHaveLength(before + 1);
  });
});

describe("documents that break the rules", () => {
  const PRIVATE_KEY = { kty: "EC", crv: "P-256", x: "a", y: "b", d: "c" };

  it.each<Record<string, unknown>>([
    { client_secret: "s3cret" },
    { client_secret_expires_at: 0 },
    { token_endpoint_auth_method: "client_secret_post" },
    { token_endpoint_auth_method: "client_secret_basic" },
    { token_endpoint_auth_method: "client_secret_jwt" },
    { jwks: { keys: [PRIVATE_KEY] } },
    { jwks: { keys: [{ kty: "oct", k: "c2VjcmV0" }] } },
    { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [PRIVATE_KEY] } },
    { token_endpoint_auth_method: "private_key_jwt" },
    { client_id: "https://app.example/oauth/another.json" },
    { client_id: "https://APP.example/oauth/client.json" },
    { client_name: undefined },
  ])("C11: refuses a document with %j", async (changes) => {
    await expectLocalRefusal(publish(changes));
  });

  it.each([
    "javascript:alert(1)",
    "http://evil.example/cb",
    "https://*.evil.example/*",
    "https://evil.example/*",
    "http://localhost:*/cb",
    "https://claude.ai@evil.example/cb",
    "data:text/html,x",
  ])("C12: refuses a document that lists %s beside a sound redirect URI", async (uri) => {
    await expectLocalRefusal(publish({ redirect_uris: [CALLBACK, uri] }));
  });

  it("C12: takes a redirect URI literally, never as a prefix or a pattern", async () => {
    const clientId = publish({ redirect_uris: ["https://app.example/cb", "https://app.example/"] });
    for (const uri of [
      "https://app.example/cb/x",
      "https://app.example/c",
      "https://x.app.example/cb",
    ]) {
      const answer = await authorize(clientId, uri);
      expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    }
  });
});

describe("the consent page", () => {
  const open = async (clientId: string, redirectUri: string, browser = createBrowser()) => {
    const { url } = createAuthorizationRequest(running, {
      client_id: clientId,
      redirect_uri: redirectUri,
    });
    return browser.get(url, { stop: (to) => to.href.startsWith(redirectUri) });
  };

  it("C13: has the host of the document as its headline, and the name only as what it calls itself", async () => {
    const clientId = publish(
      {
        client_name: "Claude",
        redirect_uris: ["https://evil.example/cb"],
        logo_uri: "https://evil.example/l.png",
      },
      "evil.example",
    );
    const page = await open(clientId, "https://evil.example/cb");
    const headline = /<h1>([\s\S]*?)<\/h1>/u.exec(page.body)?.[1] ?? "";
    expect(headline).toContain("evil.example");
    expect(headline).not.toContain("Claude");
    expect(page.body).toMatch(/calls itself<\/dt>\s*<dd><bdi>Claude<\/bdi>/u);
    expect(page.body).not.toContain("<img");
    expect(page.body.toLowerCase()).not.toMatch(/verified|claude\.ai|trusted/u);
    expect(host.requests()).not.toContain("evil.example /l.png");
  });

  it("C14: warns of other programs where the way back is this computer, each time anew", async () => {
    const redirectUri = "http://127.0.0.1:51000/callback";
    const clientId = publish({ redirect_uris: ["http://127.0.0.1/callback"] });
    const browser = createBrowser();
    const first = await open(clientId, redirectUri, browser);
    expect(first.body).toContain("could pass themselves off as it");
    const { url } = createAuthorizationRequest(running, {
      client_id: clientId,
      redirect_uri: redirectUri,
    });
    const callback = await signIn(url, { browser, redirectUri });
    expect(callback.searchParams.has("code")).toBe(true);
    // The same person, browser and client: a program that poses as the client must not get in unseen.
    const again = await open(clientId, redirectUri, browser);
    expect(again.stoppedAt).toBeUndefined();
    expect([again.url.pathname, again.status]).toEqual(["/oauth/consent", 200]);
    expect(again.body).toContain("could pass themselves off as it");
  });

  it("C14: does not warn where the way back is another host", async () => {
    const page = await open(publish(), CALLBACK);
    expect(page.body).not.toContain("could pass themselves off as it");
  });
});

describe("floods", () => {
  const tally = (answers: readonly Answer[]): Readonly<Record<string, number>> => {
    const groups = Map.groupBy(answers, ({ status, json }) =>
      status === 429 ? `429 ${String(json?.["error"])}` : String(status),
    );
    return Object.fromEntries([...groups].map(([name, group]) => [name, group.length]));
  };

  /** Asks for 1,000 clients, 8 at a time: that is not the limit of how many run at once. */
  const flood = async (toClientId: (index: number) => string): Promise<readonly Answer[]> => {
    const answers: Answer[] = [];
    for (let first = 0; first < 1000; first += 8) {
      const batch = Array.from({ length: 8 }, (_, offset) => toClientId(first + offset));
      answers.push(...(await Promise.all(batch.map((clientId) => authorize(clientId)))));
    }
    return answers;
  };

  it(
    "C15: of 1,000 documents on one origin 30 are fetched, and a known client still gets in",
    { timeout: 60_000 },
    async () => {
      const known = publish();
      expectConsent(await authorize(known));
      clock.advance(61);
      const requests = host.requests().length;
      const answers = await flood((index) => `https://${APP}/flood/${index}`);
      expect(tally(answers)).toEqual({ "400": 30, "429 temporarily_unavailable": 970 });
      expect(host.requests().length - requests).toBe(30);
      const refused = answers.at(-1);
      expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(Number(refused?.headers.get("retry-after"))).toBeLessThanOrEqual(60);
      expect(refused?.headers.get("location")).toBeNull();
      expectConsent(await authorize(known));
      // Another origin is not held up, and after a minute neither is this one.
      expectConsent(await authorize(publish({ redirect_uris: [CALLBACK] }, "other.example")));
      clock.advance(61);
      expectConsent(await authorize(publish()));
    },
  );

  it(
    "C15: of 1,000 documents on as many origins 120 are asked for in a minute",
    { timeout: 60_000 },
    async () => {
      const lookups = host.lookups().length;
      const answers = await flood((index) => `https://flood-${index}.example/c.json`);
      expect(tally(answers)).toEqual({ "400": 120, "429 temporarily_unavailable": 880 });
      expect(host.lookups().length - lookups).toBe(120);
    },
  );

  it("C15: of 40 documents at once 16 are being fetched, the others are told to come back", async () => {
    const waiting: (() => void)[] = [];
    const ids = Array.from({ length: 40 }, (_, index) => {
      // Two origins, so that this is not the limit of one.
      const at = index % 2 === 0 ? APP : "other.example";
      const clientId = `https://${at}/held/${index}`;
      const text = JSON.stringify({
        client_id: clientId,
        client_name: "App",
        redirect_uris: [CALLBACK],
      });
      host.serve(at, `/held/${index}`, (_req, res) => waiting.push(() => res.end(text)));
      return clientId;
    });
    let refused = 0;
    const asking = ids.map(async (clientId) => {
      const answer = await authorize(clientId);
      if (answer.status === 429) refused += 1;
      // Once all others were refused, the sixteen get their documents.
      if (refused === 24) for (const release of waiting.splice(0)) release();
      return answer;
    });
    const answers = await Promise.all(asking);
    expect(tally(answers)).toEqual({ "303": 16, "429 temporarily_unavailable": 24 });
  });
});
