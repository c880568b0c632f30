import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AttackClient,
  createAttackClient,
  probe,
  resultOf,
  callTool,
} from "../support/attack-client.ts";
import { countRows, readRows } from "../support/attack-store.ts";
import { type RawAnswer, sendRaw } from "../support/attack-wire.ts";
import { createBrowser, type Page } from "../support/browser.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { type MetadataHost, startMetadataHost } from "../support/metadata-host.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

let running: RunningApp;
let host: MetadataHost;
let clock: FakeClock;
let client: AttackClient;

beforeAll(async () => {
  clock = createFakeClock();
  host = await startMetadataHost(["client.example"]);
  running = await startApp({ clock, clientDocuments: host.settings });
  client = await createAttackClient(running, {
    redirect_uris: [LOOPBACK, HOSTED],
  });
});
afterAll(async () => {
  await running.close();
  await host.close();
});

const LOOPBACK = "http://127.0.0.1:46001/cb";
const HOSTED = "https://app.example/cb";
const STATE = "af0ifjsldkj";

const transactions = (): number => countRows(running.databasePath, "authorization");

/** The request as it is, with parameters replaced, left out (null) or given several times (a list). */
const toPath = (changes: Readonly<Record<string, string | null | readonly string[]>>): string => {
  const { url } = client.request();
  for (const [name, value] of Object.entries(changes)) {
    url.searchParams.delete(name);
    for (const one of value === null ? [] : [value].flat()) url.searchParams.append(name, one);
  }
  return url.pathname + url.search;
};

const HTML = "text/html,application/xhtml+xml";

const open = (path: string, accept = HTML): Promise<RawAnswer> => {
  clock.advance(2);
  return sendRaw(running.config.port, { path, headers: { accept } });
};

/** A local 400: an answer of our own, no way out, nothing stored, nobody asked. */
async function expectLocal(path: string): Promise<RawAnswer> {
  const before = transactions();
  const upstreamBefore = running.sandbox.control.requests().length;
  const page = await open(path);
  expect(page.status).toBe(400);
  expect(page.headers["location"]).toBeUndefined();
  expect(page.headers["set-cookie"]).toBeUndefined();
  expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(page.headers["x-content-type-options"]).toBe("nosniff");
  expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
  expect(page.body).not.toMatch(/<meta[^>]+refresh|<script/i);
  const json = await open(path, "application/json");
  expect([json.status, json.headers["location"]]).toEqual([400, undefined]);
  expect(JSON.parse(json.body)).toHaveProperty("error");
  expect(transactions()).toBe(before);
  expect(running.sandbox.control.requests()).toHaveLength(upstreamBefore);
  return page;
}

/** A redirect to the proven redirect URI with this error, our issuer once and the state as it came. */
async function expectRedirect(
  changes: Parameters<typeof toPath>[0],
  errors: string | readonly string[],
): Promise<URL> {
  const before = transactions();
  const answer = await open(toPath(changes));
  expect([302, 303]).toContain(answer.status);
  const location = new URL(answer.headers["location"] ?? "");
  expect(location.origin + location.pathname).toBe(LOOPBACK);
  expect([errors].flat()).toContain(location.searchParams.get("error"));
  expect(location.searchParams.getAll("state")).toEqual([STATE]);
  expect(location.searchParams.getAll("iss")).toEqual([running.publicUrl]);
  expect(location.searchParams.has("code")).toBe(false);
  expect(transactions()).toBe(before);
  return location;
}

describe("redirect URIs", () => {
  it.each([
    "https://evil.example/steal",
    "https://app.example/cb/../steal",
    "https://app.example/cb?x=1",
    "https://app.example/CB",
    "https://app.example/cb/",
    "https://app.example:8443/cb",
    "https://app.example.evil.example/cb",
    "https://evil.example/?https://app.example/cb",
    "javascript:alert(1)",
    "//evil.example/cb",
    "",
  ])("Z01: refuses the unregistered %j here and links to it nowhere", async (uri) => {
    const page = await expectLocal(toPath({ redirect_uri: uri }));
    expect(page.body).not.toContain("evil.example");
    expect(page.body).not.toContain("alert(1)");
  });

  it("Z01: refuses two redirect URIs, one of them good", async () => {
    await expectLocal(toPath({ redirect_uri: [LOOPBACK, "https://evil.example/"] }));
    await expectLocal(toPath({ redirect_uri: ["https://evil.example/", LOOPBACK] }));
  });

  it.each([
    ["another path", "http://127.0.0.1:46001/other"],
    ["a path below", "http://127.0.0.1:46001/cb/x"],
    ["localhost for 127.0.0.1", "http://localhost:46001/cb"],
    ["[::1] for 127.0.0.1", "http://[::1]:46001/cb"],
    ["https for http", "https://127.0.0.1:46001/cb"],
    ["http for https", "http://app.example/cb"],
    ["a query", "http://127.0.0.1:46001/cb?x"],
    ["127.0.0.2", "http://127.0.0.2:46001/cb"],
    ["a decimal address", "http://2130706433:46001/cb"],
    ["a user name", "http://127.0.0.1:46001@evil.example/cb"],
    ["port 0", "http://127.0.0.1:0/cb"],
    ["port 65536", "http://127.0.0.1:65536/cb"],
  ])("Z03: takes no loopback address that differs in %s", async (_what, uri) => {
    await expectLocal(toPath({ redirect_uri: uri }));
  });

  it.each(["http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb", "http://127.0.0.1/cb"])(
    "Z03: lets the port of a loopback address vary: %s",
    async (uri) => {
      const answer = await open(toPath({ redirect_uri: uri }));
      expect([answer.status, answer.headers["location"]]).toEqual([
        303,
        expect.stringContaining("/oauth/consent?"),
      ]);
    },
  );
});

describe("clients", () => {
  it.each([
    "unknown",
    "' OR 1=1 --",
    ".*",
    "%",
    "__proto__",
    "constructor",
    "../../etc/passwd",
    "ghlmcp_c_",
    "null\u0000byte",
    "<svg onload=alert(1)>",
    "x".repeat(10_240),
  ])(
    "Z04: refuses the unknown client %.40j here, and tells a program to register again",
    async (id) => {
      const page = await expectLocal(toPath({ client_id: id }));
      expect(page.body).not.toContain("<svg");
      const json = await open(toPath({ client_id: id }), "application/json");
      const { error, error_description: description } = JSON.parse(json.body) as Record<
        string,
        string
      >;
      if (id.length < 2000)
        expect([error, description]).toEqual([
          "invalid_client",
          expect.stringMatching(/register it again/),
        ]);
      else expect(error).toBe("invalid_request");
    },
  );

  it("Z04: refuses a client id that is missing, empty or given twice", async () => {
    await expectLocal(toPath({ client_id: null }));
    await expectLocal(toPath({ client_id: "" }));
    await expectLocal(toPath({ client_id: [client.clientId, client.clientId] }));
  });
});

const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

describe("PKCE", () => {
  it.each([null, ""])("Z05: refuses a request whose code_challenge is %j", async (challenge) => {
    await expectRedirect({ code_challenge: challenge }, "invalid_request");
    await expectRedirect(
      { code_challenge: challenge, code_challenge_method: null },
      "invalid_request",
    );
  });

  it.each([
    ["plain", { code_challenge_method: "plain" }],
    ["no method", { code_challenge_method: null }],
    ["s256", { code_challenge_method: "s256" }],
    ["S512", { code_challenge_method: "S512" }],
    ["two methods", { code_challenge_method: ["S256", "plain"] }],
    ["42 characters", { code_challenge: CHALLENGE.slice(1) }],
    ["129 characters", { code_challenge: "a".repeat(129) }],
    ["plain base64", { code_challenge: `${CHALLENGE.slice(0, 41)}+/` }],
    ["padding", { code_challenge: `${CHALLENGE.slice(0, 42)}=` }],
    ["two challenges", { code_challenge: [CHALLENGE, CHALLENGE] }],
  ])("Z06: refuses a challenge with %s", async (_what, changes) => {
    await expectRedirect(changes, "invalid_request");
  });
});

describe("what is asked for", () => {
  it.each(["token", "code token", "id_token", "none", "CODE", "code code"])(
    "Z08: refuses the response type %j",
    async (type) => {
      await expectRedirect({ response_type: type }, "unsupported_response_type");
    },
  );

  it("Z08: refuses a request without a response type", async () => {
    await expectRedirect({ response_type: null }, ["invalid_request", "unsupported_response_type"]);
  });

  it.each(["fragment", "form_post", "web_message", "jwt", "query.jwt"])(
    "Z08: refuses the response mode %j, in the query",
    async (mode) => {
      const location = await expectRedirect({ response_mode: mode }, "invalid_request");
      expect(location.hash).toBe("");
    },
  );

  it("Z09: refuses request objects and fetches none", async () => {
    let connections = 0;
    const listener: Server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const { port } = listener.address() as AddressInfo;
    try {
      await expectRedirect({ request: "eyJhbGciOiJub25lIn0.e30." }, "request_not_supported");
      for (const uri of [
        "http://169.254.169.254/",
        `http://127.0.0.1:${port}/jar`,
        "https://client.example/jar",
        "urn:ietf:params:oauth:request_uri:x",
      ]) {
        await expectRedirect({ request_uri: uri }, "request_uri_not_supported");
      }
      expect([connections, host.lookups(), host.connections()]).toEqual([0, [], 0]);
    } finally {
      await new Promise((resolve) => void listener.close(resolve));
    }
  });

  it("Z10: refuses every resource that is not ours", async () => {
    for (const resource of [
      "https://other.example/mcp",
      `${running.publicUrl}/other`,
      `${running.publicUrl}/mcp#fragment`,
      `${running.publicUrl}.evil.example/mcp`,
      `http://user@localhost:${running.config.port}/mcp`,
      "/mcp",
      "mcp",
      "",
      [`${running.publicUrl}/mcp`, "https://other.example/mcp"],
      [`${running.publicUrl}/mcp`, `${running.publicUrl}/mcp`],
    ]) {
      await expectRedirect({ resource }, "invalid_target");
    }
  });

  it("Z11: takes our resource as clients write it, and the token is for the one canonical id", async () => {
    const { port } = running.config;
    for (const resource of [
      running.publicUrl,
      `${running.publicUrl}/`,
      `${running.publicUrl}/mcp`,
      `${running.publicUrl}/mcp/`,
      `http://LOCALHOST:${port}/mcp`,
      `${running.publicUrl}/mcp?kb=1`,
    ]) {
      clock.advance(2);
      const tokens = await client.obtain({ parameters: { resource } });
      expect([resource, await probe(running, tokens.access_token)]).toEqual([resource, 200]);
    }
    const audiences = readRows(running.databasePath)
      .map(({ value }) => /"resource":"([^"]*)"/.exec(value)?.[1])
      .filter((one) => one !== undefined);
    expect(new Set(audiences)).toEqual(new Set([`${running.publicUrl}/mcp`]));
  });

  it.each([
    ["unknown words", "read admin sudo openid profile claudeai", "read"],
    ["10 KB", `read ${"x".repeat(10_240)}`, "read"],
    ["control characters", "read \u0001\u0002\u0000 \r\n", "read"],
    ["markup", 'read "><script>alert(1)</script>', "read"],
    ["another case", "READ Write", "write"],
    ["nothing", "", "write"],
  ])(
    "Z12: a scope with %s comes down to what we have, and consent shows that",
    async (_what, scope, level) => {
      clock.advance(2);
      const page = await createBrowser().get(running.publicUrl + toPath({ scope }));
      expect(page.status).toBe(200);
      expect(page.forms[0]?.fields["access"]).toBe(level);
      expect(page.body).not.toMatch(/<script|sudo|xxxx|claudeai|\p{Cc}(?<![\r\n])/u);
    },
  );

  it("Z12: the token has what was shown, not what was asked for", async () => {
    const tokens = await client.obtain({ parameters: { scope: "read admin area:contacts" } });
    expect(tokens.scope).toBe("read area:contacts");
    const answer = await callTool(running, tokens.access_token, {
      name: "get_opportunities",
      arguments: {},
    });
    const refused = answer.status === 403 || answer.json?.["error"] !== undefined;
    expect(refused || resultOf(answer)["isError"] === true).toBe(true);
  });
});

describe("prompts", () => {
  it.each(["none", "none login", "login none"])(
    "Z14: prompt=%s cannot succeed without a session",
    async (prompt) => {
      await expectRedirect({ prompt }, "login_required");
    },
  );

  it("Z14: prompt=consent asks, even one who approved before", async () => {
    const browser = createBrowser();
    const authorized = await client.authorize({ browser });
    await client.redeem(authorized);
    for (const prompt of ["consent", "login consent"]) {
      clock.advance(2);
      const page = await browser.get(running.publicUrl + toPath({ prompt }), { stop: isAway });
      expect([page.status, page.url.pathname]).toEqual([200, "/oauth/consent"]);
      expect(page.forms[0]?.buttons.map(({ value }) => value)).toContain("approve");
      expect(page.stoppedAt).toBeUndefined();
    }
  });

  it("Z14: prompt=none never lets anybody through, not even one who approved before", async () => {
    const browser = createBrowser();
    await client.redeem(await client.authorize({ browser }));
    const page: Page = await browser.get(running.publicUrl + toPath({ prompt: "none" }), {
      stop: isAway,
    });
    expect(page.stoppedAt?.searchParams.get("error")).toBe("login_required");
    expect(page.stoppedAt?.searchParams.has("code")).toBe(false);
  });

  it("Z14: a login_hint appears nowhere", async () => {
    const hint = '"><svg onload=alert(1)>@example.com';
    const page = await createBrowser().get(running.publicUrl + toPath({ login_hint: hint }));
    expect(page.status).toBe(200);
    expect(page.body).not.toMatch(/svg|onload|@example\.com/);
  });
});

describe("what the endpoint takes", () => {
  const form = (): string => toPath({}).split("?")[1] ?? "";

  it.each([
    [
      "JSON",
      "application/json",
      () => JSON.stringify(Object.fromEntries(new URLSearchParams(form()))),
    ],
    [
      "multipart",
      "multipart/form-data; boundary=x",
      () => `--x\r\ncontent-disposition: form-data; name="client_id"\r\n\r\n1\r\n--x--`,
    ],
    ["plain text", "text/plain", form],
    ["two types", "application/json, application/x-www-form-urlencoded", form],
    [
      "a form of 5 MB",
      "application/x-www-form-urlencoded",
      () => `${form()}&x=${"a".repeat(5 * 1024 * 1024)}`,
    ],
    [
      "10,000 parameters",
      "application/x-www-form-urlencoded",
      () => `${form()}${"&a=1".repeat(10_000)}`,
    ],
  ])("Z15: refuses a POST of %s and starts nothing", async (_what, type, body) => {
    const before = transactions();
    for (const chunked of [false, true]) {
      const answer = await sendRaw(running.config.port, {
        method: "POST",
        path: "/oauth/authorize",
        headers: { "content-type": type, accept: HTML },
        body: body(),
        chunked,
      });
      expect([400, 413, 415]).toContain(answer.status);
      expect(answer.headers["location"]).toBeUndefined();
    }
    expect(transactions()).toBe(before);
  });

  it("Z15: takes a form as it takes a query", async () => {
    const answer = await sendRaw(running.config.port, {
      method: "POST",
      path: "/oauth/authorize",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: HTML },
      body: form(),
    });
    expect(answer.headers["location"]).toContain("/oauth/consent?transaction=");
  });

  it("Z16: no error page shows what the request said", async () => {
    const evil = '"><svg onload=alert(document.domain)>';
    const encoded = encodeURIComponent(evil);
    const paths = [
      `/oauth/authorize?client_id=${encoded}&state=${encoded}&error_description=${encoded}`,
      `/oauth/authorize?client_id=${client.clientId}&redirect_uri=${encoded}&state=${encoded}`,
      `/oauth/callback?error=${encoded}&error_description=${encoded}&state=${encoded}`,
      `/oauth/callback?error=access_denied&error_description=${encoded}`,
      `/oauth/consent?transaction=${encoded}`,
      `/${encoded}`,
    ];
    for (const path of paths) {
      const answer = await open(path);
      expect([path, Math.floor(answer.status / 100)]).toEqual([path, 4]);
      expect(answer.body).not.toMatch(/<svg|onload|document\.domain/);
      expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
      expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
      expect(answer.headers["location"]).toBeUndefined();
    }
  });
});

function isAway(url: URL): boolean {
  return url.href.startsWith(LOOPBACK);
}
