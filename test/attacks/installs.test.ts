import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type AttackClient,
  callTool,
  createAttackClient,
  toTokens,
} from "../support/attack-client.ts";
import { countRows, readRows } from "../support/attack-store.ts";
import { type Browser, createBrowser, type Page } from "../support/browser.ts";
import { openConsent, signInPlainly } from "../support/consent-visit.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** Installations that come back without a state: from the marketplace, or because GoHighLevel drops it. */

const SESSION = "__Host-ghlmcp-session";
const CLAIM = "__Host-ghlmcp-claim";

let running: RunningApp;
let client: AttackClient;
let victim: Browser;
let attacker: Browser;

beforeAll(async () => {
  running = await startApp({ rates: { installPerAddress: { burst: 1000, perSecond: 1 } } });
});
afterAll(() => running.close());
beforeEach(async () => {
  running.sandbox.control.dropState(false);
  running.sandbox.control.setPkce("ignore");
  client = await createAttackClient(running);
  [victim, attacker] = [createBrowser(), createBrowser()];
});

const location = (index: number) => {
  const found = running.sandbox.locations[index];
  if (found === undefined) throw new Error(`there is no location ${index}`);
  return found;
};

/** GoHighLevel's own installation link: it carries nothing of ours. */
const marketplaceUrl = (): string =>
  `${running.sandbox.authorizeUrl}?${new URLSearchParams({
    response_type: "code",
    client_id: running.sandbox.clientId,
    redirect_uri: running.config.redirectUri,
    scope: running.config.scopes.join(" "),
  }).toString()}`;

const atCallback = (url: URL): boolean => url.href.startsWith(running.config.redirectUri);

/** Installs from the marketplace; the browser stops before our callback, or goes on to where it leads. */
const install = async (
  browser: Browser,
  choose = location(0).id,
  stop?: (url: URL) => boolean,
): Promise<Page> =>
  browser.submitForm(await browser.get(marketplaceUrl()), {
    button: "allow",
    fields: { choice: choose },
    ...(stop === undefined ? {} : { stop }),
  });

const atClient = (url: URL): boolean => url.href.startsWith(client.redirectUri);

/** Approves on the consent page, up to GoHighLevel's page. */
const approve = async (browser: Browser): Promise<Page> =>
  browser.submitForm(await openConsent(browser, client), { button: "approve" });

const counts = () =>
  Object.fromEntries(
    ["connection", "grant", "code", "access_token", "person_session"].map((namespace) => [
      namespace,
      countRows(running.databasePath, namespace),
    ]),
  );

const expectClaimPage = (page: Page, name: string): void => {
  expect(page.status).toBe(200);
  expect(page.url.pathname).toBe("/oauth/claim");
  expect(page.body).toContain(name.replaceAll("&", "&amp;"));
  expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
};

describe("an installation from the marketplace", () => {
  it("U01: lands on a page that names it, and is nothing but an unclaimed record", async () => {
    const before = counts();
    const page = await install(victim);
    expectClaimPage(page, location(0).name);
    expect(counts()).toEqual(before);
    expect(victim.cookiesFor(running.publicUrl).has(SESSION)).toBe(false);
    const unclaimed = await running.app.upstream.installs.list();
    expect(unclaimed.map((one) => one.locationId)).toContain(location(0).id);
    // What lies in the store opens nothing without the master key.
    const [row] = readRows(running.databasePath, "unclaimed_install");
    expect(row?.value).toMatch(/^v1\./u);
  });

  it("U01: is offered by the next consent page in one click once it is claimed", async () => {
    const taken = await victim.submitForm(await install(victim), { button: "take" });
    expect(taken.url.pathname).toBe("/connections");
    expect(taken.body).toContain(location(0).name);
    expect(victim.cookiesFor(running.publicUrl).has(CLAIM)).toBe(false);

    const { url, verifier } = client.request();
    const consent = await victim.get(url);
    expect(consent.body).toContain(`Continue with <bdi>${location(0).name}`);
    const back = await victim.submitForm(consent, { button: "approve", stop: atClient });
    const code = back.stoppedAt?.searchParams.get("code") ?? "";
    const { access_token: token } = toTokens(await client.redeem({ code, verifier }));
    const answer = await callTool(running, token, { name: "list_locations", arguments: {} });
    expect(answer.text).toContain(location(0).id);
  });

  it("U01: of a whole agency is claimed the same way", async () => {
    const page = await install(victim, "company");
    expectClaimPage(page, `an agency with ${running.sandbox.locations.length} locations`);
    const taken = await victim.submitForm(page, { button: "take" });
    expect(taken.body).toContain(`Your agency (${running.sandbox.locations.length} locations)`);
  });

  it("U01: sent to a victim's browser changes nothing there until the victim says so", async () => {
    await signInPlainly(running, victim, location(1).id);
    const session = victim.cookiesFor(running.publicUrl).get(SESSION);
    const before = counts();
    const link = (await install(attacker, location(2).id, atCallback)).stoppedAt;
    const page = await victim.get(link ?? "");
    expectClaimPage(page, location(2).name);
    expect(page.body).toMatch(/If a link from\s+somebody else brought you here/u);
    expect(victim.cookiesFor(running.publicUrl).get(SESSION)).toBe(session);
    expect(counts()).toEqual(before);

    const left = await victim.submitForm(page, { button: "leave" });
    expect(left.body).toContain("Not connected");
    expect((await victim.get(`${running.publicUrl}/oauth/claim`)).status).toBe(404);
    expect(counts()).toEqual(before);
    const grants = await victim.get(`${running.publicUrl}/grants`);
    expect(grants.body).toContain(location(1).name);
    expect(grants.body).not.toContain(location(2).name.replaceAll("&", "&amp;"));
  });

  it("U01: that a victim made through an attacker's link gives the attacker nothing", async () => {
    await install(victim, location(0).id);
    for (const cookies of [[], [[CLAIM, "A".repeat(43)]]]) {
      const thief = createBrowser();
      for (const [name = "", value = ""] of cookies) {
        (thief.cookiesFor(running.publicUrl) as Map<string, string>).set(name, value);
      }
      const page = await thief.get(`${running.publicUrl}/oauth/claim`);
      expect(page.status).toBe(404);
      expect(page.body).not.toContain(location(0).name);
    }
  });

  it("U01: cannot be claimed by another site, without the form's token, or by opening an address", async () => {
    const page = await install(victim, location(0).id);
    const before = counts();
    const target = `${running.publicUrl}/oauth/claim`;
    const csrf = String(page.forms[0]?.fields["csrf"]);
    const evil = { ...page, url: new URL("https://evil.example/"), headers: new Map() };
    // Another port of this machine is the same site: its posts carry the cookies.
    const neighbour = { ...evil, url: new URL("http://localhost:1/") };
    const attempts = [
      await victim.post(target, { decision: "take", csrf }, { from: evil }),
      await victim.post(target, { decision: "take", csrf }, { from: neighbour }),
      await victim.post(target, { decision: "take" }, { from: page }),
      await victim.post(target, { decision: "take", csrf: "x".repeat(43) }, { from: page }),
      await attacker.post(target, { decision: "take", csrf }, { from: page }),
    ];
    expect(attempts.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect((await victim.get(`${target}?decision=take&csrf=${csrf}`)).status).toBe(200);
    expect(counts()).toEqual(before);
    // The form itself is still good.
    expect((await victim.submitForm(page, { button: "take" })).url.pathname).toBe("/connections");
  });
});

describe("a client's sign-in whose state GoHighLevel drops", () => {
  beforeEach(() => running.sandbox.control.dropState(true));

  it("U01: ends at the client after the person has confirmed the account by name", async () => {
    running.sandbox.control.setPkce("verify");
    const { url, verifier } = client.request();
    const chooser = await victim.submitForm(await victim.get(url), { button: "approve" });
    const page = await victim.submitForm(chooser, {
      button: "allow",
      fields: { choice: location(1).id },
      stop: atClient,
    });
    expect(page.stoppedAt).toBeUndefined();
    expectClaimPage(page, location(1).name);
    expect(page.body).toContain("gets the access to it that you approved");
    const back = await victim.submitForm(page, { button: "take", stop: atClient });
    const to = back.stoppedAt?.searchParams;
    expect(to?.get("state")).toBe("af0ifjsldkj");
    expect(to?.getAll("iss")).toEqual([running.publicUrl]);
    const { access_token: token } = toTokens(
      await client.redeem({ code: to?.get("code") ?? "", verifier }),
    );
    const answer = await callTool(running, token, { name: "list_locations", arguments: {} });
    expect(answer.text).toContain(location(1).id);
    const cookies = [...victim.cookiesFor(running.publicUrl).keys()];
    expect(cookies.filter((name) => /login|claim/u.test(name))).toEqual([]);
  });

  it("B05: that an attacker approved goes on in nobody else's browser", async () => {
    const swapped = (await approve(attacker)).url;
    const before = counts();
    const page = await victim.submitForm(await victim.get(swapped), {
      button: "allow",
      fields: { choice: location(1).id },
      stop: atClient,
    });
    expectClaimPage(page, location(1).name);
    expect(page.body).not.toContain("gets the access to it that you approved");
    const taken = await victim.submitForm(page, { button: "take", stop: atClient });
    expect(taken.stoppedAt).toBeUndefined();
    expect(taken.url.pathname).toBe("/connections");
    expect(counts()).toMatchObject({ grant: before["grant"], code: before["code"] });
  });

  it("U01: takes an attacker's code no further than a page that names the attacker's account", async () => {
    const chooser = await approve(victim);
    const link = (await install(attacker, location(2).id, atCallback)).stoppedAt;
    const before = counts();
    const page = await victim.get(link ?? "", { stop: atClient });
    expect(page.stoppedAt).toBeUndefined();
    expectClaimPage(page, location(2).name);
    expect(counts()).toEqual(before);
    // The victim's own sign-in is still open, and is the one that ends at the client.
    const own = await victim.submitForm(chooser, {
      button: "allow",
      fields: { choice: location(1).id },
    });
    expectClaimPage(own, location(1).name);
    const back = await victim.submitForm(own, { button: "take", stop: atClient });
    expect(back.stoppedAt?.searchParams.has("code")).toBe(true);
    const connections = await running.app.upstream.listConnections();
    expect(connections.map((one) => one.locationId)).not.toContain(location(2).id);
  });

  it("U01: refuses an attacker's code at once where GoHighLevel verifies PKCE", async () => {
    running.sandbox.control.setPkce("verify");
    const chooser = await approve(victim);
    const link = (await install(attacker, location(2).id, atCallback)).stoppedAt;
    const page = await victim.get(link ?? "", { stop: atClient });
    expect(page.status).toBe(400);
    expect(page.stoppedAt).toBeUndefined();
    expect(page.body).not.toContain(location(2).name.replaceAll("&", "&amp;"));
    const own = await victim.submitForm(chooser, { button: "allow" });
    expectClaimPage(own, location(0).name);
  });

  it("U01: guesses nothing when two are open, and the account is there for the next click", async () => {
    const [chooser] = [await approve(victim), await approve(victim)];
    const page = await victim.submitForm(chooser, { button: "allow", stop: atClient });
    expect(page.body).not.toContain("gets the access to it that you approved");
    const taken = await victim.submitForm(page, { button: "take", stop: atClient });
    expect(taken.url.pathname).toBe("/connections");
    expect((await openConsent(victim, client)).body).toContain(
      `Continue with <bdi>${location(0).name}`,
    );
  });

  it("U07: shows no code, no token and no cookie of ours on the page or in the log", async () => {
    const stopped = await victim.submitForm(await approve(victim), {
      button: "allow",
      stop: atCallback,
    });
    const code = stopped.stoppedAt?.searchParams.get("code") ?? "";
    const page = await victim.get(stopped.stoppedAt ?? "");
    const claim = victim.cookiesFor(running.publicUrl).get(CLAIM) ?? "";
    expect([code, claim].every((secret) => secret.length > 30)).toBe(true);
    for (const secret of [code, claim]) {
      expect(page.body).not.toContain(secret);
      expect(running.logLines.join("\n")).not.toContain(secret);
    }
  });
});

describe("a flood of callbacks without a state", () => {
  it("U01: is told to wait, and GoHighLevel is not asked any more", async () => {
    const small = await startApp({
      rates: { installPerAddress: { burst: 3, perSecond: 0.01 } },
      sandbox: running.sandbox,
    });
    try {
      running.sandbox.control.clearRequests();
      const pages: Page[] = [];
      for (let index = 0; index < 6; index += 1) {
        pages.push(await victim.get(`${small.publicUrl}/oauth/callback?code=guess-${index}`));
      }
      expect(pages.map(({ status }) => status)).toEqual([400, 400, 400, 429, 429, 429]);
      expect(Number(pages[3]?.headers.get("retry-after"))).toBeGreaterThan(0);
      const asked = running.sandbox.control.requests().filter((one) => one.path === "/oauth/token");
      expect(asked).toHaveLength(3);
      expect(countRows(small.databasePath, "unclaimed_install")).toBe(0);
      expect(countRows(small.databasePath, "install_claim")).toBe(0);
      // A sign-in with its state is no part of the flood.
      const signedIn = await signInPlainly(small, victim, location(0).id);
      expect(signedIn.url.pathname).toBe("/connections");
    } finally {
      await small.close();
    }
  });
});
