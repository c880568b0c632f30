import { afterEach, describe, expect, it } from "vitest";
import { callTool, createAttackClient, openMcp, resultOf } from "../support/attack-client.ts";
import { readFrames } from "../support/event-stream.ts";
import { obtainTokens } from "../support/interop-oauth.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** Streams of `subscriptions/listen` on the whole server, and what GoHighLevel's webhooks tell them. */

const SCOPES = [
  "contacts.readonly",
  "locations.readonly",
  "locations/tags.readonly",
  "locations/tags.write",
  "oauth.readonly",
  "oauth.write",
];

let running: RunningApp | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

const start = async (): Promise<RunningApp> => {
  running = await startApp({ config: { scopes: SCOPES } });
  return running;
};

type Frames = AsyncGenerator<Record<string, unknown>>;

const listen = async (
  app: RunningApp,
  token: string,
  notifications: Record<string, unknown>,
  path = "/mcp",
): Promise<Frames> => {
  const call = { method: "subscriptions/listen", params: { notifications } };
  const response = await openMcp(app, token, call, { path });
  expect(response.status).toBe(200);
  const frames = readFrames(response);
  expect((await frames.next()).value).toMatchObject({
    method: "notifications/subscriptions/acknowledged",
  });
  return frames;
};

const next = async (frames: Frames): Promise<unknown> => (await frames.next()).value;
const CHANGED = { method: "notifications/resources/list_changed" };
const END = { result: { resultType: "complete" } };

const tell = (app: RunningApp, event: Readonly<Record<string, unknown>>): Promise<number> =>
  app.sandbox.control.sendWebhook(`${app.publicUrl}/webhooks/ghl`, event);

describe("listening for changes of what a grant reaches", () => {
  it.each([
    ["an install in a location", (id: string) => ({ type: "INSTALL", locationId: id })],
    ["an uninstall in a location", (id: string) => ({ type: "UNINSTALL", locationId: id })],
    ["a new location", () => ({ type: "LocationCreate", locationId: "NewNewNewNewNewNewNe" })],
  ])("is told of %s, and nobody else is", async (_name, toEvent) => {
    const app = await start();
    const { companyId, locations } = app.sandbox;
    const [, second, third] = locations;
    const agency = await obtainTokens(app, { signIn: { choose: "company" } });
    const other = await obtainTokens(app, { signIn: { choose: second?.id ?? "" } });
    const [whole, single] = await Promise.all(
      [agency, other].map(({ access_token: token }) =>
        listen(app, token, { resourcesListChanged: true }),
      ),
    );
    if (whole === undefined || single === undefined) throw new Error("no streams");
    expect(await tell(app, { ...toEvent(third?.id ?? ""), companyId })).toBe(200);
    expect(await next(whole)).toMatchObject(CHANGED);
    // An event of another agency, and one that means nothing here.
    expect(await tell(app, { type: "LocationCreate", companyId: "SomebodyElsesAgency1" })).toBe(
      200,
    );
    expect(await tell(app, { type: "ContactCreate", companyId })).toBe(200);
    await app.app.close();
    // Closing ends the streams in order: whatever had been told would come before the end.
    expect(await next(whole)).toMatchObject(END);
    expect(await next(single)).toMatchObject(END);
  });

  it("reads the new list where one was told", async () => {
    const app = await start();
    const { companyId, locations } = app.sandbox;
    const agency = await obtainTokens(app, { signIn: { choose: "company" } });
    const token = agency.access_token;
    const names = async (): Promise<string> =>
      JSON.stringify(resultOf(await callTool(app, token, { name: "list_locations" })));
    const [gone] = locations;
    expect(await names()).toContain(gone?.name);
    const frames = await listen(app, token, { resourcesListChanged: true });
    await tell(app, { type: "UNINSTALL", companyId, locationId: gone?.id });
    expect(await next(frames)).toMatchObject(CHANGED);
    expect(await names()).not.toContain(gone?.name);
  });

  it.each([
    ["with grants of their own", (): Promise<readonly string[]> => ownGrants()],
    ["with one grant of the agency, each pinned by its address", () => pinnedByAddress()],
  ])("is told of a tag in its own location, and not of one elsewhere, %s", async (_name, sign) => {
    const app = await start();
    const places = app.sandbox.locations.slice(0, 2).map(({ id }) => id);
    const uris = places.map((id) => `ghl://locations/${id}/tags`);
    const tokens = await sign();
    const at = (index: number): string => `/mcp?location=${places[index] ?? ""}`;
    const subscriptions = { resourceSubscriptions: uris };
    const own = await listen(app, tokens[0] ?? "", subscriptions, at(0));
    const foreign = await listen(app, tokens[1] ?? "", subscriptions, at(1));
    const args = { operation: "locations.create-tag", body: { name: "heard" } };
    const tool = { name: "write_operation", arguments: args };
    const answer = await callTool(app, tokens[0], tool, { path: at(0) });
    expect(resultOf(answer)).not.toHaveProperty("isError", true);
    expect(await next(own)).toMatchObject({
      method: "notifications/resources/updated",
      params: { uri: uris[0] },
    });
    await app.app.close();
    expect(await next(own)).toMatchObject(END);
    expect(await next(foreign)).toMatchObject(END);
  });

  const signIns = async (...choices: readonly string[]): Promise<readonly string[]> => {
    if (running === undefined) throw new Error("no server");
    const client = await createAttackClient(running);
    const tokens: string[] = [];
    for (const choose of choices) tokens.push((await client.obtain({ choose })).access_token);
    return tokens;
  };
  const ownGrants = () => {
    const [first, second] = running?.sandbox.locations ?? [];
    return signIns(first?.id ?? "", second?.id ?? "");
  };
  const pinnedByAddress = async () => {
    const [token = ""] = await signIns("company");
    return [token, token];
  };
});
