import { afterAll, beforeAll, expect, it } from "vitest";
import { type AttackClient, callMcp, createAttackClient } from "../support/attack-client.ts";
import { type Browser, createBrowser, type Page } from "../support/browser.ts";
import type { IssuedTokens } from "../support/interop-oauth.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** The usage page of two people on one server. */

let running: RunningApp;
let ada: Browser;
let bob: Browser;
let adas: AttackClient;
let tokens: IssuedTokens;

const nameOf = (index: number): string => running.sandbox.locations[index]?.name ?? "";

beforeAll(async () => {
  running = await startApp({ rates: { personPagePerAddress: { burst: 2, perSecond: 0.01 } } });
  [ada, bob] = [createBrowser(), createBrowser()];
  adas = await createAttackClient(running);
  const bobs = await createAttackClient(running);
  tokens = await adas.obtain({ browser: ada, choose: running.sandbox.locations[0]?.id ?? "" });
  await bobs.obtain({ browser: bob, choose: running.sandbox.locations[1]?.id ?? "" });
});
afterAll(() => running.close());

const open = (browser: Browser, query = ""): Promise<Page> =>
  browser.get(`${running.publicUrl}/usage${query}`);

const search = () =>
  callMcp(running, tokens.access_token, {
    method: "tools/call",
    params: { name: "search_contacts", arguments: { query: "a" } },
  });

/** What the page says of calls, by the name of the card. */
const callsOf = ({ body }: Page): readonly (readonly [string, string])[] =>
  body.split("<li>").flatMap((card) => {
    const name = /<h2><bdi>([^<]+)</u.exec(card)?.[1];
    const calls = /<dt>Calls<\/dt>\s*<dd>(\d+)</u.exec(card)?.[1] ?? "none";
    return name === undefined ? [] : [[name, calls] as const];
  });

it("says what will be there before anything was called", async () => {
  const page = await open(ada);
  expect(callsOf(page)).toEqual([[nameOf(0), "none"]]);
  expect(page.body).toContain("No calls in the last 24 hours.");
  expect(page.body).toContain("nothing seen yet");
});

it("shows the calls of a tool and what is left at once, to whom they belong alone", async () => {
  for (let call = 0; call < 3; call += 1) expect((await search()).status).toBe(200);
  const [location] = running.app.ghl.rateLimits();
  const page = await open(ada);
  const shown = Number(callsOf(page)[0]?.[1]);
  expect(shown).toBeGreaterThanOrEqual(3);
  expect(page.body).toContain(`${shown} reading, 0 writing, 0 critical`);
  expect(page.body).toContain(`${location?.dailyRemaining.toLocaleString("en-GB")} of 200,000`);
  expect(page.body).toMatch(/<rect\s+class="ok"/u);
  const other = await open(bob);
  expect(callsOf(other)).toEqual([[nameOf(1), "none"]]);
  expect(other.body).toContain("nothing seen yet");
  expect(other.body).not.toContain(nameOf(0));
  expect(callsOf(await open(ada, "?span=month"))).toEqual([[nameOf(0), `${shown}`]]);
});

it("shows nothing of the other's to someone who asks for it by id", async () => {
  const connections = await running.app.upstream.listConnections();
  const locationId = running.sandbox.locations[0]?.id;
  const foreign = connections.find((connection) => connection.locationId === locationId);
  for (const place of [foreign?.id ?? "", `${foreign?.id ?? ""}/${locationId ?? ""}`]) {
    const page = await open(bob, `?place=${encodeURIComponent(place)}`);
    expect(callsOf(page)).toEqual([]);
    expect(page.body).toContain("There is no such account or location among yours.");
    expect(page.body).not.toContain(nameOf(0));
  }
});

it("asks whoever is not signed in to do so", async () => {
  const page = await open(createBrowser());
  expect(page.status).toBe(200);
  expect(page.body).toContain("Sign in to see how many calls");
});

it("keeps the pages of connections and grants to a number of visits", async () => {
  const visit = async (path: string) => (await fetch(`${running.publicUrl}${path}`)).status;
  expect([await visit("/grants"), await visit("/connections"), await visit("/grants")]).toEqual([
    200, 200, 429,
  ]);
});
