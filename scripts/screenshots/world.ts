import type { Browser, Page } from "playwright-core";
import { SETTINGS } from "../../src/config/schema.ts";
import { toEpochSeconds } from "../../src/core/clock.ts";
import { type AttackClient, callTool, toAttackClient } from "../../test/support/attack-client.ts";
import { createFakeClock, type FakeClock } from "../../test/support/clock.ts";
import { createCountingRandom } from "../../test/support/counting-random.ts";
import { registerClient, type Target } from "../../test/support/interop-oauth.ts";
import { type MetadataHost, startMetadataHost } from "../../test/support/metadata-host.ts";
import { type RunningApp, startApp } from "../../test/support/running-app.ts";
import { type Hour, type Job, planWeek } from "./week.ts";

/** Where the server of the pictures says that it is: where `npm start` puts it. */
export const SHOWN_URL = "http://localhost:8000";

/** A server with a week behind it, and a browser whose person it knows. */
export interface World {
  readonly app: RunningApp;
  readonly page: Page;
  /** A client that this person has not let in yet. */
  readonly newcomer: AttackClient;
  close(): Promise<void>;
}

/** A client as the server knows it, and where its browser page is. */
interface Visitor {
  /** Reached where the server really listens. */
  readonly client: AttackClient;
  readonly scope: string;
}

const DAY_SECONDS = 86_400;
/** Of the right form, and of nobody. */
const MISSING = "zzzzzzzzzzzzzzzzzzzz";
/** A Monday. */
const START = toEpochSeconds(Date.UTC(2026, 5, 8, 8, 12) / 1000);
/** Starts the server on its sandbox with a clock of its own, and lets a week of work go by. */
export const openWorld = async (browserOn: (port: number) => Promise<Browser>): Promise<World> => {
  const clock = createFakeClock(START);
  const host = await startMetadataHost(["claude.ai", "chatgpt.com"]);
  const app = await startApp({
    clock,
    random: createCountingRandom("screenshots"),
    clientDocuments: host.settings,
    config: {
      publicUrl: SHOWN_URL,
      redirectUri: `${SHOWN_URL}/oauth/callback`,
      scopes: SETTINGS.GHL_SCOPES.fallback.split(" "),
      accessTokenTtlSeconds: 30 * DAY_SECONDS,
    },
  });
  const browser = await browserOn(app.config.port);
  const page = await openPage(browser);
  const target = { publicUrl: `http://127.0.0.1:${app.config.port}` };
  const [claude, chatgpt, claudeCode, desk] = await Promise.all([
    describeItself(host, target, {
      id: "https://claude.ai/oauth/mcp-oauth-client-metadata",
      name: "Claude",
      callback: "https://claude.ai/api/mcp/auth_callback",
    }),
    describeItself(host, target, {
      id: "https://chatgpt.com/oauth/client.json",
      name: "ChatGPT",
      callback: "https://chatgpt.com/connector_platform_oauth_redirect",
    }),
    register(target, "Claude Code", "http://localhost:3118/callback"),
    register(target, "Desk Assistant", "http://127.0.0.1:46001/callback"),
  ]);
  const tokens = {
    claude: await letIn(page, { client: claude, scope: "read write" }, true),
    claudeCode: "",
  };
  clock.advance(40 * 60);
  tokens.claudeCode = await letIn(page, { client: claudeCode, scope: "read" });
  clock.advance(3 * 60);
  await letIn(page, { client: desk, scope: "read area:contacts" });
  for (const hour of planWeek(START)) await work(hour, { app, clock, target, tokens });
  await signInAgain(page, app, clock);
  return {
    app,
    page,
    newcomer: chatgpt,
    close: async () => {
      await browser.close();
      await app.close();
      await host.close();
    },
  };
};

/** Clients' own pages are not ours to show. */
const openPage = async (browser: Browser): Promise<Page> => {
  const context = await browser.newContext();
  for (const callback of [
    "https://claude.ai/**",
    "http://localhost:3118/**",
    "http://127.0.0.1:46001/**",
  ]) {
    await context.route(callback, (route) => route.fulfill({ body: "back at the client" }));
  }
  return context.newPage();
};

/** A client whose maker publishes a document about it. */
const describeItself = async (
  host: MetadataHost,
  target: Target,
  { callback, id, name }: { readonly id: string; readonly name: string; readonly callback: string },
): Promise<AttackClient> => {
  const { hostname, pathname } = new URL(id);
  const metadata = {
    client_id: id,
    redirect_uris: [callback],
    token_endpoint_auth_method: "none",
  };
  host.serveJson(hostname, pathname, { ...metadata, client_name: name });
  return toAttackClient(target, metadata);
};

const register = async (target: Target, name: string, callback: string): Promise<AttackClient> =>
  toAttackClient(
    target,
    await registerClient(target, { client_name: name, redirect_uris: [callback] }),
  );

/** The authorization request of a client, at the address that is shown. */
export const toAuthorizeUrl = (client: AttackClient, scope: string) => {
  const { url, verifier } = client.request({ scope });
  return { href: `${SHOWN_URL}${url.pathname}${url.search}`, verifier };
};

/** Lets a client in and gives its token; at the first time the agency is chosen at GoHighLevel. */
const letIn = async (page: Page, { client, scope }: Visitor, isFirst = false): Promise<string> => {
  const { href, verifier } = toAuthorizeUrl(client, scope);
  await page.goto(href);
  await page.getByRole("button", { name: "Approve" }).click();
  if (isFirst) await chooseAgency(page);
  await page.waitForURL(`${client.redirectUri}*`);
  const code = new URL(page.url()).searchParams.get("code") ?? "";
  const answer = await client.redeem({ code, verifier });
  if (answer.status !== 200) throw new Error(`${client.clientId}: ${answer.text}`);
  return String(answer.json?.["access_token"]);
};

/** On GoHighLevel's page, in the sandbox. */
const chooseAgency = async (page: Page): Promise<void> => {
  await page.getByRole("group", { name: "Agency" }).getByRole("radio").first().check();
  await page.getByRole("button", { name: "Allow access" }).click();
};

/** The calls of one hour. */
const work = async (
  hour: Hour,
  {
    app,
    clock,
    target,
    tokens,
  }: {
    readonly app: RunningApp;
    readonly clock: FakeClock;
    readonly target: Target;
    readonly tokens: Readonly<Record<"claude" | "claudeCode", string>>;
  },
): Promise<void> => {
  clock.advance(hour.start - clock.nowSeconds());
  for (const job of hour.jobs) {
    for (let call = 0; call < job.calls; call += 1) {
      const tool = toTool(job, call);
      const location = app.sandbox.locations[job.place]?.id ?? "";
      const answer = await callTool(target, tokens[job.by], {
        ...tool,
        arguments: { ...tool.arguments, location },
      });
      if (answer.status !== 200) throw new Error(`${tool.name}: ${answer.status} ${answer.text}`);
      // far from the limit of 100 in ten seconds
      clock.advance(2);
    }
  }
};

/** Mostly searches, now and then a new contact, and what the plan says one that is not there. */
const toTool = ({ by, missing }: Job, call: number) => {
  if (call < missing) return { name: "get_contact", arguments: { contact_id: MISSING } };
  if (by === "claude" && call % 5 === 4) {
    return { name: "create_contact", arguments: { first_name: "Sam", last_name: "Example" } };
  }
  return { name: "search_contacts", arguments: { query: "a", limit: 5 } };
};

/** After a weekend nobody is signed in any more. One client is shown the door. */
const signInAgain = async (page: Page, app: RunningApp, clock: FakeClock): Promise<void> => {
  await page.goto(`${SHOWN_URL}/oauth/authorize`);
  await chooseAgency(page);
  clock.advance(60);
  await page.goto(`${SHOWN_URL}/grants`);
  await page.goto(`${SHOWN_URL}/grants`);
  await page
    .getByRole("listitem")
    .filter({ hasText: "Desk Assistant" })
    .getByRole("button", { name: "Revoke" })
    .click();
  clock.advance(5 * 60);
  await app.app.usage.flush();
};
