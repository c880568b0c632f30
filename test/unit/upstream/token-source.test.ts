import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../src/core/connection.ts";
import { toConnectionId, toLocationId } from "../../../src/core/ids.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { type Rig, startRig, tokenOf } from "./upstream-rig.ts";

describe("the tokens of connections", () => {
  let rig: Rig;
  let here: ReturnType<typeof toLocationId>;
  let there: ReturnType<typeof toLocationId>;

  beforeEach(async () => {
    rig = await startRig();
    here = toLocationId(rig.sandbox.locations[0]?.id ?? "");
    there = toLocationId(rig.sandbox.locations[1]?.id ?? "");
  });
  afterEach(() => rig.close());

  const mints = () =>
    rig.sandbox.control.requests().filter(({ path }) => path === "/oauth/locationToken").length;

  describe("of a location", () => {
    let connection: Connection;
    beforeEach(async () => {
      connection = await rig.connect(here);
      rig.sent.length = 0;
    });
    const get = (change: object) =>
      rig.upstream.tokens.getToken({
        connectionId: connection.id,
        tokenClass: "location",
        locationId: here,
        ...change,
      });

    it("serve their own location only, and ask GoHighLevel nothing for another", async () => {
      expect(await get({})).toMatchObject({ ok: true, value: { kind: "oauth" } });
      expect(await get({ locationId: there })).toEqual({
        ok: false,
        failure: { kind: "location_not_allowed", locationId: there },
      });
      expect(await get({ tokenClass: "company" })).toEqual({
        ok: false,
        failure: { kind: "wrong_token_class", needed: "company", have: "location" },
      });
      expect(rig.sent).toEqual([]);
    });

    it("are not there for a connection that is unknown, removed or of another environment", async () => {
      const missing = { ok: false, failure: { kind: "connection_missing" } };
      expect(await get({ connectionId: toConnectionId("unknown") })).toMatchObject(missing);
      const live = rig.another({ environment: "services.leadconnectorhq.com" });
      const request = { connectionId: connection.id, tokenClass: "location" } as const;
      expect(await live.tokens.getToken(request)).toMatchObject(missing);
      expect(await live.findConnection(connection.id)).toBeUndefined();
      expect(await live.listConnections()).toEqual([]);
      await live.removeConnection(connection.id);
      expect((await get({})).ok).toBe(true);
      await rig.upstream.removeConnection(connection.id);
      expect(await get({})).toMatchObject(missing);
      expect(rig.sent).toEqual([]);
    });

    it("are replaced once per refused token, however many report it", async () => {
      const given = await get({});
      if (!given.ok) throw new Error("no token");
      const request = { connectionId: connection.id, tokenClass: "location" } as const;
      const replaced = await Promise.all(
        Array.from({ length: 20 }, () => rig.upstream.tokens.replaceToken(request, given.value)),
      );
      replaced.push(await rig.upstream.tokens.replaceToken(request, given.value));
      expect(rig.grants("refresh_token")).toBe(1);
      const tokens = new Set(replaced.map((each) => tokenOf(each).reveal()));
      expect(tokens.size).toBe(1);
      expect(tokens.has(given.value.token.reveal())).toBe(false);
    });

    it("are not refreshed for a report about a token that was never theirs", async () => {
      const request = { connectionId: connection.id, tokenClass: "location" } as const;
      const stray = { token: toSecret("stray"), kind: "oauth" } as const;
      expect(tokenOf(await rig.upstream.tokens.replaceToken(request, stray)).reveal()).toBe(
        tokenOf(await get({})).reveal(),
      );
      expect(rig.grants("refresh_token")).toBe(0);
    });
  });

  describe("of an agency", () => {
    let connection: Connection;
    beforeEach(async () => {
      connection = await rig.connect("company");
    });
    const request = (locationId: typeof here) =>
      ({ connectionId: connection.id, tokenClass: "location", locationId }) as const;
    const get = (locationId: typeof here) => rig.upstream.tokens.getToken(request(locationId));

    it("are the company's own for company calls", async () => {
      const company = { connectionId: connection.id, tokenClass: "company" } as const;
      tokenOf(await rig.upstream.tokens.getToken(company));
      expect(mints()).toBe(0);
    });

    it("are minted once per location and kept apart", async () => {
      const given = await Promise.all([get(here), get(here), get(there), get(there)]);
      const [a, b, c, d] = given.map((each) => tokenOf(each).reveal());
      expect(a).toBe(b);
      expect(c).toBe(d);
      expect(a).not.toBe(c);
      expect(mints()).toBe(2);
      const minted = rig.sent.filter(({ url }) => url.endsWith("/oauth/locationToken"));
      expect(minted[0]?.headers).toMatchObject({ version: "2021-07-28" });
    });

    it("are minted anew when they end", async () => {
      const first = tokenOf(await get(here)).reveal();
      rig.clock.advance(86_399 - 15 * 60);
      expect(tokenOf(await get(here)).reveal()).not.toBe(first);
      expect(mints()).toBe(2);
    });

    it("are minted with a newer company token when that one is refused", async () => {
      rig.sandbox.control.expireAccessTokens();
      tokenOf(await get(here));
      expect(rig.grants("refresh_token")).toBe(1);
    });

    it("are minted anew when GoHighLevel refuses them, once however many report it", async () => {
      const given = await get(here);
      if (!given.ok) throw new Error("no token");
      const replaced = await Promise.all(
        Array.from({ length: 20 }, () =>
          rig.upstream.tokens.replaceToken(request(here), given.value),
        ),
      );
      expect(new Set(replaced.map((each) => tokenOf(each).reveal())).size).toBe(1);
      expect(mints()).toBe(2);
      expect(rig.grants("refresh_token")).toBe(0);
    });

    it("[U16] are refused for a location outside the company, and nothing is kept", async () => {
      const foreign = toLocationId("ForeignLocation00000");
      const refused = { kind: "location_not_allowed", locationId: foreign };
      expect(await get(foreign)).toEqual({ ok: false, failure: refused });
      expect(await get(foreign)).toEqual({ ok: false, failure: refused });
    });

    it("[U16] are refused when the answer is for another location or company", async () => {
      const answer = { access_token: "other", expires_in: 60, locationId: there };
      for (const body of [answer, { ...answer, locationId: here, companyId: "other" }]) {
        rig.sandbox.control.misbehave({
          pathPrefix: "/oauth/locationToken",
          count: 1,
          how: { kind: "status", status: 200, body: JSON.stringify(body) },
        });
        expect(await get(here)).toEqual({
          ok: false,
          failure: { kind: "location_not_allowed", locationId: here },
        });
      }
      expect(tokenOf(await get(here)).reveal()).not.toBe("other");
      expect(tokenOf(await get(there)).reveal()).not.toBe("other");
    });

    it("need a location where a location's token is wanted", async () => {
      const vague = { connectionId: connection.id, tokenClass: "location" } as const;
      expect(await rig.upstream.tokens.getToken(vague)).toEqual({
        ok: false,
        failure: { kind: "wrong_token_class", needed: "location", have: "company" },
      });
    });

    it("pass on that GoHighLevel is unavailable", async () => {
      rig.sandbox.control.misbehave({
        pathPrefix: "/oauth/locationToken",
        count: 1,
        how: { kind: "status", status: 429, headers: { "Retry-After": "7" } },
      });
      expect(await get(here)).toEqual({
        ok: false,
        failure: { kind: "upstream_unavailable", retryAfterSeconds: 7 },
      });
      tokenOf(await get(here));
    });
  });

  it("stop at the locations that the agency approved", async () => {
    const { authorizeUrl, cookie } = await rig.upstream.startLogin({ kind: "sign_in" });
    const body = {
      access_token: "company-token",
      refresh_token: "company-refresh",
      expires_in: 86_399,
      scope: "",
      userType: "Company",
      companyId: rig.sandbox.companyId,
      approvedLocations: [here],
    };
    rig.sandbox.control.misbehave({
      pathPrefix: "/oauth/token",
      count: 1,
      how: { kind: "status", status: 200, body: JSON.stringify(body) },
    });
    const state = new URL(authorizeUrl).searchParams.get("state") ?? "";
    const login = await rig.upstream.completeLogin({
      query: new URLSearchParams({ state, code: "any" }),
      cookies: new Map([[cookie.name, cookie.value]]),
    });
    if (!login.ok) throw new Error("no login");
    rig.sent.length = 0;
    const connectionId = login.value.connection.id;
    expect(
      await rig.upstream.tokens.getToken({
        connectionId,
        tokenClass: "location",
        locationId: there,
      }),
    ).toEqual({ ok: false, failure: { kind: "location_not_allowed", locationId: there } });
    expect(rig.sent).toEqual([]);
  });
});

describe("the private integration token", () => {
  let rig: Rig;
  const locationId = toLocationId("location1");
  const connectionId = toConnectionId("private");

  beforeEach(async () => {
    rig = await startRig({
      settings: { privateToken: { token: toSecret("pit-sentinel"), locationId } },
    });
  });
  afterEach(() => rig.close());

  it("is a connection that is listed and never stored", async () => {
    const shown = { id: "private", kind: "private", locationId, scopes: [], status: "active" };
    expect(await rig.upstream.listConnections()).toMatchObject([shown]);
    expect(await rig.upstream.findConnection(connectionId)).toMatchObject(shown);
    await rig.upstream.removeConnection(connectionId);
    expect(await rig.upstream.listConnections()).toHaveLength(1);
    expect(await rig.store.list("connection", "sandbox")).toEqual([]);
  });

  it("serves its own location's calls, marked as private", async () => {
    const request = { connectionId, tokenClass: "location", locationId } as const;
    expect(await rig.upstream.tokens.getToken(request)).toMatchObject({
      value: { kind: "private" },
    });
    expect(tokenOf(await rig.upstream.tokens.getToken(request)).reveal()).toBe("pit-sentinel");
    expect(
      await rig.upstream.tokens.getToken({ ...request, locationId: toLocationId("other") }),
    ).toMatchObject({ failure: { kind: "location_not_allowed" } });
    expect(await rig.upstream.tokens.getToken({ ...request, tokenClass: "company" })).toMatchObject(
      { failure: { kind: "wrong_token_class", have: "private" } },
    );
  });

  it("cannot be replaced, and says what to do", async () => {
    const token = { token: toSecret("pit-sentinel"), kind: "private" } as const;
    const request = { connectionId, tokenClass: "location", locationId } as const;
    expect(await rig.upstream.tokens.replaceToken(request, token)).toMatchObject({
      failure: { kind: "needs_reauth", reason: expect.stringContaining("GHL_PRIVATE_TOKEN") },
    });
  });

  it("is missing where none is configured", async () => {
    const { privateToken: _none, ...rest } = rig.settings;
    const without = rig.another({ ...rest, privateToken: undefined } as object);
    expect(await without.findConnection(connectionId)).toBeUndefined();
    expect(
      await without.tokens.getToken({ connectionId, tokenClass: "location", locationId }),
    ).toMatchObject({ failure: { kind: "connection_missing" } });
  });
});
