import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type AttackClient,
  callTool,
  createAttackClient,
  toTokens,
} from "../support/attack-client.ts";
import { type Browser, createBrowser, type FormInput, type Page } from "../support/browser.ts";
import { startCli } from "../support/cli-process.ts";
import { openConsent, signInPlainly, statusOf } from "../support/consent-visit.ts";
import { findFreePort } from "../support/free-port.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** Connecting by a private integration token, with a marketplace app beside it and without one. */

const FORM = "/oauth/private-token";

let withApp: RunningApp;
let withoutApp: RunningApp;

beforeAll(async () => {
  withApp = await startApp();
  withoutApp = await startApp({ sandbox: withApp.sandbox, hasApp: false });
});
afterAll(async () => {
  await withoutApp.close();
  await withApp.close();
});

let browser: Browser;
let here: string;
let there: string;
beforeEach(() => {
  browser = createBrowser();
  const [first, second] = withApp.sandbox.locations;
  [here, there] = [first?.id ?? "", second?.id ?? ""];
});

const pit = (location: string): string => withApp.sandbox.privateTokens.get(location) ?? "";
const nameOf = (id: string): string =>
  withApp.sandbox.locations.find((one) => one.id === id)?.name ?? "";
const entry = (token: string, location = here): FormInput => ({
  private_token: token,
  private_location: location,
});
const atClient = (client: AttackClient) => (url: URL) => url.href.startsWith(client.redirectUri);
const connections = (running: RunningApp) => running.app.upstream.listConnections();

/** Tokens must be nowhere but in the vault. */
const expectSecret = (running: RunningApp, token: string, ...pages: readonly Page[]): void => {
  for (const page of pages) {
    expect(page.body).not.toContain(token);
    expect(`${page.url.href} ${page.stoppedAt?.href ?? ""}`).not.toContain(token);
  }
  expect(running.logLines.join("\n")).not.toContain(token);
};

describe.each([
  ["with an app", () => withApp, "private_token"],
  ["without an app", () => withoutApp, "approve"],
])("on the consent page, %s", (_name, get, button) => {
  it("a token serves the client at once, and is offered in one click the next time", async () => {
    const running = get();
    const client = await createAttackClient(running);
    const { url, verifier } = client.request({ scope: "read" });
    const consent = await browser.get(url);
    const token = pit(here);
    const back = await browser.submitForm(consent, {
      button,
      fields: entry(` ${token} `, ` ${here}\t`),
      stop: atClient(client),
    });
    expectSecret(running, token, consent, back);
    const code = back.stoppedAt?.searchParams.get("code") ?? "";
    const { access_token: access } = toTokens(await client.redeem({ code, verifier }));
    const listed = await callTool(running, access, { name: "list_locations", arguments: {} });
    expect(listed.text).toContain(here);
    expect(listed.text).not.toContain(there);

    const again = await openConsent(browser, client, { scope: "read" });
    expect(again.body).toContain("by a private integration token");
    const once = await browser.submitForm(again, { button: "approve", stop: atClient(client) });
    expect(once.stoppedAt?.searchParams.has("code")).toBe(true);
  });

  it.each<[string, () => FormInput, number, RegExp]>([
    ["an agency's", () => entry(withApp.sandbox.agencyPrivateToken), 400, /token of an agency/u],
    ["another location's", () => entry(pit(there)), 400, /does not belong to this location/u],
    ["unknown", () => entry("pit-00000000-0000"), 400, /does not accept the token/u],
    ["no token at all", () => entry("secret-of-another-kind"), 400, /starts with “pit-”/u],
    ["for no location", () => entry(pit(here), ""), 400, /not a location id/u],
  ])(
    "a token that is %s is refused, and the request stays open",
    async (_what, fields, status, text) => {
      const running = get();
      const client = await createAttackClient(running);
      const before = await connections(running);
      const page = await openConsent(browser, client, { scope: "write" });
      const refused = await browser.submitForm(page, {
        button,
        fields: { ...fields(), access: "read" },
        stop: atClient(client),
      });
      expect(refused.stoppedAt).toBeUndefined();
      expect(refused.status).toBe(status);
      expect(refused.body).toMatch(text);
      expectSecret(running, String(fields()["private_token"]), refused);
      expect(statusOf(running, page)).toBe("open");
      expect(await connections(running)).toEqual(before);
      // The level that was chosen is still chosen, and the location need not be typed again.
      expect(refused.forms[0]?.fields["access"]).toBe("read");
      expect(refused.forms[0]?.fields["private_location"]).toBe(fields()["private_location"]);
      expect(refused.forms[0]?.fields["private_token"]).toBe("");

      const back = await browser.submitForm(refused, {
        button,
        fields: entry(pit(here)),
        stop: atClient(client),
      });
      expect(back.stoppedAt?.searchParams.has("code")).toBe(true);
    },
  );

  it("a GoHighLevel that is down is named, and nothing is kept", async () => {
    const running = get();
    const client = await createAttackClient(running);
    running.sandbox.control.misbehave({
      pathPrefix: "/locations/",
      count: 1,
      how: { kind: "status", status: 503 },
    });
    const before = await connections(running);
    const page = await browser.submitForm(await openConsent(browser, client), {
      button,
      fields: entry(pit(there), there),
    });
    expect(page.status).toBe(503);
    expect(page.body).toContain("GoHighLevel does not answer");
    expect(await connections(running)).toEqual(before);
  });

  it("asks for a token where none was entered", async () => {
    const running = get();
    const client = await createAttackClient(running);
    const page = await browser.submitForm(await openConsent(browser, client), { button });
    expect(page.status).toBe(400);
    expect(page.body).toContain("Enter the location id and the private integration token");
  });
});

describe("ghl-mcp serve with GHL_MODE=live and no app", () => {
  it("serves, and connects people by their own tokens", async () => {
    const port = String(await findFreePort());
    const cwd = mkdtempSync(join(tmpdir(), "ghl-mcp-live-"));
    const env = { GHL_MODE: "live", GHL_BASE_URL: withApp.sandbox.baseUrl, PORT: port };
    const server = startCli(["serve"], { cwd, env });
    try {
      await server.waitForStderr(/serving/u);
      const page = await browser.get(`http://localhost:${port}/oauth/authorize`);
      expect(page.url.pathname).toBe(FORM);
      expect(page.body).not.toContain("Sandbox.");
      const connected = await browser.submitForm(page, { fields: entry(pit(here)) });
      expect(connected.body).toContain(nameOf(here).replaceAll("&", "&amp;"));
      expect(server.stderr()).not.toContain(pit(here));
    } finally {
      server.child.kill("SIGTERM");
      await server.ended;
      rmSync(cwd, { recursive: true, force: true });
    }
  });
});

describe("the plain page", () => {
  it("is where signing in leads without an app, and connects a location to this browser", async () => {
    const page = await browser.get(`${withoutApp.publicUrl}/oauth/authorize`);
    expect(page.url.pathname).toBe(FORM);
    const connected = await browser.submitForm(page, { fields: entry(pit(there), there) });
    expect(connected.url.pathname).toBe("/grants");
    expect(connected.body).toContain(nameOf(there).replaceAll("&", "&amp;"));
    expectSecret(withoutApp, pit(there), page, connected);
  });

  it("replaces the token of a location under the same connection, whose grants go on", async () => {
    const running = withApp;
    const client = await createAttackClient(running);
    const { url, verifier } = client.request({ scope: "read" });
    const back = await browser.submitForm(await browser.get(url), {
      button: "private_token",
      fields: entry(pit(there), there),
      stop: atClient(client),
    });
    const code = back.stoppedAt?.searchParams.get("code") ?? "";
    const { access_token: access } = toTokens(await client.redeem({ code, verifier }));
    const use = async (): Promise<string> =>
      (await callTool(running, access, { name: "search_contacts", arguments: { limit: 1 } })).text;
    expect(await use()).not.toContain("Private Integrations");

    const fresh = running.sandbox.control.rotatePrivateToken(there);
    expect(await use()).toContain(
      "make a new one in the location under Settings, Private Integrations",
    );
    const grants = await browser.get(`${running.publicUrl}/grants`);
    expect(grants.body).toContain("no longer accepts");

    const page = await browser.get(running.publicUrl + FORM);
    await browser.submitForm(page, { fields: entry(fresh, there) });
    expect(await use()).not.toContain("Private Integrations");
  });

  it("leaves a person who is signed in who they are, and keeps their other accounts", async () => {
    await signInPlainly(withApp, browser, here);
    const page = await browser.get(withApp.publicUrl + FORM);
    const connected = await browser.submitForm(page, { fields: entry(pit(there), there) });
    for (const id of [here, there]) {
      expect(connected.body).toContain(nameOf(id).replaceAll("&", "&amp;"));
    }
  });

  it("disconnects like any other account", async () => {
    const page = await browser.get(withApp.publicUrl + FORM);
    const connected = await browser.submitForm(page, { fields: entry(pit(here)) });
    const form = connected.forms.find((one) => one.action === "/connections/disconnect");
    const id = String(form?.fields["connection"]);
    expect(id).toMatch(/^private-/u);
    await browser.submitForm(connected, form === undefined ? {} : { form });
    expect((await connections(withApp)).map((one) => one.id)).not.toContain(id);
  });

  it("takes no form of another site, of another browser, or without its token", async () => {
    const before = await connections(withApp);
    const page = await browser.get(withApp.publicUrl + FORM);
    const csrf = String(page.forms[0]?.fields["csrf"]);
    const target = withApp.publicUrl + FORM;
    const evil = { ...page, url: new URL("https://evil.example/"), headers: new Map() };
    // Another port of this machine is the same site: its posts carry the cookies.
    const neighbour = { ...evil, url: new URL("http://localhost:1/") };
    const answers = [
      await browser.post(target, { csrf, ...entry(pit(here)) }, { from: evil }),
      await browser.post(target, { csrf, ...entry(pit(here)) }, { from: neighbour }),
      await browser.post(target, entry(pit(here)), { from: page }),
      await createBrowser().post(target, { csrf, ...entry(pit(here)) }, { from: page }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(await connections(withApp)).toEqual(before);
  });

  it("stops asking GoHighLevel when somebody tries tokens", async () => {
    const small = await startApp({
      rates: { privateTokenPerAddress: { burst: 3, perSecond: 0.01 } },
      sandbox: withApp.sandbox,
    });
    try {
      const page = await browser.get(small.publicUrl + FORM);
      withApp.sandbox.control.clearRequests();
      const statuses: number[] = [];
      for (let index = 0; index < 5; index += 1) {
        const answer = await browser.submitForm(page, { fields: entry(`pit-guess-${index}000`) });
        statuses.push(answer.status);
      }
      expect(statuses).toEqual([400, 400, 400, 429, 429]);
      expect(withApp.sandbox.control.requests()).toHaveLength(3);
    } finally {
      await small.close();
    }
  });
});
