import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Connection } from "../../../src/core/connection.ts";
import { AppError } from "../../../src/core/errors.ts";
import type { TokenRequest } from "../../../src/ghl/ports.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";
import type { Upstream } from "../../../src/upstream/upstream.ts";
import { type Rig, startRig, tokenOf } from "./upstream-rig.ts";

const DAY = 86_399;
/** A process that holds a refresh for this long has lost it to the others. */
const LEASE = 30;

describe("refreshing tokens", () => {
  let rig: Rig;
  let connection: Connection;
  let request: TokenRequest;

  beforeEach(async () => {
    rig = await startRig();
    const locationId = rig.sandbox.locations[0]?.id ?? "";
    connection = await rig.connect(locationId);
    request = { connectionId: connection.id, tokenClass: "location", ...pick(connection) };
  });
  afterEach(() => rig.close());

  const pick = ({ locationId }: Connection) => (locationId === undefined ? {} : { locationId });
  const get = () => rig.upstream.tokens.getToken(request);
  const status = async () => (await rig.upstream.findConnection(connection.id))?.status;
  const refuseOnce = (code: number, message: string, count = 1) => {
    rig.sandbox.control.misbehave({
      pathPrefix: "/oauth/token",
      count,
      how: { kind: "status", status: code, body: JSON.stringify({ message }) },
    });
  };

  it("leaves tokens alone until 20 minutes before their end, and renews them by 15", async () => {
    const first = tokenOf(await get()).reveal();
    rig.clock.advance(DAY - 20 * 60 - 1);
    expect(tokenOf(await get()).reveal()).toBe(first);
    expect(rig.grants("refresh_token")).toBe(0);
    rig.clock.advance(5 * 60 + 1);
    expect(tokenOf(await get()).reveal()).not.toBe(first);
    expect(rig.grants("refresh_token")).toBe(1);
    expect(await rig.upstream.findConnection(connection.id)).toMatchObject({
      id: connection.id,
      lastRefreshAt: rig.clock.nowSeconds(),
      tokenExpiresAt: rig.clock.nowSeconds() + DAY,
      connectedAt: connection.connectedAt,
    });
  });

  it("asks GoHighLevel once for 50 parallel calls at expiry, and gives all the same token", async () => {
    rig.clock.advance(DAY);
    const given = await Promise.all(Array.from({ length: 50 }, async () => get()));
    expect(new Set(given.map((each) => tokenOf(each).reveal())).size).toBe(1);
    expect(rig.grants("refresh_token")).toBe(1);
  });

  it("uses the rotated refresh token the next time", async () => {
    for (let round = 1; round <= 3; round += 1) {
      rig.clock.advance(DAY);
      tokenOf(await get());
      expect(rig.grants("refresh_token")).toBe(round);
    }
    expect(await status()).toBe("active");
  });

  it("writes the new tokens down before it gives them out", async () => {
    const order: string[] = [];
    const slow: RecordStore = {
      ...rig.store,
      put: async (at, value, options) => {
        const outcome = await rig.store.put(at, value, options);
        if (at.namespace === "connection") order.push("written");
        return outcome;
      },
    };
    const upstream = rig.another({}, slow);
    rig.clock.advance(DAY);
    tokenOf(await upstream.tokens.getToken(request));
    order.push("given");
    expect(order).toEqual(["written", "given"]);
  });

  it("tries the write again while the store fails, and loses no rotated token", async () => {
    let failures = 3;
    const broken: RecordStore = {
      ...rig.store,
      put: async (at, value, options) => {
        if (at.namespace === "connection" && failures > 0) {
          failures -= 1;
          throw new AppError("storage_unavailable", "the store is down");
        }
        return rig.store.put(at, value, options);
      },
    };
    const upstream = rig.another({}, broken);
    rig.clock.advance(DAY);
    const given = upstream.tokens.getToken(request);
    for (let wait = 0; wait < 3; wait += 1) {
      await rig.clock.whenSleeping();
      rig.clock.advance(1);
    }
    const token = tokenOf(await given).reveal();
    expect(tokenOf(await get()).reveal()).toBe(token);
    expect(rig.grants("refresh_token")).toBe(1);
  });

  it("keeps rotated tokens in memory when the store stays down, and writes them when it is back", async () => {
    let isDown = false;
    let isRepaired = false;
    const broken: RecordStore = {
      ...rig.store,
      put: async (at, value, options) => {
        // Down from the moment at which the new tokens are to be written.
        isDown = !isRepaired && (isDown || at.namespace === "connection");
        if (isDown) throw new AppError("storage_unavailable", "the store is down");
        return rig.store.put(at, value, options);
      },
    };
    const upstream = rig.another({}, broken);
    rig.clock.advance(DAY);
    const given = Promise.resolve(upstream.tokens.getToken(request)).catch(
      (error: unknown) => error,
    );
    for (let wait = 0; wait < 5; wait += 1) {
      await rig.clock.whenSleeping();
      rig.clock.advance(2);
    }
    expect(await given).toMatchObject({ code: "storage_unavailable" });
    isRepaired = true;
    tokenOf(await upstream.tokens.getToken(request));
    expect(rig.grants("refresh_token")).toBe(1);
    expect(await status()).toBe("active");
  });

  it("sends the same refresh token once more when the connection was cut", async () => {
    rig.clock.advance(DAY);
    rig.sandbox.control.misbehave({ pathPrefix: "/oauth/token", count: 1, how: { kind: "cut" } });
    tokenOf(await get());
    const [first, second] = rig.forms().slice(-2).map(String);
    expect(rig.grants("refresh_token")).toBe(2);
    expect(first).toContain("grant_type=refresh_token");
    expect(second).toBe(first);
    expect(await status()).toBe("active");
  });

  it("asks for a new sign-in only after the retry of a lost answer is refused", async () => {
    rig.clock.advance(DAY);
    const how = { kind: "lose_answer" } as const;
    rig.sandbox.control.misbehave({ pathPrefix: "/oauth/token", count: 1, how });
    expect(await get()).toMatchObject({ failure: { kind: "needs_reauth" } });
    expect(rig.grants("refresh_token")).toBe(2);
  });

  it("marks a refused connection, deletes nothing, asks no more, and a sign-in revives it", async () => {
    rig.sandbox.control.revokeRefreshTokens();
    rig.clock.advance(DAY);
    const refused = { kind: "needs_reauth", connectionId: connection.id };
    expect(await get()).toMatchObject({ failure: refused });
    expect(await get()).toMatchObject({ failure: refused });
    expect(await rig.upstream.refreshNow(connection.id)).toMatchObject({ failure: refused });
    expect(rig.grants("refresh_token")).toBe(1);
    expect(await rig.upstream.listConnections()).toMatchObject([
      { id: connection.id, status: "needs_reauth" },
    ]);
    const again = await rig.connect(String(connection.locationId));
    expect(again).toMatchObject({ id: connection.id, status: "active" });
    tokenOf(await get());
  });

  it("[U12] uses the tokens of another process when its own refresh token was used there", async () => {
    const other = rig.another();
    rig.clock.advance(DAY);
    let reads = 0;
    const slow: RecordStore = {
      ...rig.store,
      get: async (at) => {
        const before = await rig.store.get(at);
        if (at.namespace === "connection") reads += 1;
        // The third read is the one that the refresh starts from. This process then stalls for longer
        // than its lease, and goes on with what was true before another process took over.
        if (reads === 3) {
          rig.clock.advance(LEASE);
          tokenOf(await other.tokens.getToken(request));
        }
        return before;
      },
    };
    const upstream = rig.another({}, slow);
    const token = tokenOf(await upstream.tokens.getToken(request)).reveal();
    const answers = rig.sandbox.control
      .requests()
      .filter((one) => one.grantType === "refresh_token");
    expect(answers.map((answer) => answer.status)).toEqual([200, 400]);
    expect(await status()).toBe("active");
    expect(tokenOf(await other.tokens.getToken(request)).reveal()).toBe(token);
  });

  it("[U09] asks GoHighLevel once for the parallel calls of two processes", async () => {
    const other = rig.another();
    rig.clock.advance(DAY);
    const callAll = (upstream: Upstream) =>
      Promise.all(Array.from({ length: 25 }, async () => upstream.tokens.getToken(request)));
    const first = callAll(rig.upstream);
    const second = callAll(other);
    const given = await first;
    await Promise.race([second, rig.clock.whenSleeping()]);
    rig.clock.advance(1);
    const tokens = [...given, ...(await second)].map((one) => tokenOf(one).reveal());
    expect(new Set(tokens).size).toBe(1);
    expect(rig.grants("refresh_token")).toBe(1);
  });

  it("[U10] waits 15 s for a process that died in its refresh, and takes over after 30 s", async () => {
    const dying: RecordStore = {
      ...rig.store,
      put: (at, value, options) =>
        at.namespace === "connection"
          ? new Promise(() => undefined)
          : rig.store.put(at, value, options),
    };
    rig.clock.advance(DAY);
    void rig.another({}, dying).tokens.getToken(request);
    await vi.waitUntil(() => rig.grants("refresh_token") === 1);
    const waiting = get();
    await rig.clock.whenSleeping();
    rig.clock.advance(15);
    expect(await waiting).toMatchObject({ failure: { kind: "upstream_unavailable" } });
    expect(rig.grants("refresh_token")).toBe(1);
    rig.clock.advance(15);
    expect(await get()).toMatchObject({ failure: { kind: "needs_reauth" } });
    expect(await get()).toMatchObject({ failure: { kind: "needs_reauth" } });
    expect(rig.grants("refresh_token")).toBe(2);
  });

  it("keeps its rotated tokens when another process changed only the status meanwhile", async () => {
    let interfere = true;
    const other = rig.another();
    const racing: RecordStore = {
      ...rig.store,
      put: async (at, value, options) => {
        if (at.namespace === "connection" && interfere) {
          interfere = false;
          rig.clock.advance(LEASE);
          // The used-up refresh token is refused there, so the other process marks the connection.
          expect(await other.refreshNow(connection.id)).toMatchObject({
            failure: { kind: "needs_reauth" },
          });
        }
        return rig.store.put(at, value, options);
      },
    };
    const upstream = rig.another({}, racing);
    rig.clock.advance(DAY);
    const token = tokenOf(await upstream.tokens.getToken(request)).reveal();
    expect(await status()).toBe("active");
    expect(tokenOf(await get()).reveal()).toBe(token);
  });

  it("does not bring back a connection that was removed during its refresh", async () => {
    const racing: RecordStore = {
      ...rig.store,
      put: async (at, value, options) => {
        if (at.namespace === "connection") await rig.upstream.removeConnection(connection.id);
        return rig.store.put(at, value, options);
      },
    };
    rig.clock.advance(DAY);
    expect(await rig.another({}, racing).tokens.getToken(request)).toEqual({
      ok: false,
      failure: { kind: "connection_missing", connectionId: connection.id },
    });
    expect(await rig.upstream.listConnections()).toEqual([]);
  });

  describe("[U13] while GoHighLevel fails", () => {
    it.each([429, 500, 503])("serves on with tokens that are still good (%i)", async (code) => {
      const first = tokenOf(await get()).reveal();
      rig.clock.advance(DAY - 60);
      refuseOnce(code, "later");
      expect(tokenOf(await get()).reveal()).toBe(first);
      expect(rig.grants("refresh_token")).toBe(1);
      expect(await status()).toBe("active");
    });

    it("says so once they have expired, rests, and recovers by itself", async () => {
      rig.clock.advance(DAY);
      refuseOnce(500, "later");
      const unavailable = { ok: false, failure: { kind: "upstream_unavailable" } };
      expect(await get()).toMatchObject(unavailable);
      expect(await get()).toMatchObject({
        failure: { kind: "upstream_unavailable", retryAfterSeconds: 1 },
      });
      expect(rig.grants("refresh_token")).toBe(1);
      rig.clock.advance(1);
      tokenOf(await get());
      expect(await status()).toBe("active");
    });

    it("rests as long as Retry-After says", async () => {
      rig.clock.advance(DAY);
      rig.sandbox.control.misbehave({
        pathPrefix: "/oauth/token",
        count: 1,
        how: { kind: "status", status: 429, headers: { "Retry-After": "40" } },
      });
      expect(await get()).toMatchObject({ failure: { retryAfterSeconds: 40 } });
      rig.clock.advance(39);
      expect(await get()).toMatchObject({ failure: { retryAfterSeconds: 1 } });
      expect(rig.grants("refresh_token")).toBe(1);
      rig.clock.advance(1);
      tokenOf(await get());
    });

    it.each([
      ["wrong client credentials", 401, "Invalid client credentials!"],
      ["a refusal that it does not know", 400, "Something new"],
    ])("never asks for a new sign-in because of %s", async (_name, code, message) => {
      rig.clock.advance(DAY);
      refuseOnce(code, message);
      expect(await get()).toMatchObject({ failure: { kind: "upstream_unavailable" } });
      expect(await status()).toBe("active");
      rig.clock.advance(1);
      tokenOf(await get());
    });
  });

  it("[U14] marks a paused location as suspended, and it works again with the same token", async () => {
    rig.sandbox.control.pauseLocation(String(connection.locationId));
    rig.clock.advance(DAY);
    const suspended = { failure: { kind: "suspended", connectionId: connection.id } };
    expect(await get()).toMatchObject(suspended);
    expect(await status()).toBe("suspended");
    rig.sandbox.control.resumeLocation(String(connection.locationId));
    expect(await get()).toMatchObject(suspended);
    rig.clock.advance(60);
    tokenOf(await get());
    expect(await status()).toBe("active");
  });

  it("discards tokens of another account, and keeps the connection as it is", async () => {
    rig.clock.advance(DAY);
    rig.sandbox.control.misbehave({
      pathPrefix: "/oauth/token",
      count: 1,
      how: {
        kind: "status",
        status: 200,
        body: JSON.stringify({
          access_token: "foreign",
          refresh_token: "foreign",
          expires_in: DAY,
          locationId: rig.sandbox.locations[1]?.id,
        }),
      },
    });
    expect(await get()).toMatchObject({ failure: { kind: "upstream_unavailable" } });
    rig.clock.advance(1);
    expect(tokenOf(await get()).reveal()).not.toBe("foreign");
  });

  it.each([
    ["no lifetime", {}],
    ["a lifetime that is no number", { expires_in: "abc" }],
    ["an odd user type and odd ids", { expires_in: DAY, userType: "Robot", companyId: "../x" }],
    ["scopes that are a list", { expires_in: DAY, scope: ["contacts.readonly"] }],
  ])("keeps new tokens that come with %s: the old one is used up", async (_what, odd) => {
    rig.clock.advance(DAY);
    const body = JSON.stringify({ access_token: "new", refresh_token: "next", ...odd });
    const how = { kind: "status", status: 200, body } as const;
    rig.sandbox.control.misbehave({ pathPrefix: "/oauth/token", count: 1, how });
    expect(tokenOf(await get()).reveal()).toBe("new");
    expect((await rig.upstream.findConnection(connection.id))?.scopes).toEqual(connection.scopes);
    expect(rig.grants("refresh_token")).toBe(1);
  });

  it("is proved by refreshNow, whatever the age of the tokens", async () => {
    const first = tokenOf(await get()).reveal();
    rig.clock.advance(10);
    expect(await rig.upstream.refreshNow(connection.id)).toMatchObject({
      ok: true,
      value: { id: connection.id, lastRefreshAt: rig.clock.nowSeconds() },
    });
    expect(rig.grants("refresh_token")).toBe(1);
    expect(tokenOf(await get()).reveal()).not.toBe(first);
  });

  it("goes on for the others when one caller gives up", async () => {
    rig.clock.advance(DAY);
    const abort = new AbortController();
    const gone = rig.upstream.tokens.getToken({ ...request, signal: abort.signal });
    const stays = get();
    abort.abort();
    expect(await gone).toMatchObject({ failure: { kind: "upstream_unavailable" } });
    tokenOf(await stays);
    expect(rig.grants("refresh_token")).toBe(1);
  });
});
