import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SignedWebhook } from "../../src/sandbox/sandbox.ts";
import {
  type Answer,
  type AttackClient,
  createAttackClient,
  readAnswer,
} from "../support/attack-client.ts";
import { countRows, readRows } from "../support/attack-store.ts";
import type { RunningApp } from "../support/running-app.ts";
import { startTwinApps, type TwinApps, WITHIN_A_SECOND } from "../support/twin-apps.ts";

/** GoHighLevel's webhooks, forged and true, on two instances over one store. */

let twins: TwinApps;
let running: RunningApp;
let client: AttackClient;

beforeAll(async () => {
  twins = await startTwinApps();
  ({ running } = twins);
  client = await createAttackClient(running);
});
afterAll(() => twins.close());

const post = async ({ body, headers }: SignedWebhook): Promise<Answer> =>
  readAnswer(
    await fetch(`${running.publicUrl}/webhooks/ghl`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    }),
  );

const sign = (event: Readonly<Record<string, unknown>>): SignedWebhook =>
  running.sandbox.control.signWebhook(event);

const locationId = (index: number): string => running.sandbox.locations[index]?.id ?? "";

const uninstall = (changes: Readonly<Record<string, unknown>> = {}): SignedWebhook =>
  sign({ type: "UNINSTALL", locationId: locationId(0), ...changes });

/** Signs a client in, and gives its access token. */
const signIn = async (choose: string): Promise<string> =>
  (await client.obtain({ choose })).access_token;

const statusEverywhere = (token: string): Promise<readonly number[]> =>
  twins.statusEverywhere(token);

const expectEndEverywhere = async (token: string): Promise<void> => {
  await expect.poll(() => statusEverywhere(token), WITHIN_A_SECOND).toEqual([401, 401]);
};

const connectionAt = async (id: string) =>
  (await running.app.upstream.listConnections()).find((one) => one.locationId === id);

const minutesAgo = (minutes: number): string =>
  new Date(Date.now() - minutes * 60_000).toISOString();

describe("a forged or replayed UNINSTALL", () => {
  let token: string;
  beforeAll(async () => {
    token = await signIn(locationId(0));
  });

  const without = (header: string): SignedWebhook => {
    const { body, headers } = uninstall();
    return {
      body,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== header)),
    };
  };
  const withSignature = (signature: string): SignedWebhook => ({
    body: uninstall().body,
    headers: { "x-ghl-signature": signature },
  });

  const forgeries: Readonly<Record<string, () => SignedWebhook>> = {
    "has no signature": () => without("x-ghl-signature"),
    'has the signature "N/A"': () => withSignature("N/A"),
    "has an empty signature": () => withSignature(""),
    "has a signature that is not base64": () => withSignature("*".repeat(88)),
    "has a signature of the wrong length": () => withSignature("AAAA"),
    "has a signature by another key": () => withSignature(Buffer.alloc(64, 1).toString("base64")),
    "has the signature of another event": () =>
      withSignature(sign({ type: "LocationUpdate" }).headers["x-ghl-signature"] ?? ""),
    "has only the older signature, for which no key is set": () => ({
      body: uninstall().body,
      headers: { "x-wh-signature": Buffer.alloc(512, 1).toString("base64") },
    }),
    "was changed by one byte": () => {
      const { body, headers } = uninstall();
      return { body: body.replace("UNINSTALL", "UNINSTALl"), headers };
    },
    "was changed by a space at its end": () => {
      const { body, headers } = uninstall();
      return { body: `${body} `, headers };
    },
    "is not even JSON, and unsigned": () => ({ body: "{", headers: {} }),
    "is older than five minutes": () => uninstall({ timestamp: minutesAgo(5.1) }),
    "is from the future": () => uninstall({ timestamp: minutesAgo(-5.1) }),
    "says no time": () => uninstall({ timestamp: undefined }),
    "says a time that is none": () => uninstall({ timestamp: "yesterday" }),
    "is about another app": () => uninstall({ appId: "0123456789abcdef01234567" }),
    "is about no app": () => uninstall({ appId: undefined }),
    "is about an app that is no text": () => uninstall({ appId: [running.sandbox.appId] }),
    "is about our client id in place of the app id": () =>
      uninstall({ appId: running.sandbox.clientId }),
  };

  it.each(Object.keys(forgeries))(
    "U15: is refused and changes nothing when it %s",
    async (name) => {
      const events = await running.app.audit.list({ limit: 500 });
      const seen = countRows(running.databasePath, "webhook");
      const answer = await post(forgeries[name]?.() ?? uninstall());
      expect([answer.status, answer.json]).toEqual([
        401,
        { error: "invalid_webhook", error_description: "this webhook is not accepted" },
      ]);
      expect(await statusEverywhere(token)).toEqual([200, 200]);
      expect(await connectionAt(locationId(0))).toMatchObject({ status: "active" });
      expect(await running.app.audit.list({ limit: 500 })).toEqual(events);
      expect(countRows(running.databasePath, "webhook")).toBe(seen);
    },
  );

  it("U15: is a duplicate when its delivery id was used before, and changes nothing", async () => {
    const captured = uninstall();
    expect((await post(captured)).status).toBe(200);
    expect(await connectionAt(locationId(0))).toBeUndefined();
    // The person installs the app again within the five minutes; the captured webhook comes back.
    const again = await signIn(locationId(0));
    const events = await running.app.audit.list({ limit: 500 });
    expect((await post(captured)).status).toBe(200);
    const { webhookId } = JSON.parse(captured.body) as { readonly webhookId: string };
    expect((await post(uninstall({ webhookId }))).status).toBe(200);
    expect(await statusEverywhere(again)).toEqual([200, 200]);
    expect(await running.app.audit.list({ limit: 500 })).toEqual(events);
    token = again;
  });

  it("U15: is without effect on a sign-in that came after it", async () => {
    expect((await post(uninstall({ timestamp: minutesAgo(4) }))).status).toBe(200);
    expect(await statusEverywhere(token)).toEqual([200, 200]);
  });
});

describe("a true webhook", () => {
  it("U15: of an uninstall has ended the grants on every instance when it is answered, and discards the tokens", async () => {
    const [gone, stays] = [await signIn(locationId(1)), await signIn(locationId(2))];
    const connection = await connectionAt(locationId(1));
    expect((await post(uninstall({ locationId: locationId(1) }))).status).toBe(200);
    await expectEndEverywhere(gone);
    expect(await statusEverywhere(stays)).toEqual([200, 200]);
    expect(await connectionAt(locationId(1))).toBeUndefined();
    const keys = readRows(running.databasePath).map((row) => row.key);
    expect(keys).not.toContain(connection?.id);
    const authorization = await running.app.openAuthorization();
    expect(await authorization.listGrants(connection?.id ?? ("" as never))).toEqual([]);

    const events = (await running.app.audit.list({ limit: 3 })).map(({ event }) => event);
    expect(events).toEqual([
      {
        kind: "webhook.received",
        type: "UNINSTALL",
        locationId: locationId(1),
        requestId: expect.any(String),
      },
      { kind: "connection.removed", connectionId: connection?.id, by: "webhook" },
      {
        kind: "grant.revoked",
        by: "webhook",
        grantId: expect.any(String),
        clientId: client.clientId,
        connectionId: connection?.id,
        giver: expect.any(String),
      },
    ]);
  });

  it("U15: of one location takes it out of an agency, whose other locations go on", async () => {
    const token = await signIn("company");
    const agency = (await running.app.upstream.listConnections()).find(
      ({ kind }) => kind === "company",
    );
    if (agency === undefined) throw new Error("no agency is connected");
    const reach = async (app: RunningApp, id: string): Promise<boolean> =>
      (
        await app.app.upstream.tokens.getToken({
          connectionId: agency.id,
          tokenClass: "location",
          locationId: id as never,
        })
      ).ok;
    expect(await reach(twins.other, locationId(1))).toBe(true);

    expect((await post(uninstall({ locationId: locationId(1) }))).status).toBe(200);
    expect(await reach(running, locationId(1))).toBe(false);
    await expect.poll(() => reach(twins.other, locationId(1)), WITHIN_A_SECOND).toBe(false);
    expect(await reach(twins.other, locationId(2))).toBe(true);
    expect(await statusEverywhere(token)).toEqual([200, 200]);
    const listed = await running.app.upstream.listLocations(agency.id);
    expect(listed.ok && listed.value.map(({ id }) => id)).not.toContain(locationId(1));

    const { companyId } = running.sandbox;
    const install = { type: "INSTALL", companyId, locationId: locationId(1) };
    expect((await post(sign(install))).status).toBe(200);
    await expect.poll(() => reach(twins.other, locationId(1)), WITHIN_A_SECOND).toBe(true);
  });

  it("U15: of an agency that uninstalls ends its connection and those of its locations", async () => {
    const tokens = [await signIn("company"), await signIn(locationId(2))];
    const { companyId } = running.sandbox;
    expect((await post(sign({ type: "UNINSTALL", companyId }))).status).toBe(200);
    for (const token of tokens) await expectEndEverywhere(token);
    expect(await running.app.upstream.listConnections()).toEqual([]);
    // Rows that are over, and empty, stay until the next sweep.
    const rows = readRows(running.databasePath, "connection_identity");
    expect(rows.filter(({ value }) => value !== "")).toEqual([]);
  });

  it.each([
    ["is of a type that nobody knows", { type: "VoiceAiCallEnd" }],
    ["has no type", {}],
    ["has a type that is no text", { type: { UNINSTALL: true } }],
    ["is about the app itself", { type: "UPDATE" }],
  ])("is taken in without effect when it %s", async (_name, event) => {
    await signIn(locationId(0));
    const events = await running.app.audit.list({ limit: 500 });
    const answer = await post(sign({ locationId: locationId(0), ...event }));
    expect([answer.status, answer.json]).toEqual([200, { received: true }]);
    expect(await connectionAt(locationId(0))).toMatchObject({ status: "active" });
    expect(await running.app.audit.list({ limit: 500 })).toEqual(events);
  });

  it("is answered to GoHighLevel only by POST, and to no page of another site", async () => {
    const url = `${running.publicUrl}/webhooks/ghl`;
    expect((await fetch(url)).status).toBe(405);
    const preflight = await fetch(url, { method: "OPTIONS" });
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
    const large = { body: "x".repeat(1024 * 1024 + 1), headers: {} };
    expect((await post(large)).status).toBe(413);
  });
});
