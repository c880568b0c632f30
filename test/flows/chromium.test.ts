import { statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import {
  StreamableHTTPClientTransport,
  Client,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isChromiumMissing, keepScreenshot, launchChromium } from "../support/chromium.ts";
import { findFreePort } from "../support/free-port.ts";
import { createOAuthProvider, type MemoryOAuthProvider } from "../support/oauth-client.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

let running: RunningApp;
let browser: Browser;
let callbackServer: Server;
let provider: MemoryOAuthProvider;
const callbacks: URL[] = [];

const skipped = isChromiumMissing();

beforeAll(async () => {
  if (skipped) return;
  const port = await findFreePort();
  provider = createOAuthProvider("Desk Assistant", `http://localhost:${port}/callback`);
  callbackServer = createServer((req, res) => {
    callbacks.push(new URL(req.url ?? "/", provider.redirectUrl));
    res.setHeader("content-type", "text/html");
    res.end("<!doctype html><title>client</title><p>Signed in. You may close this page.</p>");
  });
  await new Promise<void>((resolve) => callbackServer.listen(port, "127.0.0.1", resolve));
  [running, browser] = await Promise.all([startApp(), launchChromium()]);
});

afterAll(async () => {
  if (skipped) return;
  await browser.close();
  callbackServer.closeAllConnections();
  callbackServer.close();
  await running.close();
});

const transport = (): StreamableHTTPClientTransport =>
  new StreamableHTTPClientTransport(running.mcpUrl, { authProvider: provider });

const connect = async (): Promise<Client> => {
  const client = new Client({ name: "chromium-flow", version: "1.0.0" });
  await client.connect(transport());
  return client;
};

describe.skipIf(skipped)("sign-in with a real browser", () => {
  it("goes through consent and GoHighLevel's page, without JavaScript, to the client", async () => {
    await expect(connect()).rejects.toBeInstanceOf(UnauthorizedError);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });

    await page.goto(provider.authorizationUrl().href);
    expect(new URL(page.url()).pathname).toBe("/oauth/consent");
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toContain("Desk Assistant");
    expect(statSync(await keepScreenshot(page, "consent")).size).toBeGreaterThan(10_000);
    await page.getByLabel("Read only").check();
    await page.getByRole("button", { name: "Approve" }).click();

    expect(new URL(page.url()).origin).toBe(running.sandbox.baseUrl);
    expect(statSync(await keepScreenshot(page, "sandbox-sign-in")).size).toBeGreaterThan(10_000);
    await page.getByRole("radio").nth(1).check();
    await page.getByRole("button", { name: "Allow access" }).click();

    await page.waitForURL(`${provider.redirectUrl}*`);
    expect(await page.innerText("p")).toBe("Signed in. You may close this page.");
    expect(problems).toEqual([]);
    await context.close();
  });

  it("gives the client a token of the access level that the person chose", async () => {
    const [callback] = callbacks;
    expect(callback?.searchParams.get("state")).toBe(provider.expectedState());
    await transport().finishAuth(callback?.searchParams ?? new URLSearchParams());
    expect(provider.currentTokens()?.["scope"]).toBe("read");
    const client = await connect();
    const names = (await client.listTools()).tools.map((tool) => tool.name);
    expect(names).toContain("search_contacts");
    expect(names).not.toContain("create_contact");
    await client.close();
  });

  it("sends a refusal back to the client as access_denied, with state and issuer", async () => {
    const page = await browser.newPage();
    const url = new URL(provider.authorizationUrl());
    url.searchParams.set("state", "another");
    await page.goto(url.href);
    await page.getByRole("button", { name: "Deny" }).click();
    await page.waitForURL(`${provider.redirectUrl}*`);
    const denied = new URL(page.url()).searchParams;
    expect(denied.get("error")).toBe("access_denied");
    expect(denied.get("state")).toBe("another");
    expect(denied.getAll("iss")).toEqual([running.publicUrl]);
    expect(denied.has("code")).toBe(false);
    await page.close();
  });
});
