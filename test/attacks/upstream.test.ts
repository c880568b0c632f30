import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunningSandbox, SandboxFault } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import {
  type Answer,
  type AttackClient,
  callTool,
  createAttackClient,
  probe,
  resultOf,
  toTokens,
} from "../support/attack-client.ts";
import { countRows, readRows } from "../support/attack-store.ts";
import { type Browser, createBrowser, type Page } from "../support/browser.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { startWiretap, type Wiretap } from "../support/wiretap.ts";

/** The leg to GoHighLevel. Time stands still unless a test moves it. */

const DAY = 86_400;
const MARKUP = "<script>alert(1)</script>";

let clock: FakeClock;
/** The rows of what a sign-in leaves behind, as they were before the test. */
let rowsBefore: readonly number[];
let sandbox: RunningSandbox;
let wire: Wiretap;
let running: RunningApp;
let client: AttackClient;

/** Starts a server for all tests of a group, or for each where tests move the time for good. */
function serve(scope: "group" | "test"): void {
  const [start, end] = scope === "group" ? [beforeAll, afterAll] : [beforeEach, afterEach];
  start(async () => {
    clock = createFakeClock();
    wire = await startWiretap();
    sandbox = await startSandbox({ clock });
    wire.setTarget(sandbox.baseUrl);
    running = await startApp({ clock, sandbox: { ...sandbox, baseUrl: wire.url } });
  });
  beforeEach(async () => {
    sandbox.control.clearRequests();
    client = await createAttackClient(running);
    rowsBefore = countSignInRows();
  });
  end(async () => {
    await running.close();
    await wire.close();
    await sandbox.close();
  });
}

interface PendingLogin {
  readonly browser: Browser;
  readonly chooser: Page;
  /** Our own state, as GoHighLevel was given it. */
  readonly state: string;
  stop(url: URL): boolean;
}

/** Goes through consent, up to GoHighLevel's page. */
async function openLogin(): Promise<PendingLogin> {
  const browser = createBrowser();
  const stop = (url: URL): boolean => url.href.startsWith(client.redirectUri);
  const consent = await browser.get(client.request().url, { stop });
  const chooser = await browser.submitForm(consent, { button: "approve", stop });
  const state = chooser.url.searchParams.get("state") ?? "";
  expect(state).not.toBe("");
  return { browser, chooser, state, stop };
}

/** Chooses on GoHighLevel's page. */
const allow = ({ browser, chooser, stop }: PendingLogin): Promise<Page> =>
  browser.submitForm(chooser, { button: "allow", stop });

const toCallback = (query: Readonly<Record<string, string>>): string =>
  `${running.publicUrl}/oauth/callback?${new URLSearchParams(query).toString()}`;

/** The error went to the client, with state and one issuer, and no code. */
function expectErrorRedirect(page: Page, error: string): void {
  const to = page.stoppedAt;
  expect(to === undefined ? page.body : to.searchParams.get("error")).toBe(error);
  expect(to?.searchParams.get("state")).toBe("af0ifjsldkj");
  expect(to?.searchParams.getAll("iss")).toEqual([running.publicUrl]);
  expect(to?.searchParams.has("code")).toBe(false);
  expect(to?.href).not.toContain("alert");
}

/** A page of ours that redirects nowhere, and no code, connection or grant came into being. */
function expectDeadEnd(page: Page, status: number): void {
  expect(page.status).toBe(status);
  expect(page.headers.has("location")).toBe(false);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.body).not.toContain(MARKUP);
  expectNothingStored();
}

function expectNothingStored(): void {
  // Fewer there may be, where a test lets older ones expire.
  for (const [index, rows] of countSignInRows().entries()) {
    expect(rows).toBeLessThanOrEqual(rowsBefore[index] ?? 0);
  }
}

function countSignInRows(): readonly number[] {
  const namespaces = ["connection", "connection_identity", "grant", "code", "access_token"];
  return namespaces.map((namespace) => countRows(running.databasePath, namespace));
}

const tokenRequests = (grantType?: string): number =>
  sandbox.control
    .requests()
    .filter((one) => one.path === "/oauth/token")
    .filter((one) => grantType === undefined || one.grantType === grantType).length;

const misbehave = (pathPrefix: string, how: SandboxFault["how"], count = 1): void =>
  sandbox.control.misbehave({ pathPrefix, count, how });

const answerWith = (body: unknown, status = 200): SandboxFault["how"] => ({
  kind: "status",
  status,
  body: typeof body === "string" ? body : JSON.stringify(body),
});

const search = (token: string, more: Readonly<Record<string, unknown>> = {}): Promise<Answer> =>
  callTool(running, token, { name: "search_contacts", arguments: { limit: 1, ...more } });

const isError = (answer: Answer): boolean => resultOf(answer)["isError"] === true;

const statuses = async (): Promise<readonly string[]> =>
  (await running.app.upstream.listConnections()).map((connection) => connection.status);

describe("the callback", () => {
  serve("group");

  it.each([
    ["a made-up code", { code: "from-the-marketplace" }, 400, 1],
    ["no code", {}, 400, 0],
    ["an error", { error: "access_denied" }, 400, 0],
    ["an error and a code", { error: "access_denied", code: "x" }, 400, 0],
  ])("U01: without a state but with %s stores nothing", async (_name, query, status, asked) => {
    const login = await openLogin();
    const page = await login.browser.get(toCallback(query as Record<string, string>), login);
    expectDeadEnd(page, status);
    expect(tokenRequests()).toBe(asked);
    expect(countRows(running.databasePath, "unclaimed_install")).toBe(0);
    // The person's own sign-in, which was under way in the same browser, is untouched.
    expect((await allow(login)).stoppedAt?.searchParams.has("code")).toBe(true);
  });

  it.each([
    ["a forged", () => "A".repeat(43)],
    ["an empty", () => ""],
    ["a cut", (own: string) => own.slice(0, -1)],
    ["an overlong", (own: string) => own.padEnd(4096, "A")],
  ])("U02: with %s state asks GoHighLevel nothing", async (_name, change) => {
    const login = await openLogin();
    const state = change(login.state);
    expectDeadEnd(await login.browser.get(toCallback({ code: "x", state }), login), 400);
    expect(tokenRequests()).toBe(0);
  });

  it("U02: with two states asks GoHighLevel nothing", async () => {
    const login = await openLogin();
    const url = `${toCallback({ code: "x", state: login.state })}&state=${login.state}`;
    expectDeadEnd(await login.browser.get(url, login), 400);
    expect(tokenRequests()).toBe(0);
  });

  it("U02: with an expired state asks GoHighLevel nothing", async () => {
    const login = await openLogin();
    clock.advance(601);
    expectDeadEnd(
      await login.browser.get(toCallback({ code: "x", state: login.state }), login),
      400,
    );
    expect(tokenRequests()).toBe(0);
  });

  it("U02: with a used state asks GoHighLevel nothing, and what it led to stays", async () => {
    const login = await openLogin();
    const done = await allow(login);
    const before = tokenRequests();
    const again = await login.browser.get(toCallback({ code: "x", state: login.state }), login);
    expect(again.status).toBe(400);
    expect(again.headers.has("location")).toBe(false);
    expect(tokenRequests()).toBe(before);
    expect((await statuses()).every((status) => status === "active")).toBe(true);
    expect(done.stoppedAt?.searchParams.has("code")).toBe(true);
  });

  it("U03: tells the client that the person refused, in our words", async () => {
    const login = await openLogin();
    const page = await login.browser.get(
      toCallback({ error: "access_denied", error_description: MARKUP, state: login.state }),
      login,
    );
    expectErrorRedirect(page, "access_denied");
    expect(tokenRequests()).toBe(0);
    expectNothingStored();
  });

  it("U03: tells the client of a cancel on GoHighLevel's own page", async () => {
    const login = await openLogin();
    const page = await login.browser.submitForm(login.chooser, {
      button: "cancel",
      stop: login.stop,
    });
    expectErrorRedirect(page, "access_denied");
    expectNothingStored();
  });

  it("U03: shows a page without a word of the error where no sign-in is behind it", async () => {
    const page = await createBrowser().get(
      toCallback({ error: "access_denied", error_description: MARKUP, state: MARKUP }),
    );
    expectDeadEnd(page, 400);
    expect(page.body).not.toContain("alert(1)");
    expect(tokenRequests()).toBe(0);
  });
});

/** A sound token answer that no sandbox gave. */
const SOUND = {
  access_token: "sentinel-access",
  refresh_token: "sentinel-refresh",
  token_type: "Bearer",
  expires_in: DAY,
  scope: "contacts.readonly",
  userType: "Location",
  companyId: "company1",
  locationId: "location1",
  userId: "user1",
};

describe("what GoHighLevel answers to a code", () => {
  serve("group");

  const without = (name: keyof typeof SOUND): object =>
    Object.fromEntries(Object.entries(SOUND).filter(([key]) => key !== name));

  /** The client learns of it, nothing is kept, and no secret is in the log. */
  const expectRefusedExchange = async (how: SandboxFault["how"], error: string): Promise<void> => {
    const login = await openLogin();
    let asked = 0;
    wire.before(async ({ path }) => {
      if (path === "/oauth/token") asked += 1;
    });
    misbehave("/oauth/token", how);
    const page = await allow(login);
    expectErrorRedirect(page, error);
    // A code that may have been used is not sent again.
    expect(asked).toBe(1);
    expectNothingStored();
    const logged = running.logLines.join("\n");
    for (const secret of ["sentinel-", sandbox.clientSecret, login.state]) {
      expect(logged).not.toContain(secret);
    }
  };

  it.each([
    ["no company", without("companyId")],
    ["no user type", without("userType")],
    ["a user type that is none", { ...SOUND, userType: "Agency" }],
    ["a location's token without a location", without("locationId")],
    ["a location that would be a path", { ...SOUND, locationId: "../companies" }],
    ["no refresh token", without("refresh_token")],
    ["a token type that is not Bearer", { ...SOUND, token_type: "mac" }],
  ])("U05: refuses to connect to %s", async (_name, body) => {
    await expectRefusedExchange(answerWith(body), "server_error");
  });

  it.each([
    ["500", answerWith("down", 500), "temporarily_unavailable"],
    ["429", answerWith("slow down", 429), "temporarily_unavailable"],
    ["a cut connection", { kind: "cut" } as const, "temporarily_unavailable"],
    ["HTML", answerWith("<html><script>alert(1)</script></html>"), "server_error"],
    ["200 with an error", answerWith({ error: "invalid_grant" }), "server_error"],
    [
      "a refusal",
      answerWith({ error: "invalid_grant", message: "sentinel-text" }, 400),
      "server_error",
    ],
    ["a lifetime that is no number", answerWith({ ...SOUND, expires_in: "abc" }), "server_error"],
    ["a lifetime below zero", answerWith({ ...SOUND, expires_in: -1 }), "server_error"],
    ["a megabyte", answerWith({ ...SOUND, padding: "x".repeat(1024 * 1024) }), "server_error"],
    ["nothing", answerWith(""), "server_error"],
    ["an array", answerWith([SOUND]), "server_error"],
  ])("U06: tells the client when the answer is %s", async (_name, how, error) => {
    await expectRefusedExchange(how, error);
  });

  it("U06: gives up after 10 seconds without an answer", { timeout: 20_000 }, async () => {
    // The sandbox waits on the fake clock, the server's own patience is real.
    await expectRefusedExchange({ kind: "delay", delayMs: DAY * 1000 }, "temporarily_unavailable");
  });
});

describe("secrets", () => {
  serve("test");

  it("U07: appear in no redirect, page, answer, result or log line, in a whole life with troubles", async () => {
    const front = await startWiretap();
    // On the real clock: calls that fail are tried again after a moment.
    const ours = await startApp({
      sandbox: { ...sandbox, baseUrl: wire.url },
      config: { publicUrl: front.url, redirectUri: `${front.url}/oauth/callback` },
    });
    front.setTarget(`http://localhost:${ours.config.port}`);
    const target = { publicUrl: front.url };
    try {
      const own = await createAttackClient(target);
      const location = await own.obtain();
      const agency = await own.obtain({ choose: "company" });
      const use = async (token: string): Promise<void> => {
        for (const name of ["get_oauth_status", "list_locations", "search_contacts"]) {
          const place = token === agency.access_token ? { location: sandbox.locations[0]?.id } : {};
          const given = name === "search_contacts" ? place : {};
          await callTool(target, token, { name, arguments: given });
        }
      };
      await use(location.access_token);
      await use(agency.access_token);
      for (const how of [answerWith("down", 500), { kind: "cut" } as const]) {
        misbehave("/contacts", how);
        await use(location.access_token);
      }
      sandbox.control.expireAccessTokens();
      await use(location.access_token);
      sandbox.control.expireAccessTokens();
      sandbox.control.revokeRefreshTokens();
      await use(location.access_token);
      await use(agency.access_token);
      const browser = createBrowser();
      for (const path of [
        "/",
        "/metrics",
        "/oauth/callback?code=a-code-from-nowhere",
        "/health/ready",
      ]) {
        await browser.get(front.url + path);
      }

      const secrets = new Set([sandbox.clientSecret]);
      for (const { path, sent, body } of wire.exchanges()) {
        for (const [, secret = ""] of body.matchAll(/"(?:access|refresh)_token":"([^"]+)"/gu)) {
          secrets.add(secret);
        }
        const code =
          path === "/oauth/token" ? /(?:^|[&\n])code=([^&\n]+)/u.exec(sent)?.[1] : undefined;
        if (code !== undefined) secrets.add(decodeURIComponent(code));
      }
      // The app's secret, two codes, and the pairs and location tokens of all that.
      expect(secrets.size).toBeGreaterThanOrEqual(8);
      const shown = front.exchanges().map(({ received }) => received);
      expect(shown.length).toBeGreaterThan(20);
      const everything = [...shown, ...ours.logLines].join("\n");
      for (const secret of secrets) expect(everything).not.toContain(secret);
    } finally {
      await ours.close();
      await front.close();
    }
  });

  it("U08: our tokens never reach GoHighLevel, and its tokens open nothing here", async () => {
    const tokens = await client.obtain({ choose: "company" });
    const place = { location: sandbox.locations[0]?.id };
    expect(isError(await search(tokens.access_token, place))).toBe(false);
    const calls = wire.exchanges();
    expect(calls.length).toBeGreaterThan(2);
    for (const { sent } of calls) expect(sent).not.toContain("ghlmcp_");

    const theirs = calls.flatMap(({ body }) =>
      [...body.matchAll(/"(?:access|refresh)_token":"([^"]+)"/gu)].map(([, token = ""]) => token),
    );
    theirs.push(...sandbox.privateTokens.values());
    expect(theirs.length).toBeGreaterThanOrEqual(3);
    for (const token of theirs) {
      const answer = await callTool(running, token, { name: "search_contacts" });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toContain('error="invalid_token"');
      expect(answer.headers.get("www-authenticate")).toContain("resource_metadata=");
    }
  });
});

describe("refreshing at GoHighLevel", () => {
  serve("test");

  it.each([
    ["another location", { locationId: "another1" }],
    ["another company", { companyId: "another1" }],
    ["another user type", { userType: "Company" }],
  ])("U05: discards a refresh that answers for %s, and keeps its own tokens", async (_n, other) => {
    const tokens = await client.obtain();
    clock.advance(DAY);
    const before = readRows(running.databasePath, "connection");
    misbehave("/oauth/token", answerWith({ ...SOUND, ...other }));
    const fresh = toTokens(await client.refresh(tokens.refresh_token));
    expect(isError(await search(fresh.access_token))).toBe(true);
    expect(readRows(running.databasePath, "connection")).toEqual(before);
    expect(wire.exchanges().some(({ sent }) => sent.includes("sentinel-access"))).toBe(false);
    clock.advance(60);
    expect(isError(await search(fresh.access_token))).toBe(false);
  });

  it("U12: uses what another instance rotated meanwhile, and asks nobody to connect again", async () => {
    const { publicUrl, redirectUri, storageUrl } = running.config;
    const other = await startApp({
      clock,
      sandbox: { ...sandbox, baseUrl: wire.url },
      config: { publicUrl, redirectUri, storageUrl },
    });
    try {
      const tokens = await client.obtain();
      clock.advance(DAY);
      const fresh = toTokens(await client.refresh(tokens.refresh_token));
      let meanwhile: Answer | undefined;
      wire.before(async ({ path }) => {
        if (path !== "/oauth/token" || meanwhile !== undefined) return;
        // This instance stalls past its lease with the request under way; the other takes over.
        wire.before(async () => undefined);
        clock.advance(31);
        meanwhile = await callTool(
          { publicUrl: `http://localhost:${other.config.port}` },
          fresh.access_token,
          { name: "search_contacts" },
        );
      });
      const answer = await search(fresh.access_token);
      expect(meanwhile === undefined || isError(meanwhile)).toBe(false);
      const refreshes = (): readonly number[] =>
        sandbox.control
          .requests()
          .filter((one) => one.grantType === "refresh_token")
          .map((one) => one.status);
      await vi.waitUntil(() => refreshes().length === 2);
      expect(refreshes()).toEqual([200, 400]);
      // The call that stalled may have run out of time; nobody is asked to connect again.
      expect(answer.text).not.toContain("sign in");
      expect(isError(await search(fresh.access_token))).toBe(false);
      expect(refreshes()).toHaveLength(2);
      expect(new Set(await statuses())).toEqual(new Set(["active"]));
    } finally {
      await other.close();
    }
  });

  it.each([
    ["500", answerWith("down", 500)],
    ["429", answerWith("slow down", 429)],
    ["a cut connection", { kind: "cut" } as const],
  ])("U13: %s there leaves the grant here as it is, and ends by itself", async (_name, how) => {
    const tokens = await client.obtain();
    clock.advance(DAY);
    misbehave("/oauth/token", how, 2);
    const before = tokenRequests();
    // Our own tokens do not hang on GoHighLevel: they are refreshed without asking it.
    const fresh = toTokens(await client.refresh(tokens.refresh_token));
    expect(tokenRequests()).toBe(before);
    const failed = await search(fresh.access_token);
    expect(failed.status).toBe(200);
    expect(isError(failed)).toBe(true);
    expect(failed.text).not.toContain("connect this server again");
    expect(await probe(running, fresh.access_token)).toBe(200);
    expect(new Set(await statuses())).toEqual(new Set(["active"]));
    let works = false;
    for (let minute = 0; minute < 3 && !works; minute += 1) {
      clock.advance(60);
      works = !isError(await search(fresh.access_token));
    }
    expect(works).toBe(true);
    toTokens(await client.refresh(fresh.refresh_token));
  });

  it("U14: suspends the connection of a paused location and revives it, with the same sign-in", async () => {
    const [location] = sandbox.locations;
    const tokens = await client.obtain({ choose: location?.id ?? "" });
    sandbox.control.pauseLocation(location?.id ?? "");
    clock.advance(DAY);
    const fresh = toTokens(await client.refresh(tokens.refresh_token));
    expect(isError(await search(fresh.access_token))).toBe(true);
    expect(await statuses()).toContain("suspended");
    sandbox.control.resumeLocation(location?.id ?? "");
    clock.advance(61);
    expect(isError(await search(fresh.access_token))).toBe(false);
    expect(await statuses()).not.toContain("suspended");
    expect(tokenRequests("authorization_code")).toBe(1);
  });
});

describe("tokens for a location of an agency", () => {
  serve("test");

  const foreign: readonly (readonly [string, () => object])[] = [
    ["another location", () => ({ locationId: sandbox.locations[1]?.id })],
    ["another company", () => ({ companyId: "another1" })],
    ["no location", () => ({ locationId: null })],
  ];

  it.each(foreign)(
    "U16: refuses one for %s, calls nothing with it and keeps none",
    async (_name, change) => {
      const [asked] = sandbox.locations;
      const tokens = await client.obtain({ choose: "company" });
      const body = {
        access_token: "sentinel-foreign",
        expires_in: DAY,
        companyId: sandbox.companyId,
        locationId: asked?.id,
        ...change(),
      };
      misbehave("/oauth/locationToken", answerWith(body));
      const place = { location: asked?.id };
      expect(isError(await search(tokens.access_token, place))).toBe(true);
      expect(wire.exchanges().some(({ sent }) => sent.includes("sentinel-foreign"))).toBe(false);
      const before = wire.exchanges().length;
      expect(isError(await search(tokens.access_token, place))).toBe(false);
      const paths = wire
        .exchanges()
        .slice(before)
        .map(({ path }) => path.split("?")[0]);
      expect(paths).toContain("/oauth/locationToken");
    },
  );
});
