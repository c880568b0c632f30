import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toLocationId } from "../../../src/core/ids.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { createAuditRecorder, type AuditRecorder } from "../../support/audit-recorder.ts";
import { type Rig, startRig, tokenOf } from "./upstream-rig.ts";

let rig: Rig;
let audit: AuditRecorder;
let here: string;
let there: string;

beforeEach(async () => {
  audit = createAuditRecorder();
  rig = await startRig({ ports: { audit } });
  [here, there] = [rig.sandbox.locations[0]?.id ?? "", rig.sandbox.locations[1]?.id ?? ""];
});
afterEach(() => rig.close());

const pit = (location: string): string => rig.sandbox.privateTokens.get(location) ?? "";
const enter = (token: string, locationId: string, upstream = rig.upstream) =>
  upstream.connectPrivate({ token: toSecret(token), locationId });
const connect = async (token: string, locationId: string, upstream = rig.upstream) => {
  const connected = await enter(token, locationId, upstream);
  if (!connected.ok) throw new Error(connected.failure.kind);
  return connected.value;
};
const stored = () => rig.upstream.listConnections();
const request = (connectionId: Awaited<ReturnType<typeof connect>>["id"], locationId = here) =>
  ({ connectionId, tokenClass: "location", locationId: toLocationId(locationId) }) as const;

describe("a private integration token that a person enters", () => {
  it("is checked with one call, and becomes a connection of its location", async () => {
    const connection = await connect(pit(here), here);
    expect(connection).toEqual({
      id: expect.stringMatching(/^private-[\w-]{22}$/),
      kind: "private",
      environment: "sandbox",
      locationId: here,
      scopes: [],
      status: "active",
      connectedAt: rig.clock.nowSeconds(),
    });
    expect(rig.sent).toHaveLength(1);
    expect(await stored()).toEqual([connection]);
    expect(await rig.upstream.findConnection(connection.id)).toEqual(connection);
  });

  it("serves its location, also in another process, and nothing else", async () => {
    const { id } = await connect(pit(here), here);
    const given = await rig.another().tokens.getToken(request(id));
    expect(given).toMatchObject({ ok: true, value: { kind: "private" } });
    expect(tokenOf(given).reveal()).toBe(pit(here));
    expect(await rig.upstream.tokens.getToken(request(id, there))).toMatchObject({
      failure: { kind: "location_not_allowed" },
    });
    expect(
      await rig.upstream.tokens.getToken({ connectionId: id, tokenClass: "company" }),
    ).toMatchObject({ failure: { kind: "wrong_token_class" } });
    expect(await rig.upstream.listLocations(id)).toMatchObject({
      ok: true,
      value: [{ id: here, name: rig.sandbox.locations[0]?.name }],
    });
    expect(await rig.another({ environment: "other.example" }).findConnection(id)).toBeUndefined();
  });

  it("is replaced by a new one for the same location, under the same id", async () => {
    const first = await connect(pit(here), here);
    const fresh = rig.sandbox.control.rotatePrivateToken(here);
    rig.clock.advance(10);
    const second = await connect(fresh, here);
    expect(second.id).toBe(first.id);
    expect(await stored()).toHaveLength(1);
    expect(tokenOf(await rig.upstream.tokens.getToken(request(first.id))).reveal()).toBe(fresh);
    expect((await connect(pit(there), there)).id).not.toBe(first.id);
  });

  it("is in no log line, no event and no readable part of the store", async () => {
    const token = pit(here);
    const { id } = await connect(token, here);
    const { value = "" } =
      (await rig.store.get({ namespace: "private_connection", key: id })) ?? {};
    expect(value).not.toBe("");
    expect(`${value}${rig.logged.join("")}${JSON.stringify(audit.events)}`).not.toContain(token);
  });

  it("that GoHighLevel refuses later needs a new one, and the text says where to make it", async () => {
    const { id } = await connect(pit(here), here);
    const given = await rig.upstream.tokens.getToken(request(id));
    if (!given.ok) throw new Error("no token");
    const fresh = rig.sandbox.control.rotatePrivateToken(here);
    const replaced = await rig.upstream.tokens.replaceToken(request(id), given.value);
    expect(replaced).toEqual({
      ok: false,
      failure: {
        kind: "needs_reauth",
        connectionId: id,
        reason: expect.stringContaining("Settings, Private Integrations"),
        have: "private",
      },
    });
    expect(await rig.upstream.findConnection(id)).toMatchObject({ status: "needs_reauth" });
    expect(await rig.another().tokens.getToken(request(id))).toEqual(replaced);
    expect(audit.events.map(({ kind }) => kind)).toEqual([
      "connection.created",
      "connection.needs_reauth",
    ]);

    await connect(fresh, here);
    expect((await rig.upstream.tokens.getToken(request(id))).ok).toBe(true);
  });

  it("that was replaced meanwhile does not mark its successor", async () => {
    const { id } = await connect(pit(here), here);
    const old = await rig.upstream.tokens.getToken(request(id));
    if (!old.ok) throw new Error("no token");
    const fresh = rig.sandbox.control.rotatePrivateToken(here);
    await connect(fresh, here, rig.another());
    const replaced = await rig.upstream.tokens.replaceToken(request(id), old.value);
    expect(tokenOf(replaced).reveal()).toBe(fresh);
    expect(await rig.upstream.findConnection(id)).toMatchObject({ status: "active" });
  });

  it("is gone after a disconnect, and comes back under another id", async () => {
    const first = await connect(pit(here), here);
    await rig.upstream.removeConnection(first.id);
    expect(await stored()).toEqual([]);
    expect(await rig.upstream.tokens.getToken(request(first.id))).toMatchObject({
      failure: { kind: "connection_missing" },
    });
    expect((await connect(pit(here), here)).id).not.toBe(first.id);
  });

  it("makes one connection when it is entered ten times at once", async () => {
    await Promise.all(Array.from({ length: 10 }, () => connect(pit(here), here)));
    expect(await stored()).toHaveLength(1);
  });

  it("has nothing to refresh", async () => {
    const { id } = await connect(pit(here), here);
    expect(await rig.upstream.refreshNow(id)).toMatchObject({ ok: true, value: { id } });
    expect(rig.grants("refresh_token")).toBe(0);
  });
});

describe("a private integration token that is not taken", () => {
  const expectNothing = async (): Promise<void> => {
    expect(await stored()).toEqual([]);
    expect(audit.events).toEqual([]);
  };

  it.each([
    ["", "not_a_token"],
    ["eyJhbGciOi.x.y", "not_a_token"],
    ["pit-with a space", "not_a_token"],
    ["pit-0000\r\nx: y", "not_a_token"],
  ])("is %j: GoHighLevel is not asked", async (token, kind) => {
    expect(await enter(token, here)).toEqual({ ok: false, failure: { kind } });
    expect(rig.sent).toEqual([]);
    await expectNothing();
  });

  it.each(["", "../contacts", "a b", "x".repeat(65)])(
    "is for the location id %j: GoHighLevel is not asked",
    async (locationId) => {
      expect(await enter(pit(here), locationId)).toEqual({
        ok: false,
        failure: { kind: "not_a_location_id" },
      });
      expect(rig.sent).toEqual([]);
    },
  );

  it("is unknown to GoHighLevel", async () => {
    const outcome = await enter("pit-00000000-0000-0000-0000-000000000000", here);
    expect(outcome).toEqual({ ok: false, failure: { kind: "token_invalid" } });
    await expectNothing();
  });

  it("is an agency's", async () => {
    const outcome = await enter(rig.sandbox.agencyPrivateToken, here);
    expect(outcome).toEqual({ ok: false, failure: { kind: "agency_token" } });
    await expectNothing();
  });

  it("is another location's", async () => {
    expect(await enter(pit(there), here)).toEqual({
      ok: false,
      failure: { kind: "wrong_location" },
    });
    await expectNothing();
  });

  it.each([
    [401, "The token is not authorized for this scope.", "scope_missing"],
    [400, "Location is not active", "location_inactive"],
    [403, "Forbidden", "wrong_location"],
    [418, "no", "refused"],
    [500, "oops", "unavailable"],
    [429, "Too Many Requests", "unavailable"],
  ])("meets %i %j: %s", async (status, message, kind) => {
    rig.sandbox.control.misbehave({
      pathPrefix: "/locations/",
      count: 1,
      how: { kind: "status", status, body: JSON.stringify({ message }) },
    });
    expect(await enter(pit(here), here)).toMatchObject({ failure: { kind } });
    await expectNothing();
  });

  it("meets a connection that is cut", async () => {
    rig.sandbox.control.misbehave({ pathPrefix: "/locations/", count: 9, how: { kind: "cut" } });
    expect(await enter(pit(here), here)).toEqual({ ok: false, failure: { kind: "unavailable" } });
    await expectNothing();
  });
});

describe("the private integration token of the settings", () => {
  it("is a connection of its own beside an entered one, and is not touched by it", async () => {
    const both = rig.another({
      privateToken: { token: toSecret(pit(here)), locationId: toLocationId(here) },
    });
    const entered = await connect(pit(here), here, both);
    expect((await both.listConnections()).map(({ id }) => id).toSorted()).toEqual(
      ["private", entered.id].toSorted(),
    );
    await both.removeConnection(entered.id);
    expect((await both.listConnections()).map(({ id }) => id)).toEqual(["private"]);
  });
});
