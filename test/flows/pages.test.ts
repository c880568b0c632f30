import { statSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type AttackClient,
  callTool,
  createAttackClient,
  toAttackClient,
} from "../support/attack-client.ts";
import { findAccessibilityProblems } from "../support/axe.ts";
import { createBrowser } from "../support/browser.ts";
import { isChromiumMissing, keepScreenshot, launchChromium } from "../support/chromium.ts";
import { openConsent } from "../support/consent-visit.ts";
import { type MetadataHost, startMetadataHost } from "../support/metadata-host.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

const DOCUMENT = "https://claude.ai/oauth/mcp-oauth-client-metadata";
const CALLBACK = "https://claude.ai/api/mcp/auth_callback";

const skipped = isChromiumMissing();

let host: MetadataHost;
let running: RunningApp;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let claude: AttackClient;
let desk: AttackClient;
let accessToken: string;

beforeAll(async () => {
  if (skipped) return;
  host = await startMetadataHost(["claude.ai"]);
  host.serveJson("claude.ai", "/oauth/mcp-oauth-client-metadata", {
    client_id: DOCUMENT,
    client_name: "Claude",
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: "none",
  });
  [running, browser] = await Promise.all([
    startApp({ clientDocuments: host.settings }),
    launchChromium(),
  ]);
  claude = toAttackClient(running, {
    client_id: DOCUMENT,
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: "none",
  });
  desk = await createAttackClient(running, { client_name: "Desk Assistant" });
  context = await browser.newContext({ javaScriptEnabled: true });
  // clients' own pages are not ours to look at
  await context.route(`${CALLBACK}*`, (route) => route.fulfill({ body: "back at the client" }));
  page = await context.newPage();
});
afterAll(async () => {
  if (skipped) return;
  await browser.close();
  await running.close();
  await host.close();
});
beforeEach(async () => {
  if (!skipped) await page.setViewportSize({ width: 1000, height: 900 });
});

const press = (name: string): Promise<void> => page.getByRole("button", { name }).first().click();

const openClaude = (scope = "read write"): Promise<unknown> =>
  page.goto(claude.request({ scope }).url.href);

/**
 * Looks at the page that is open: axe in light and dark, and no sideways scrolling on a phone. Of the
 * error pages, which differ in their words alone, one picture is enough.
 */
const inspect = async (name: string): Promise<void> => {
  await page.emulateMedia({ colorScheme: "light" });
  expect({ name, problems: await findAccessibilityProblems(page) }).toEqual({ name, problems: [] });
  expect(statSync(await keepScreenshot(page, `${name}-light`)).size).toBeGreaterThan(5000);
  await page.emulateMedia({ colorScheme: "dark" });
  // all that the color scheme changes is colors
  const dark = await findAccessibilityProblems(page, ["color-contrast"]);
  expect({ name, dark }).toEqual({ name, dark: [] });
  const isError = name.startsWith("error-");
  if (!isError) await keepScreenshot(page, `${name}-dark`);
  await page.emulateMedia({ colorScheme: "light" });
  for (const width of [320, 390]) {
    await page.setViewportSize({ width, height: 844 });
    const shown = await page.evaluate("document.documentElement.scrollWidth");
    expect({ name, shown }).toEqual({ name, shown: width });
  }
  if (!isError) await keepScreenshot(page, `${name}-narrow`);
};

/** In the order of a person's way: later pages need what earlier ones did. */
const PAGES: readonly (readonly [string, () => Promise<unknown>])[] = [
  [
    "home",
    async () => {
      await page.goto(running.publicUrl);
      for (const client of ["Claude Code", "VS Code"]) {
        await page.locator("summary", { hasText: client }).click();
      }
      // one at a time, without a script
      expect(await page.locator("details[open] summary").allInnerTexts()).toEqual(["VS Code"]);
      expect(await page.innerText("dl.facts")).toContain("works: calls are answered");
    },
  ],
  ["grants-signed-out", () => page.goto(`${running.publicUrl}/grants`)],
  ["activity-signed-out", () => page.goto(`${running.publicUrl}/activity`)],
  ["usage-signed-out", () => page.goto(`${running.publicUrl}/usage`)],
  ["connections-signed-out", () => page.goto(`${running.publicUrl}/connections`)],
  ["consent", () => openClaude()],
  ["consent-loopback", () => page.goto(desk.request({ scope: "read area:contacts" }).url.href)],
  [
    "consent-nothing-chosen",
    async () => {
      await page.goto(desk.request({ scope: "read area:contacts" }).url.href);
      await page.getByLabel("Contacts").uncheck();
      await press("Approve");
    },
  ],
  ["private-token", () => page.goto(`${running.publicUrl}/oauth/private-token`)],
  [
    "private-token-refused",
    async () => {
      await page.goto(`${running.publicUrl}/oauth/private-token`);
      await page.getByLabel("Location id").fill(running.sandbox.locations[0]?.id ?? "");
      await page.getByLabel("Private integration token").fill("pit-not-known-to-anybody");
      await press("Connect");
    },
  ],
  [
    "consent-token-refused",
    async () => {
      await openClaude("read");
      await page.getByText("Use a private integration token instead").click();
      await page.getByLabel("Location id").fill(running.sandbox.locations[0]?.id ?? "");
      await press("Approve with this token");
      expect(await page.getByRole("alert").innerText()).toContain("Enter the location id");
    },
  ],
  [
    "claim",
    async () => {
      running.sandbox.control.dropState(true);
      await page.goto(`${running.publicUrl}/oauth/authorize`);
      await press("Allow access");
      running.sandbox.control.dropState(false);
      expect(new URL(page.url()).pathname).toBe("/oauth/claim");
    },
  ],
  ["claim-left", () => press("Leave it")],
  [
    "connected",
    async () => {
      await page.goto(`${running.publicUrl}/oauth/authorize`);
      await press("Allow access");
      expect(new URL(page.url()).pathname).toBe("/connections");
    },
  ],
  ["consent-signed-in", () => openClaude()],
  [
    "grants",
    async () => {
      const { url, verifier } = claude.request({ scope: "read write" });
      await page.goto(url.href);
      await press("Approve");
      await page.waitForURL(`${CALLBACK}*`);
      const code = new URL(page.url()).searchParams.get("code") ?? "";
      const tokens = await claude.redeem({ code, verifier });
      expect(tokens.status).toBe(200);
      accessToken = String(tokens.json?.["access_token"]);
      await page.goto(`${running.publicUrl}/grants`);
      expect(await page.innerText("h2")).toBe("claude.ai");
    },
  ],
  [
    "activity",
    async () => {
      await page.goto(`${running.publicUrl}/activity`);
      await page.getByLabel("Client").selectOption({ label: "claude.ai" });
      await press("Show");
      expect(new URL(page.url()).searchParams.get("client")).toBe(DOCUMENT);
      expect(await page.getByRole("heading", { level: 2 }).allInnerTexts()).toEqual([
        "A client was let in",
      ]);
    },
  ],
  ["activity-all", () => page.goto(`${running.publicUrl}/activity`)],
  ["usage-nothing", () => page.goto(`${running.publicUrl}/usage`)],
  [
    "usage",
    async () => {
      const tool = { name: "get_contact", arguments: { contact_id: "zzzzzzzzzzzzzzzzzzzz" } };
      await callTool(running, accessToken, { name: "search_contacts", arguments: { query: "a" } });
      await callTool(running, accessToken, tool);
      await page.goto(`${running.publicUrl}/usage`);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.innerText")).toBe("Last 30 days");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/usage?span=month");
      // the chart, to a screen reader
      const chart = page.getByRole("img", { name: /^Calls per day: /u });
      expect(await chart.count()).toBe(1);
      for (let tab = 0; tab < 3; tab += 1) await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      const rows = await page.getByRole("row").allInnerTexts();
      expect(rows.at(-1)).toMatch(/\t2\t1 refused$/u);
    },
  ],
  [
    "connections",
    async () => {
      running.sandbox.control.limitScopes(
        running.config.scopes.filter((scope) => !scope.startsWith("opportunities")),
      );
      await page.goto(`${running.publicUrl}/connections`);
      await press("Reconnect");
      await press("Allow access");
      running.sandbox.control.limitScopes(undefined);
      expect(await page.innerText("main")).toContain("connected again, with new tokens");
      expect(await page.innerText("main")).toContain("creating, moving and closing opportunities");
      await page.getByText("Granted scopes").click();
    },
  ],
  [
    "connections-disconnect",
    async () => {
      await press("Disconnect");
      await page.getByLabel("Uninstall the app").check();
    },
  ],
  [
    "consent-allowed-before",
    async () => {
      await openClaude();
      expect(await page.innerText("main")).toContain("You allowed this before");
      await page.getByText("Change what it may do").click();
    },
  ],
  [
    "grants-disconnect",
    async () => {
      await page.goto(`${running.publicUrl}/grants`);
      await page.getByText("Disconnect", { exact: false }).first().click();
    },
  ],
  ["grants-revoked", () => press("Revoke")],
  [
    "connected-agency",
    async () => {
      await page.goto(`${running.publicUrl}/oauth/authorize`);
      await page.getByRole("radio").last().check();
      await press("Allow access");
    },
  ],
  ["consent-agency", () => openClaude()],
  [
    "signed-out",
    async () => {
      await page.goto(`${running.publicUrl}/connections`);
      await press("Disconnect");
      await page.getByLabel("Uninstall the app").check();
      await press("Disconnect");
      expect(await page.innerText("main")).toContain("GoHighLevel has uninstalled the app.");
      await page.goto(`${running.publicUrl}/grants`);
      await press("Sign out");
    },
  ],
  ["error-gone", () => page.goto(`${running.publicUrl}/oauth/consent?transaction=gone`)],
  ["error-unknown-client", () => page.goto(`${running.publicUrl}/oauth/authorize?client_id=none`)],
  [
    "error-redirect-uri",
    () => page.goto(desk.request({ redirect_uri: "https://evil.example/cb" }).url.href),
  ],
  ["error-used-sign-in", () => page.goto(`${running.publicUrl}/oauth/callback?state=used&code=x`)],
  [
    "error-wrong-browser",
    async () => {
      const other = createBrowser();
      const consent = await openConsent(other, desk);
      const left = await other.submitForm(consent, {
        button: "approve",
        stop: (url) => url.origin !== running.publicUrl,
      });
      await page.goto(left.stoppedAt?.href ?? "");
      await press("Allow access");
      expect(await page.innerText("h1")).toContain("another browser");
    },
  ],
  [
    "error-cancelled",
    async () => {
      await page.goto(`${running.publicUrl}/oauth/authorize`);
      await press("Cancel");
    },
  ],
  ["error-not-found", () => page.goto(`${running.publicUrl}/no-such-page`)],
];

describe.skipIf(skipped)("every page, in Chromium", () => {
  it.each(PAGES)(
    "%s has no finding of axe, in light, in dark and on a phone",
    async (name, open) => {
      await open();
      expect(new URL(page.url()).origin).toBe(running.publicUrl);
      await inspect(name);
    },
  );
});
