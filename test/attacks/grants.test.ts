import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type AttackClient, createAttackClient, probe } from "../support/attack-client.ts";
import { countRows, readRows } from "../support/attack-store.ts";
import {
  type Browser,
  createBrowser,
  EVIL,
  type FormInput,
  type Page,
} from "../support/browser.ts";
import { openConsent, signInPlainly } from "../support/consent-visit.ts";
import type { PageForm } from "../support/page-forms.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

let running: RunningApp;
let client: AttackClient;
let browser: Browser;

beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());
beforeEach(async (context) => {
  browser = createBrowser();
  client = await createAttackClient(running, { client_name: context.task.id });
});

const location = (index: number): { readonly id: string; readonly name: string } => {
  const found = running.sandbox.locations[index];
  if (found === undefined) throw new Error(`the sandbox has no location ${index}`);
  return found;
};

const openGrants = (visitor: Browser): Promise<Page> => visitor.get(`${running.publicUrl}/grants`);

const formsTo = (page: Page, action: string): readonly PageForm[] =>
  page.forms.filter((form) => form.action === action);

/** Submits the form of the page that has this field, after changing fields. */
const submit = async (
  visitor: Browser,
  page: Page,
  action: string,
  fields: FormInput = {},
): Promise<Page> => {
  const [form] = formsTo(page, action);
  if (form === undefined) throw new Error(`no form for ${action}:\n${page.body}`);
  return visitor.submitForm(page, { form, fields });
};

const ACTIONS = ["/grants/revoke", "/connections/disconnect", "/sign-out"];

it("V06: ends a grant from the page, with all its tokens, and writes it to the audit log", async () => {
  const tokens = await client.obtain({ browser, choose: location(0).id });
  const page = await openGrants(browser);
  const revoke = formsTo(page, "/grants/revoke").find((form) => form.fields["grant"] !== undefined);
  const grantId = String(revoke?.fields["grant"]);
  expect(await probe(running, tokens.access_token)).toBe(200);

  const done = await submit(browser, page, "/grants/revoke");
  expect([done.status, done.url.pathname]).toEqual([200, "/grants"]);
  expect(done.body).toContain("The access has ended.");
  expect(formsTo(done, "/grants/revoke").map((form) => form.fields["grant"])).not.toContain(
    grantId,
  );
  expect(await probe(running, tokens.access_token)).toBe(401);
  const refreshed = await client.refresh(tokens.refresh_token);
  expect([refreshed.status, refreshed.json?.["error"]]).toEqual([400, "invalid_grant"]);
  const line = running.logLines.find((one) => one.includes('"audit":"grant_revoked"'));
  expect(line).toContain(grantId);
  expect(line).not.toContain(tokens.access_token);
});

it("V06: disconnects an account: every grant on it ends, GoHighLevel's tokens are gone, others stay", async () => {
  const other = createBrowser();
  const kept = await client.obtain({ browser: other, choose: location(1).id });
  const mine = await client.obtain({ browser, choose: location(0).id });
  // somebody else's grant on the same account, given in another browser
  const theirs = await client.obtain({ choose: location(0).id });
  const connections = countRows(running.databasePath, "connection");

  const page = await openGrants(browser);
  expect(page.body).toContain(location(0).name);
  expect(page.body).not.toContain(location(1).name);
  const done = await submit(browser, page, "/connections/disconnect");
  expect(done.body).toContain("The account is disconnected.");

  expect(countRows(running.databasePath, "connection")).toBe(connections - 1);
  for (const tokens of [mine, theirs]) {
    expect(await probe(running, tokens.access_token)).toBe(401);
    expect((await client.refresh(tokens.refresh_token)).status).toBe(400);
  }
  expect(await probe(running, kept.access_token)).toBe(200);
  expect(running.logLines.join("\n")).toContain('"audit":"connection_removed"');
  const consent = await openConsent(browser, client);
  expect(consent.forms[0]?.choices["connection"]).toBeUndefined();
  expect(consent.body).not.toContain("You allowed this before");
});

it.each([
  ["without a token", { csrf: null }],
  ["with a wrong token", { csrf: "x".repeat(43) }],
])("V06: changes nothing for a form %s", async (_name, fields) => {
  const tokens = await client.obtain({ browser, choose: location(0).id });
  const page = await openGrants(browser);
  for (const action of ACTIONS) {
    const answer = await submit(browser, page, action, fields);
    expect([answer.status, answer.headers.has("set-cookie")]).toEqual([403, false]);
  }
  expect(await probe(running, tokens.access_token)).toBe(200);
  expect((await openGrants(browser)).body).toContain("Your accounts");
});

it("V06: changes nothing for a form that another site posts, or of another person's session", async () => {
  const tokens = await client.obtain({ browser, choose: location(0).id });
  const other = createBrowser();
  await signInPlainly(running, other, location(1).id);
  const page = await openGrants(browser);
  const foreign = await openGrants(other);
  for (const action of ACTIONS) {
    const fields = formsTo(page, action)[0]?.fields ?? {};
    const target = running.publicUrl + action;
    expect((await browser.post(target, fields, { from: EVIL })).status).toBe(403);
    expect((await createBrowser().post(target, fields, { from: page })).status).toBe(403);
    // the attacker's own token in the victim's browser
    const csrf = String(formsTo(foreign, "/sign-out")[0]?.fields["csrf"]);
    expect((await browser.post(target, { ...fields, csrf }, { from: page })).status).toBe(403);
  }
  expect(await probe(running, tokens.access_token)).toBe(200);
  expect(formsTo(await openGrants(browser), "/grants/revoke").length).toBeGreaterThan(0);
});

it("V06: changes nothing when the addresses of the forms are opened", async () => {
  const tokens = await client.obtain({ browser, choose: location(0).id });
  const page = await openGrants(browser);
  for (const action of ACTIONS) {
    const address = new URL(action, running.publicUrl);
    for (const [name, value] of Object.entries(formsTo(page, action)[0]?.fields ?? {})) {
      address.searchParams.set(name, String(value));
    }
    expect((await browser.get(address)).status).toBe(405);
  }
  expect(await probe(running, tokens.access_token)).toBe(200);
});

it("N05: answers 404 for another person's grant or account, as for one that never was", async () => {
  const victims = createBrowser();
  const tokens = await client.obtain({ browser: victims, choose: location(0).id });
  const victimsPage = await openGrants(victims);
  const grant = String(formsTo(victimsPage, "/grants/revoke")[0]?.fields["grant"]);
  const connection = String(
    formsTo(victimsPage, "/connections/disconnect")[0]?.fields["connection"],
  );
  await client.obtain({ browser, choose: location(1).id });
  const page = await openGrants(browser);
  expect(page.body).not.toContain(grant);
  expect(page.body).not.toContain(connection);

  const shapes = new Set<string>();
  for (const id of [grant, "unknown", "", "__proto__"]) {
    const answer = await submit(browser, page, "/grants/revoke", { grant: id });
    expect([answer.status, answer.headers.has("location")]).toEqual([404, false]);
    shapes.add(answer.body.replace(answer.headers.get("x-request-id") ?? "?", "ID"));
  }
  expect(shapes.size).toBe(1);
  for (const id of [connection, "unknown"]) {
    const answer = await submit(browser, page, "/connections/disconnect", { connection: id });
    expect(answer.status).toBe(404);
  }
  expect(await probe(running, tokens.access_token)).toBe(200);
});

it("N05: shows who has access to what, in words and by name, only to whoever allowed it", async () => {
  const named = await createAttackClient(running, { client_name: "Night Desk" });
  await named.obtain({
    browser,
    choose: location(0).id,
    parameters: { scope: "read area:contacts area:calendars" },
  });
  const page = await openGrants(browser);
  for (const text of [
    "Night Desk",
    "reading, in Contacts, Calendars",
    location(0).name,
    "Last used",
    "127.0.0.1:46001",
  ]) {
    expect(page.body).toContain(text);
  }
  const stranger = await openGrants(createBrowser());
  expect(stranger.status).toBe(200);
  expect(stranger.body).toContain("Sign in to see");
  expect(stranger.body).not.toContain("Night Desk");
});

it("gives each sign-in a new session, so that a planted cookie is worth nothing after it", async () => {
  const SESSION = "__Host-ghlmcp-session";
  await signInPlainly(running, browser, location(0).id);
  const jar = browser.cookiesFor(running.publicUrl) as Map<string, string>;
  const planted = jar.get(SESSION) ?? "";
  await signInPlainly(running, browser, location(0).id);
  expect(jar.get(SESSION)).not.toBe(planted);
  const attacker = createBrowser();
  (attacker.cookiesFor(running.publicUrl) as Map<string, string>).set(SESSION, planted);
  expect((await openGrants(attacker)).body).toContain("Sign in to see");
  const rows = readRows(running.databasePath, "person_session");
  expect(JSON.stringify(rows)).not.toContain(jar.get(SESSION));
});

it("signs out here and in the store: the cookie does not work again", async () => {
  const SESSION = "__Host-ghlmcp-session";
  await signInPlainly(running, browser, location(0).id);
  const jar = browser.cookiesFor(running.publicUrl) as Map<string, string>;
  const token = jar.get(SESSION) ?? "";
  const done = await submit(browser, await openGrants(browser), "/sign-out");
  expect(done.body).toContain("You are signed out in this browser.");
  expect(jar.has(SESSION)).toBe(false);
  jar.set(SESSION, token);
  expect((await openGrants(browser)).body).toContain("Sign in to see");
});

it("lets a signed-in person continue with the account, at once and without GoHighLevel's page", async () => {
  await signInPlainly(running, browser, location(0).id);
  running.sandbox.control.clearRequests();
  const { url, verifier } = client.request({ scope: "read" });
  const page = await browser.get(url);
  const choices = page.forms[0]?.choices["connection"] ?? [];
  expect(choices.map((choice) => choice.label.split(/ (?:You|The) /u)[0])).toEqual([
    `Continue with ${location(0).name}`,
    "Choose another account at GoHighLevel",
  ]);
  const done = await browser.submitForm(page, {
    button: "approve",
    stop: (target) => target.href.startsWith(client.redirectUri),
  });
  const code = done.stoppedAt?.searchParams.get("code") ?? "";
  expect(done.stoppedAt?.searchParams.getAll("iss")).toEqual([running.publicUrl]);
  const asked = running.sandbox.control.requests().map((request) => request.path);
  expect(asked.filter((path) => path.includes("oauth"))).toEqual([]);
  const tokens = await client.redeem({ code, verifier });
  expect(tokens.json?.["scope"]).toBe("read");
  expect(await probe(running, String(tokens.json?.["access_token"]))).toBe(200);
});

it("offers no account that needs a new sign-in", async () => {
  const own = await startApp();
  try {
    await signInPlainly(own, browser);
    const reader = await createAttackClient(own);
    const before = await openConsent(browser, reader);
    expect(before.forms[0]?.choices["connection"]).toHaveLength(2);
    own.sandbox.control.revokeRefreshTokens();
    own.sandbox.control.expireAccessTokens();
    const [connection] = await own.app.upstream.listConnections();
    if (connection !== undefined) await own.app.upstream.refreshNow(connection.id);
    expect((await own.app.upstream.listConnections())[0]?.status).toBe("needs_reauth");
    const after = await openConsent(browser, reader);
    expect(after.forms[0]?.choices["connection"]).toBeUndefined();
    const answer = await browser.submitForm(before, { button: "approve", stop: () => true });
    expect([answer.status, answer.stoppedAt]).toEqual([400, undefined]);
    const grants = await browser.get(`${own.publicUrl}/grants`);
    expect(grants.body).toContain("GoHighLevel no longer accepts this sign-in.");
    expect(countRows(own.databasePath, "grant")).toBe(0);
  } finally {
    await own.close();
  }
});
