import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type AttackClient, createAttackClient } from "../support/attack-client.ts";
import { countRows, readRows } from "../support/attack-store.ts";
import { type Browser, createBrowser, EVIL, type Page } from "../support/browser.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import {
  leaves,
  openConsent,
  signInPlainly,
  statusOf,
  transactionOf,
} from "../support/consent-visit.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

const REDIRECT_URI = "http://localhost:1234/cb";
const BROWSER = /^__Host-ghlmcp-browser-[A-Za-z0-9_-]{8}$/u;
const SESSION = "__Host-ghlmcp-session";

let clock: FakeClock;
let running: RunningApp;
let client: AttackClient;
let browser: Browser;
let stop: (url: URL) => boolean;

beforeAll(async () => {
  clock = createFakeClock();
  running = await startApp({ clock });
  stop = leaves(running);
});
afterAll(() => running.close());
beforeEach(async (context) => {
  browser = createBrowser();
  // a client of its own for each test: what a person allowed one is remembered for that one alone
  client = await createAttackClient(running, {
    client_name: context.task.id,
    redirect_uris: [REDIRECT_URI, "http://localhost:1234/other", "https://desk.example/cb"],
  });
  running.sandbox.control.clearRequests();
});

const location = (index: number): { readonly id: string; readonly name: string } => {
  const found = running.sandbox.locations[index];
  if (found === undefined) throw new Error(`the sandbox has no location ${index}`);
  return found;
};

const csrfOf = (page: Page): string => String(page.forms[0]?.fields["csrf"]);

/** What a refused post must leave as it was. */
const counts = () => ({
  logins: countRows(running.databasePath, "upstream_login"),
  grants: countRows(running.databasePath, "grant"),
  codes: countRows(running.databasePath, "code"),
  upstream: running.sandbox.control.requests().length,
});

const expectRefused = (answer: Page, status: number): void => {
  expect(answer.status).toBe(status);
  expect(answer.headers.has("location")).toBe(false);
  expect(answer.headers.has("set-cookie")).toBe(false);
};

it("B01: sends the headers against framing, sniffing, caching and referrers with every page", async () => {
  const consent = await openConsent(browser, client);
  await signInPlainly(running, browser);
  const { publicUrl } = running;
  const pages = [
    consent,
    await openConsent(browser, client),
    await browser.get(`${publicUrl}/grants`),
    await createBrowser().get(`${publicUrl}/grants`),
    await browser.get(`${publicUrl}/connections`),
    await browser.get(`${publicUrl}/connections/confirm-disconnect?connection=none`),
    await browser.get(`${publicUrl}/`),
    await browser.get(`${publicUrl}/oauth/consent?transaction=unknown`),
    await browser.get(`${publicUrl}/oauth/callback?state=unknown&code=x`),
    await browser.get(`${publicUrl}/oauth/authorize?client_id=unknown`),
    await browser.post(`${publicUrl}/oauth/consent`, { decision: "approve" }),
    await browser.post(`${publicUrl}/grants/revoke`, {}),
    await browser.get(`${publicUrl}/no-such-page`),
  ];
  for (const { headers, url } of pages) {
    const csp = headers.get("content-security-policy") ?? "";
    const rules = ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"];
    expect({
      path: url.pathname,
      missing: rules.filter((rule) => !csp.includes(rule)),
      cors: headers.has("access-control-allow-origin"),
      ...Object.fromEntries(headers),
    }).toMatchObject({
      path: url.pathname,
      missing: [],
      cors: false,
      "content-type": "text/html; charset=utf-8",
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
      "cross-origin-opener-policy": "same-origin",
    });
  }
});

it("B02: has no form-action in its policy, which browsers apply to the redirects after the form", async () => {
  const page = await openConsent(browser, client);
  expect(page.headers.get("content-security-policy")).not.toContain("form-action");
});

it.each([
  ["no token", () => null],
  ["an empty token", () => ""],
  ["a wrong token", () => "x".repeat(43)],
  ["the token of another transaction", (other: Page) => csrfOf(other)],
])("B03: refuses a form with %s and touches nothing", async (_name, token) => {
  const other = await openConsent(browser, client);
  const page = await openConsent(browser, client);
  const before = counts();
  for (const button of ["approve", "deny"]) {
    const fields = { csrf: token(other) };
    expectRefused(await browser.submitForm(page, { button, fields, stop }), 403);
  }
  expect(statusOf(running, page)).toBe("open");
  expect(counts()).toEqual(before);
});

it("B04: refuses the attacker's form when another site posts it from the victim's browser", async () => {
  const attacker = createBrowser();
  const page = await openConsent(attacker, client);
  await openConsent(browser, client);
  await signInPlainly(running, browser);
  const before = counts();
  const fields = { ...page.forms[0]?.fields, decision: "approve" };
  for (const victim of [createBrowser(), browser]) {
    const target = `${running.publicUrl}/oauth/consent`;
    expectRefused(await victim.post(target, fields, { from: EVIL, stop }), 403);
    // the same without the headers that tell, as from a browser that does not send them
    expectRefused(await victim.post(target, fields, { from: page, stop }), 403);
  }
  expect(statusOf(running, page)).toBe("open");
  expect(counts()).toEqual(before);
});

it("B05: ends the sign-in that the attacker approved when the victim's browser comes back with it", async () => {
  const attacker = createBrowser();
  const page = await openConsent(attacker, client);
  const approved = await attacker.submitForm(page, { button: "approve", stop });
  const swapped = approved.stoppedAt;
  expect(swapped?.origin).toBe(running.sandbox.baseUrl);
  const connections = countRows(running.databasePath, "connection");
  const before = counts();

  // once as a stranger, once signed in here already
  for (const victim of [browser, createBrowser()]) {
    if (victim !== browser) await signInPlainly(running, victim, location(1).id);
    const session = victim.cookiesFor(running.publicUrl).get(SESSION);
    running.sandbox.control.clearRequests();
    const chooser = await victim.get(swapped ?? "");
    const back = await victim.submitForm(chooser, {
      button: "allow",
      fields: { choice: location(1).id },
    });
    expectRefused(back, 403);
    expect(back.body).toContain("started in another browser");
    expect(victim.cookiesFor(running.publicUrl).get(SESSION)).toBe(session);
    const exchanged = running.sandbox.control
      .requests()
      .filter((request) => request.path === "/oauth/token");
    expect(exchanged).toEqual([]);
  }
  expect(countRows(running.databasePath, "connection")).toBeLessThanOrEqual(connections + 1);
  expect(counts()).toMatchObject({ grants: before.grants, codes: before.codes });
  expect(running.logLines.join("\n")).toContain('"audit":"sign_in_in_other_browser"');
});

it("B05: takes an account only from the session that signed in to it", async () => {
  await signInPlainly(running, browser, location(0).id);
  const offered = await openConsent(browser, client);
  const victims = String(offered.forms[0]?.fields["connection"]);
  const attacker = createBrowser();
  await signInPlainly(running, attacker, location(1).id);
  const before = counts();
  for (const thief of [attacker, createBrowser()]) {
    const page = await openConsent(thief, client);
    const answer = await thief.submitForm(page, {
      button: "approve",
      fields: { connection: victims },
      stop,
    });
    expect(answer.status).toBe(400);
    expect(answer.stoppedAt).toBeUndefined();
    expect(answer.body).toContain("cannot be used from here any more");
    expect(answer.body).not.toContain(location(0).name);
    expect(statusOf(running, page)).toBe("open");
  }
  expect(counts()).toMatchObject({ grants: before.grants, codes: before.codes });
});

/** Approves, and redeems the code: from then on there is a live grant. */
const grantOnce = async (choices: {
  readonly as: AttackClient;
  readonly redirectUri?: string;
  readonly scope?: string;
  readonly choose?: string;
}): Promise<void> => {
  const { as, redirectUri = REDIRECT_URI, scope = "read write", choose = location(0).id } = choices;
  await as.obtain({ browser, choose, parameters: { redirect_uri: redirectUri, scope } });
};

const BEFORE = "You allowed this before";

it("B06: asks in full for a client that was never approved, although another one was", async () => {
  await grantOnce({ as: client });
  const other = await createAttackClient(running, {
    client_name: "Desk",
    redirect_uris: [REDIRECT_URI, "https://desk.example/cb"],
  });
  expect(other.clientId).not.toBe(client.clientId);
  for (const redirect of [REDIRECT_URI, "https://desk.example/cb"]) {
    const before = counts();
    const page = await openConsent(browser, other, { redirect_uri: redirect });
    expect(page.body).not.toContain(BEFORE);
    expect(page.body).toContain("How much may it do?");
    expect(statusOf(running, page)).toBe("open");
    expect(counts()).toMatchObject({ grants: before.grants, codes: before.codes });
  }
});

it.each<[string, Readonly<Record<string, string>>]>([
  ["another path", { redirect_uri: "http://localhost:1234/other" }],
  ["an https address", { redirect_uri: "https://desk.example/cb" }],
  ["a wider level", { scope: "read write critical" }],
  ["no scope at all, which asks for all areas", { scope: "" }],
  ["an area more", { scope: "read area:contacts area:calendars" }],
])("B08: asks in full again for %s", async (_name, changes) => {
  await grantOnce({ as: client, scope: "read area:contacts" });
  const same = { redirect_uri: REDIRECT_URI, scope: "read area:contacts" };
  expect((await openConsent(browser, client, same)).body).toContain(BEFORE);
  const page = await openConsent(browser, client, { ...same, ...changes });
  expect(page.body).not.toContain(BEFORE);
  expect(statusOf(running, page)).toBe("open");
});

it("B08: asks in full again for another location, and for another person", async () => {
  await grantOnce({ as: client, choose: location(0).id });
  await signInPlainly(running, browser, location(1).id);
  const page = await openConsent(browser, client, { redirect_uri: REDIRECT_URI });
  expect(page.body).not.toContain(BEFORE);
  expect(page.body).toContain(location(1).name);
  expect(page.body).not.toContain(location(0).name);
});

it("B08: knows the same request again on another loopback port, and still shows the page", async () => {
  await grantOnce({ as: client });
  const changes = { redirect_uri: "http://localhost:4321/cb", scope: "read" };
  const page = await openConsent(browser, client, changes);
  expect(page.body).toContain(BEFORE);
  expect(page.body).toMatch(/other programs here\s+could pass themselves off as it/u);
  const forced = await openConsent(browser, client, { ...changes, prompt: "consent" });
  expect(forced.url.pathname).toBe("/oauth/consent");
});

it("B08: never passes without the page, however often the same https client was approved", async () => {
  const hosted = { redirect_uri: "https://desk.example/cb", scope: "read" };
  await grantOnce({ as: client, redirectUri: hosted.redirect_uri, scope: "read" });
  await grantOnce({ as: client, redirectUri: hosted.redirect_uri, scope: "read" });
  const before = counts();
  const page = await openConsent(browser, client, hosted);
  expect(page.body).toContain(BEFORE);
  expect(statusOf(running, page)).toBe("open");
  expect(counts()).toMatchObject({ grants: before.grants, codes: before.codes });
});

it("B08: forgets an approval with the grant", async () => {
  await grantOnce({ as: client });
  const grants = await browser.get(`${running.publicUrl}/grants`);
  for (const form of grants.forms.filter(({ action }) => action === "/grants/revoke")) {
    await browser.submitForm(grants, { form });
  }
  const page = await openConsent(browser, client, { redirect_uri: REDIRECT_URI });
  expect(page.body).not.toContain(BEFORE);
});

it("B09: names the client, the way back, the access in words and the location, all escaped", async () => {
  const hostile = await createAttackClient(running, {
    client_name: `<script>alert(1)</script>"><img src=x onerror=alert(2)>`,
    redirect_uris: ["https://desk.example/cb"],
  });
  await signInPlainly(running, browser, location(0).id);
  const page = await openConsent(browser, hostile, { scope: "read critical area:contacts" });
  expect(page.body).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(page.body).not.toMatch(/<script|<img/u);
  expect(page.body).toContain("desk.example");
  expect(page.body).toContain("full access, with sending, money, publishing and deleting");
  expect(page.body).toContain("Also send messages to people, move money, publish and delete.");
  const [choice] = page.forms[0]?.choices["connection"] ?? [];
  expect(choice?.label).toContain(`Continue with ${location(0).name}`);
  expect(page.forms[0]?.choices["connection"]?.at(-1)?.label).toContain(
    "Choose another account at GoHighLevel",
  );
});

it("B09: goes back with access_denied, state and issuer when the person refuses, once", async () => {
  const page = await openConsent(browser, client, { state: "st-9" });
  const before = counts();
  const denied = await browser.submitForm(page, { button: "deny", stop });
  const back = denied.stoppedAt;
  expect(back?.origin).toBe("http://localhost:1234");
  expect(Object.fromEntries(back?.searchParams ?? [])).toMatchObject({
    error: "access_denied",
    state: "st-9",
  });
  expect(back?.searchParams.getAll("iss")).toEqual([running.publicUrl]);
  expect(back?.searchParams.has("code")).toBe(false);
  expect(counts()).toEqual(before);
  const again = await browser.submitForm(page, { button: "approve", stop });
  expectRefused(again, 400);
  expect(again.body).toContain("This sign-in has ended");
  expect(counts()).toEqual(before);
});

it("B10: sets the cookie that binds the sign-in with the approval, and not before", async () => {
  const logins = countRows(running.databasePath, "upstream_login");
  const page = await openConsent(browser, client);
  const cookies = () => [...browser.cookiesFor(running.publicUrl).keys()];
  expect(cookies()).toEqual([expect.stringMatching(BROWSER)]);
  expect(countRows(running.databasePath, "upstream_login")).toBe(logins);
  const approved = await browser.submitForm(page, { button: "approve", stop });
  expect(approved.stoppedAt?.origin).toBe(running.sandbox.baseUrl);
  expect(cookies()).toEqual([
    expect.stringMatching(BROWSER),
    expect.stringMatching(/^__Host-ghlmcp-login-[A-Za-z0-9_-]{12}$/u),
  ]);
});

it("B11: sets only __Host- cookies: Secure, HttpOnly, SameSite=Lax, Path=/, no Domain", async () => {
  const lines: string[] = [];
  const keep = (page: Page): Page => {
    lines.push(...(page.headers.get("set-cookie")?.split("\n") ?? []));
    return page;
  };
  const every = { stop: () => true };
  const consent = keep(await openConsent(browser, client));
  const approved = keep(await browser.submitForm(consent, { button: "approve", ...every }));
  const chooser = await browser.get(approved.stoppedAt ?? "");
  const allowed = await browser.submitForm(chooser, { button: "allow", ...every });
  keep(await browser.get(allowed.stoppedAt ?? "", every));
  const names = lines.map((line) => line.split("=")[0]);
  expect(names).toHaveLength(4); // browser, login, the same cleared, session
  for (const line of lines) {
    expect(line).toMatch(
      /^__Host-ghlmcp-[A-Za-z0-9_-]+=[^;]*; Path=\/; Secure; HttpOnly; SameSite=Lax(?:; Max-Age=\d+)?$/u,
    );
  }
  expect(names).toContain(SESSION);
  const token = browser.cookiesFor(running.publicUrl).get(SESSION) ?? "";
  expect(token).toMatch(/^ghlmcp_ps_[A-Za-z0-9_-]{43}$/u);
  expect(running.logLines.join("\n")).not.toContain(token);
});

it("B11: takes an edited or forged cookie for none", async () => {
  await signInPlainly(running, browser, location(0).id);
  const page = await openConsent(browser, client);
  const jar = browser.cookiesFor(running.publicUrl) as Map<string, string>;
  for (const [name, value] of new Map(jar)) {
    const flipped = value.at(-1) === "A" ? "B" : "A";
    jar.set(name, `${value.slice(0, -1)}${flipped}`);
  }
  expectRefused(await browser.submitForm(page, { button: "approve", stop }), 403);
  expect(statusOf(running, page)).toBe("open");
  const anew = await openConsent(browser, client);
  expect(anew.forms[0]?.choices["connection"]).toBeUndefined();
  expect(anew.headers.get("set-cookie")).toMatch(/^__Host-ghlmcp-browser-/u);
  for (const forged of ["ghlmcp_ps_", "x", "ghlmcp_ps_".padEnd(4000, "A"), "__proto__"]) {
    jar.set(SESSION, forged);
    const grants = await browser.get(`${running.publicUrl}/grants`);
    expect(grants.body).toContain("Sign in to see");
  }
});

it("B12: takes the first of two forms after the page was fetched again, as a prefetch does", async () => {
  const { url } = client.request();
  const first = await browser.get(url);
  const [second] = await Promise.all([browser.get(first.url), browser.get(url)]);
  expect(second.status).toBe(200);
  const approved = await browser.submitForm(first, { button: "approve", stop });
  expect(approved.status).toBe(303);
  expect(approved.stoppedAt?.origin).toBe(running.sandbox.baseUrl);
});

it("B14: finishes two authorizations in one browser, each with its own state and code", async () => {
  const other = await createAttackClient(running, {
    client_name: "Other",
    redirect_uris: ["http://localhost:5678/cb"],
  });
  const begun = await Promise.all(
    [client, other].map(async (one, index) => {
      const page = await openConsent(browser, one, { state: `state-${index}` });
      return { one, page, index };
    }),
  );
  const choosers: { index: number; one: AttackClient; chooser: Page }[] = [];
  for (const { one, page, index } of begun) {
    const chooser = await browser.submitForm(page, { button: "approve" });
    choosers.push({ index, one, chooser });
  }
  const codes = new Set<string | null>();
  for (const { index, one, chooser } of choosers.toReversed()) {
    const done = await browser.submitForm(chooser, {
      button: "allow",
      stop: (url) => url.href.startsWith(one.redirectUri),
    });
    expect(done.stoppedAt?.searchParams.get("state")).toBe(`state-${index}`);
    codes.add(done.stoppedAt?.searchParams.get("code") ?? null);
  }
  expect(codes.size).toBe(2);
  expect(codes.has(null)).toBe(false);
});

it("B15: changes nothing on GET and HEAD, whatever the address asks for", async () => {
  await signInPlainly(running, browser, location(0).id);
  const page = await openConsent(browser, client);
  const before = counts();
  const address = new URL(page.url);
  for (const [name, value] of Object.entries(page.forms[0]?.fields ?? {})) {
    for (const one of [value].flat()) address.searchParams.append(name, one);
  }
  address.searchParams.set("decision", "approve");
  address.searchParams.set("action", "approve");
  expect((await browser.get(address, { stop })).stoppedAt).toBeUndefined();
  const cookie = [...browser.cookiesFor(address)].map((pair) => pair.join("=")).join("; ");
  const head = await fetch(address, { method: "HEAD", headers: { cookie }, redirect: "manual" });
  expect(head.headers.get("location")).toBeNull();
  expect(statusOf(running, page)).toBe("open");
  const after = counts();
  expect({ ...after, upstream: 0 }).toEqual({ ...before, upstream: 0 });
});

it("B17: names transactions by 128 random bits, and answers every guess alike", async () => {
  const ids = await Promise.all(
    Array.from({ length: 8 }, async () =>
      transactionOf(await openConsent(createBrowser(), client)),
    ),
  );
  expect(new Set(ids).size).toBe(8);
  for (const id of ids) expect(Buffer.from(id, "base64url")).toHaveLength(16);
  const [id = ""] = ids;
  const guesses = ["", "1", "0001", id.slice(0, -1), `${id}A`, id.toUpperCase(), "../consent"];
  const shapes = new Set<string>();
  for (const guess of guesses) {
    const query = new URLSearchParams({ transaction: guess }).toString();
    const answer = await browser.get(`${running.publicUrl}/oauth/consent?${query}`);
    expectRefused(answer, 404);
    shapes.add(answer.body.replace(answer.headers.get("x-request-id") ?? "?", "ID"));
  }
  expect(shapes.size).toBe(1);
});

it("B18: explains that an expired request must be started again, and redirects nowhere", async () => {
  await signInPlainly(running, browser, location(0).id);
  const page = await openConsent(browser, client);
  const issued = () =>
    readRows(running.databasePath)
      .filter(({ namespace }) => namespace === "grant" || namespace === "code")
      .map(({ key }) => key);
  const before = issued();
  clock.advance(11 * 60);
  const shown = await browser.get(page.url);
  expectRefused(shown, 404);
  expect(shown.body).toContain("This request is no longer open");
  expect(shown.body).toContain("Go back to the application and connect again.");
  const other = { connection: "other" };
  for (const [button, fields] of [
    ["approve", {}],
    ["approve", other],
    ["deny", {}],
  ] as const) {
    const answer = await browser.submitForm(page, { button, fields, stop });
    expectRefused(answer, 400);
    expect(answer.body).toContain("Go back to the application and connect again.");
  }
  // some have ended meanwhile, none has come
  expect(before).toEqual(expect.arrayContaining(issued()));
});
