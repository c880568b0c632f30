import { createServer, type Server } from "node:http";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AttackClient, createAttackClient } from "../support/attack-client.ts";
import { isChromiumMissing, launchChromium } from "../support/chromium.ts";
import { findFreePort } from "../support/free-port.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** Where only a real browser can tell: what its policy lets a form's redirects do, and its cookie jar. */

const CURSOR = "cursor://anysphere.cursor-mcp/oauth/callback";
const skipped = isChromiumMissing();

let running: RunningApp;
let browser: Browser;
let context: BrowserContext;
let client: AttackClient;
let callback: string;
let callbackServer: Server;

beforeAll(async () => {
  if (skipped) return;
  const port = await findFreePort();
  callback = `http://localhost:${port}/cb`;
  callbackServer = createServer((_req, res) => {
    res.setHeader("content-type", "text/html");
    res.end("<!doctype html><title>client</title>");
  });
  await new Promise<void>((resolve) => callbackServer.listen(port, "127.0.0.1", resolve));
  [running, browser] = await Promise.all([startApp(), launchChromium()]);
  client = await createAttackClient(running, { redirect_uris: [callback, CURSOR] });
});
afterAll(async () => {
  if (skipped) return;
  await browser.close();
  callbackServer.closeAllConnections();
  callbackServer.close();
  await running.close();
});
beforeEach(async () => {
  if (!skipped) context = await browser.newContext();
});
afterEach(async () => {
  if (!skipped) await context.close();
});

/** Every address that the page asked for, and every complaint of the browser. */
const watch = (page: Page): { readonly asked: string[]; readonly complaints: string[] } => {
  const seen = { asked: [] as string[], complaints: [] as string[] };
  page.on("request", (request) => seen.asked.push(request.url()));
  page.on("console", (message) => {
    if (message.type() === "error") seen.complaints.push(message.text());
  });
  return seen;
};

const approve = async (page: Page, redirectUri: string): Promise<void> => {
  await page.goto(client.request({ redirect_uri: redirectUri }).url.href);
  await page.getByRole("button", { name: "Approve" }).click();
};

const allow = (page: Page): Promise<void> =>
  page.getByRole("button", { name: "Allow access" }).click();

describe.skipIf(skipped)("in Chromium", () => {
  it("B02: ends at http://localhost after the sign-in, and without one for a signed-in person", async () => {
    const page = await context.newPage();
    const { complaints } = watch(page);
    await approve(page, callback);
    await allow(page);
    await page.waitForURL(`${callback}?*`);
    expect(new URL(page.url()).searchParams.has("code")).toBe(true);
    await approve(page, callback);
    await page.waitForURL(`${callback}?*`);
    expect(new URL(page.url()).searchParams.has("code")).toBe(true);
    expect(complaints).toEqual([]);
  });

  it("B02: ends at an application's own scheme, both ways", async () => {
    // A page of its own each time, as applications open them: the browser may still be asking whether
    // to start the application when the next request comes.
    for (const finish of [allow, async () => {}]) {
      const page = await context.newPage();
      const { asked, complaints } = watch(page);
      const arrivals = (): string[] => asked.filter((url) => url.startsWith(`${CURSOR}?`));
      await approve(page, CURSOR);
      await finish(page);
      await expect.poll(() => arrivals().length).toBe(1);
      for (const url of arrivals()) expect(new URL(url).searchParams.has("code")).toBe(true);
      expect(complaints.filter((text) => text.includes("Content Security Policy"))).toEqual([]);
    }
  });

  it("B11: keeps our cookies with every restriction that the prefix promises", async () => {
    const page = await context.newPage();
    await approve(page, callback);
    await allow(page);
    await page.waitForURL(`${callback}?*`);
    const cookies = await context.cookies(running.publicUrl);
    expect(cookies.map((cookie) => cookie.name.replace(/-[\w-]{8}$/u, "")).toSorted()).toEqual([
      "__Host-ghlmcp-browser",
      "__Host-ghlmcp-session",
    ]);
    for (const cookie of cookies) {
      expect(cookie).toMatchObject({
        domain: "localhost",
        path: "/",
        httpOnly: true,
        secure: true,
        sameSite: "Lax",
      });
    }
  });

  it("B11: cannot be given a session by a script or by a cookie without the prefix's rules", async () => {
    const page = await context.newPage();
    await page.goto(callback);
    await page.evaluate(
      `document.cookie = "__Host-ghlmcp-session=ghlmcp_ps_planted; Path=/; Domain=localhost"`,
    );
    await page.evaluate(`document.cookie = "__Host-ghlmcp-session=ghlmcp_ps_planted; Path=/cb"`);
    expect(await context.cookies(running.publicUrl)).toEqual([]);
  });
});
