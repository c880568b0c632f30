import { afterAll, beforeAll, expect, it } from "vitest";
import { type AttackClient, createAttackClient } from "../support/attack-client.ts";
import { type Browser, createBrowser, type Page } from "../support/browser.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** The activity page of two people on one server. */

let running: RunningApp;
let ada: Browser;
let bob: Browser;
let adas: AttackClient;
let bobs: AttackClient;

const nameOf = (index: number): string => running.sandbox.locations[index]?.name ?? "";

beforeAll(async () => {
  running = await startApp();
  [ada, bob] = [createBrowser(), createBrowser()];
  adas = await createAttackClient(running, { client_name: "Desk of Ada" });
  bobs = await createAttackClient(running, { client_name: "Desk of Bob" });
  await adas.obtain({ browser: ada, choose: running.sandbox.locations[0]?.id ?? "" });
  await bobs.obtain({ browser: bob, choose: running.sandbox.locations[1]?.id ?? "" });
});
afterAll(() => running.close());

const open = (browser: Browser, query = ""): Promise<Page> =>
  browser.get(`${running.publicUrl}/activity${query}`);

/** The titles of the events that a page shows. */
const titlesOf = ({ body }: Page): readonly string[] =>
  [...body.matchAll(/<h2>([^<]+)<\/h2>/gu)].map(([, title = ""]) => title);

it("shows each person their own events, by name, and nothing of the other's", async () => {
  const [own, other] = [await open(ada), await open(bob)];
  for (const page of [own, other]) {
    expect(titlesOf(page)).toEqual(["A client was let in", "A person signed in to the account"]);
  }
  expect(own.body).toContain("Desk of Ada");
  expect(own.body).toContain(nameOf(0));
  const connections = await running.app.upstream.listConnections();
  const foreign = connections.find(
    ({ locationId }) => locationId === running.sandbox.locations[1]?.id,
  );
  for (const text of ["Desk of Bob", bobs.clientId, nameOf(1), foreign?.id ?? "none"]) {
    expect(other.body).toContain(text);
    expect(own.body).not.toContain(text);
  }
});

it("shows nothing of the other's to someone who asks for it by name", async () => {
  const events = await running.app.audit.list({ limit: 100 });
  const newest = encodeURIComponent(`${events[0]?.id ?? ""}~`);
  const foreign = events.flatMap(({ event }) =>
    "clientId" in event && event.clientId === bobs.clientId && "connectionId" in event
      ? [event.connectionId]
      : [],
  );
  expect(foreign).not.toEqual([]);
  for (const query of [`?client=${bobs.clientId}`, `?connection=${foreign[0] ?? ""}`]) {
    const page = await open(ada, query);
    expect(titlesOf(page)).toEqual([]);
    expect(page.body).toContain("Nothing of that kind happened.");
    expect(page.body).not.toContain("Desk of Bob");
  }
  expect(titlesOf(await open(ada, `?before=${newest}`))).toHaveLength(2);
});

it("shows an access that has ended, and who ended it, to whoever gave it", async () => {
  const spare = await createAttackClient(running, { client_name: "Spare" });
  const tokens = await spare.obtain({ browser: ada });
  await spare.revoke(tokens.refresh_token);
  const page = await open(ada, "?kind=grant.revoked");
  expect(titlesOf(page)).toEqual(["The access of a client ended"]);
  expect(page.body).toContain("the client itself");
  // its name went with the access, and its id is fifty letters
  const ending = spare.clientId.slice(-6);
  expect(page.body).toContain(`>a client without access now (${ending})<`);
  expect(page.body).not.toContain(`>${spare.clientId}<`);
  expect(page.body).toMatch(/<option value="grant\.revoked" selected>/u);
  expect(titlesOf(await open(bob, "?kind=grant.revoked"))).toEqual([]);
});

it("shows what happened to an account after its sign-in", async () => {
  const choose = running.sandbox.locations[0]?.id ?? "";
  const [{ id } = { id: undefined }] = (await running.app.upstream.listConnections()).filter(
    ({ locationId }) => locationId === choose,
  );
  if (id === undefined) throw new Error("not connected");
  running.sandbox.control.pauseLocation(choose);
  await running.app.upstream.refreshNow(id);
  expect(titlesOf(await open(ada))[0]).toBe("The location was paused");
  expect(titlesOf(await open(bob))).not.toContain("The location was paused");
  running.sandbox.control.resumeLocation(choose);
});

it("is shown so often only, and says when to come back", async () => {
  const app = await startApp({ rates: { activityPerAddress: { burst: 2, perSecond: 0.01 } } });
  try {
    const visit = () =>
      fetch(`${app.publicUrl}/activity`, { headers: { accept: "text/html" }, redirect: "manual" });
    expect([(await visit()).status, (await visit()).status]).toEqual([200, 200]);
    const head = await fetch(`${app.publicUrl}/activity`, { method: "HEAD" });
    const refused = await visit();
    expect([head.status, refused.status]).toEqual([429, 429]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.text()).toContain("<h1>");
  } finally {
    await app.close();
  }
});

it("asks whoever is not signed in to do so, and tells them nothing", async () => {
  const page = await open(createBrowser(), `?client=${adas.clientId}`);
  expect(page.status).toBe(200);
  expect(page.body).toContain("Sign in to see what happened");
  expect(page.body).not.toContain(adas.clientId);
});

it("holds no token, no secret and no address of a person", async () => {
  const { body } = await open(ada);
  for (const text of ["ghlmcp_at_", "ghlmcp_rt_", "127.0.0.1", "@"])
    expect(body).not.toContain(text);
});
