import { generateKeyPairSync, sign } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { AppError } from "../../../../src/core/errors.ts";
import { type ConnectionId, toLocationId } from "../../../../src/core/ids.ts";
import { createMemoryStore } from "../../../../src/storage/memory.ts";
import type { RecordStore } from "../../../../src/storage/record-store.ts";
import type { WebhookOutcome } from "../../../../src/upstream/webhooks/check-event.ts";
import { type AuditRecorder, createAuditRecorder } from "../../../support/audit-recorder.ts";
import { type Rig, startRig } from "../upstream-rig.ts";

interface WebhookRig extends Rig {
  readonly audit: AuditRecorder;
  /** The connections whose grants were ended, in order. */
  readonly revoked: readonly ConnectionId[];
  receive(event: Readonly<Record<string, unknown>>): Promise<WebhookOutcome>;
}

let rig: WebhookRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

const start = async (options: Parameters<typeof startRig>[0] = {}): Promise<WebhookRig> => {
  const audit = createAuditRecorder();
  const revoked: ConnectionId[] = [];
  const base = await startRig({
    ports: {
      audit,
      revokeGrantsOf: async (id) => {
        revoked.push(id);
        return 1;
      },
    },
    ...options,
  });
  // What is signed in from here on is in the index; as after the first round of a server.
  await base.store.put({ namespace: "place_index", key: "sandbox" }, "complete");
  rig = {
    ...base,
    audit,
    revoked,
    receive: (event) => {
      const { body, headers } = base.sandbox.control.signWebhook(event);
      const signature = headers["x-ghl-signature"] ?? "";
      return base.upstream.receiveWebhook({ body, signature, requestId: "request-1" });
    },
  };
  return rig;
};

const DONE = { kind: "accepted", effect: "done" };
const locationOf = ({ sandbox }: Rig, index: number): string => sandbox.locations[index]?.id ?? "";

const reaches = async ({ upstream }: Rig, id: ConnectionId, location: string): Promise<boolean> =>
  (
    await upstream.tokens.getToken({
      connectionId: id,
      tokenClass: "location",
      locationId: toLocationId(location),
    })
  ).ok;

describe("an uninstall", () => {
  it("ends the grants before the connection, and once more after it", async () => {
    const live = await start();
    const connection = await live.connect(locationOf(live, 0));
    live.audit.clear();
    expect(await live.receive({ type: "UNINSTALL", locationId: connection.locationId })).toEqual(
      DONE,
    );
    expect(live.revoked).toEqual([connection.id, connection.id]);
    expect(await live.upstream.listConnections()).toEqual([]);
    expect(live.audit.events).toEqual([
      { kind: "connection.removed", connectionId: connection.id, by: "webhook" },
      {
        kind: "webhook.received",
        type: "UNINSTALL",
        locationId: connection.locationId,
        requestId: "request-1",
      },
    ]);
  });

  it("counts as new when it is sent again after the store failed", async () => {
    let broken = false;
    const live = await start({
      makeStore: (clock): RecordStore => {
        const store = createMemoryStore({ clock });
        return {
          ...store,
          put: async (at, value, options) => {
            if (broken) throw new AppError("storage_unavailable", "the store is down");
            return store.put(at, value, options);
          },
        };
      },
    });
    const connection = await live.connect(locationOf(live, 0));
    const event = { type: "UNINSTALL", locationId: connection.locationId, webhookId: "delivery-1" };
    broken = true;
    await expect(live.receive(event)).rejects.toThrow("the store is down");
    expect(await live.upstream.findConnection(connection.id)).toBeDefined();
    broken = false;
    expect(await live.receive(event)).toEqual(DONE);
    expect(await live.upstream.findConnection(connection.id)).toBeUndefined();
    expect(await live.receive(event)).toEqual({ kind: "accepted", effect: "duplicate" });
  });

  it("does no harm when it is delivered several times at once", async () => {
    const live = await start();
    const [gone, stays] = [
      await live.connect(locationOf(live, 0)),
      await live.connect(locationOf(live, 1)),
    ];
    const event = { type: "UNINSTALL", locationId: gone.locationId, webhookId: "delivery-1" };
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => live.receive(event)));
    for (const outcome of outcomes) expect(outcome.kind).toBe("accepted");
    expect((await live.upstream.listConnections()).map(({ id }) => id)).toEqual([stays.id]);
    expect(live.revoked).not.toContain(stays.id);
  });

  it("without a delivery id is a repetition when its body is the same", async () => {
    const live = await start();
    await live.connect(locationOf(live, 0));
    const { body, headers } = live.sandbox.control.signWebhook({
      type: "UNINSTALL",
      locationId: locationOf(live, 0),
      webhookId: undefined,
    });
    const delivery = { body, signature: headers["x-ghl-signature"] ?? "", requestId: "request-1" };
    expect(await live.upstream.receiveWebhook(delivery)).toEqual(DONE);
    expect(await live.upstream.receiveWebhook(delivery)).toMatchObject({ effect: "duplicate" });
  });

  it("is forgotten as a delivery after a day, when it is too old by far", async () => {
    const live = await start();
    await live.receive({ type: "UNINSTALL", companyId: "nobody", webhookId: "delivery-1" });
    live.clock.advance(86_399);
    const again = { type: "UNINSTALL", companyId: "nobody", webhookId: "delivery-1" };
    expect(await live.receive(again)).toMatchObject({ effect: "duplicate" });
    live.clock.advance(1);
    expect(await live.receive(again)).toEqual(DONE);
  });

  it("of one location leaves the agency its others", async () => {
    const live = await start();
    const agency = await live.connect("company");
    const [first, second] = [locationOf(live, 0), locationOf(live, 1)];
    expect(await live.receive({ type: "UNINSTALL", locationId: first })).toEqual(DONE);
    expect(await reaches(live, agency.id, first)).toBe(false);
    expect(await reaches(live, agency.id, second)).toBe(true);
    expect(live.revoked).toEqual([]);
    // A refresh keeps the list; only a new sign-in starts from GoHighLevel's own.
    expect((await live.upstream.refreshNow(agency.id)).ok).toBe(true);
    expect(await reaches(live, agency.id, first)).toBe(false);
    live.audit.clear();
    const { companyId } = live.sandbox;
    expect(await live.receive({ type: "INSTALL", companyId, locationId: first })).toEqual(DONE);
    expect(await reaches(live, agency.id, first)).toBe(true);
    expect(live.audit.events[0]).toEqual({
      kind: "connection.location_added",
      connectionId: agency.id,
      locationId: first,
    });
  });

  it("of one location holds for an agency that had approved all, over a refresh", async () => {
    const live = await start();
    const { companyId } = live.sandbox;
    const answerWith = (tokens: string): void =>
      live.sandbox.control.misbehave({
        pathPrefix: "/oauth/token",
        count: 1,
        how: {
          kind: "status",
          status: 200,
          body: JSON.stringify({
            access_token: `access-${tokens}`,
            refresh_token: `refresh-${tokens}`,
            expires_in: 86_399,
            scope: "oauth.write",
            userType: "Company",
            companyId,
            approveAllLocations: true,
          }),
        },
      });
    const failure = async (id: ConnectionId, locationId: string): Promise<unknown> => {
      const given = await live.upstream.tokens.getToken({
        connectionId: id,
        tokenClass: "location",
        locationId: toLocationId(locationId),
      });
      return given.ok ? "none" : given.failure.kind;
    };
    answerWith("1");
    const agency = await live.connect("company");
    const [first, second] = [locationOf(live, 0), locationOf(live, 1)];
    expect(await live.receive({ type: "UNINSTALL", companyId, locationId: first })).toEqual(DONE);
    expect(await failure(agency.id, first)).toBe("location_not_allowed");
    answerWith("2");
    expect((await live.upstream.refreshNow(agency.id)).ok).toBe(true);
    expect(await failure(agency.id, first)).toBe("location_not_allowed");
    // The sandbox does not know the tokens of this test: the others fail only once they are sent.
    expect(await failure(agency.id, second)).not.toBe("location_not_allowed");
    expect(await live.receive({ type: "INSTALL", companyId, locationId: first })).toEqual(DONE);
    expect(await failure(agency.id, first)).not.toBe("location_not_allowed");
  });
});

describe("a webhook", () => {
  it("is malformed when it is signed and not JSON", async () => {
    const pair = generateKeyPairSync("ed25519");
    const current = pair.publicKey.export({ format: "der", type: "spki" }).toString("base64");
    const live = await start({ settings: { webhookKeys: { current } } });
    const body = '{"type":"UNINSTALL"';
    const signature = sign(undefined, Buffer.from(body), pair.privateKey).toString("base64");
    const delivery = { body, signature, requestId: "request-1" };
    expect(await live.upstream.receiveWebhook(delivery)).toEqual({ kind: "malformed" });
    expect(await live.receive({ type: "UNINSTALL" })).toEqual({
      kind: "refused",
      reason: "signature_wrong",
    });
    expect(live.audit.events).toEqual([]);
  });

  it.each(["LocationCreate", "LocationUpdate"])(
    "of %s drops the lists of locations",
    async (type) => {
      const live = await start();
      const agency = await live.connect("company");
      const asked = (): number =>
        live.sent.filter(({ url }) => url.includes("/oauth/installedLocations")).length;
      await live.upstream.listLocations(agency.id);
      await live.upstream.listLocations(agency.id);
      const before = asked();
      await live.receive({ type, id: "x", companyId: live.sandbox.companyId, appId: undefined });
      await live.upstream.listLocations(agency.id);
      expect(asked()).toBeGreaterThan(before);
    },
  );

  it("leaves the private token alone, which no app was installed for", async () => {
    const live = await start();
    const location = locationOf(live, 0);
    const own = live.another({
      privateToken: {
        token: { reveal: () => "pit-x" } as never,
        locationId: toLocationId(location),
      },
    });
    const { body, headers } = live.sandbox.control.signWebhook({
      type: "UNINSTALL",
      locationId: location,
    });
    const signature = headers["x-ghl-signature"] ?? "";
    await own.receiveWebhook({ body, signature, requestId: "request-1" });
    expect(await own.listConnections()).toHaveLength(1);
  });

  it.each(["with its agency", "without"])(
    "of a location, named %s, reads no other location's connection, and lists none of all",
    async (how) => {
      const read: string[] = [];
      const live = await start({
        makeStore: (clock): RecordStore => {
          const store = createMemoryStore({ clock });
          return {
            ...store,
            get: (at) => {
              if (at.namespace === "connection") read.push(at.key);
              return store.get(at);
            },
            list: (namespace, group, page) => {
              if (namespace === "connection") read.push("all");
              return store.list(namespace, group, page);
            },
          };
        },
      });
      const other = await live.connect(locationOf(live, 1));
      const agency = await live.connect("company");
      const gone = await live.connect(locationOf(live, 0));
      read.length = 0;
      const named = how === "without" ? {} : { companyId: live.sandbox.companyId };
      await live.receive({ type: "UNINSTALL", locationId: gone.locationId, ...named });
      const ids = new Set(read.map((key) => key.replace("sandbox/", "")));
      expect(ids).toEqual(new Set([gone.id, agency.id]));
      expect(await live.upstream.findConnection(gone.id)).toBeUndefined();
      expect(await reaches(live, agency.id, String(gone.locationId))).toBe(false);
      expect(await live.upstream.findConnection(other.id)).toBeDefined();
    },
  );
});
