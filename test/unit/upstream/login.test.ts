import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toTransactionId } from "../../../src/core/ids.ts";
import { chooseAtSandbox, REDIRECT_URI, type Rig, startRig } from "./upstream-rig.ts";

describe("a sign-in at GoHighLevel", () => {
  let rig: Rig;
  let here: string;

  beforeEach(async () => {
    rig = await startRig();
    here = rig.sandbox.locations[0]?.id ?? "";
  });
  afterEach(() => rig.close());

  const start = async () => {
    const { authorizeUrl, cookie } = await rig.upstream.startLogin({ kind: "sign_in" });
    const query = await chooseAtSandbox(authorizeUrl, { choice: here, decision: "allow" });
    return { query, cookies: new Map([[cookie.name, cookie.value]]), cookie };
  };
  const stored = () => rig.upstream.listConnections();

  describe("that goes well", () => {
    it("connects a location and tells the purpose and the cookie to clear", async () => {
      const purpose = { kind: "authorization", transactionId: toTransactionId("t1") } as const;
      const login = await rig.signIn(here, purpose);
      expect(login).toMatchObject({
        ok: true,
        value: {
          purpose,
          cookieName: expect.stringMatching(/^__Host-ghlmcp-login-[\w-]{12}$/),
          connection: {
            kind: "location",
            environment: "sandbox",
            companyId: rig.sandbox.companyId,
            locationId: here,
            scopes: ["contacts.readonly", "locations.readonly", "oauth.readonly", "oauth.write"],
            status: "active",
            connectedAt: rig.clock.nowSeconds(),
            tokenExpiresAt: rig.clock.nowSeconds() + 86_399,
          },
        },
      });
      expect(await stored()).toHaveLength(1);
    });

    it("connects an agency, which has no location of its own", async () => {
      const connection = await rig.connect("company");
      expect(connection.kind).toBe("company");
      expect(connection).not.toHaveProperty("locationId");
    });

    it("gives the cookie of each sign-in another name, so that two tabs do not disturb each other", async () => {
      const [first, second] = [await start(), await start()];
      const cookies = new Map([...first.cookies, ...second.cookies]);
      expect(cookies.size).toBe(2);
      expect(first.cookie.maxAgeSeconds).toBe(600);
      expect((await rig.upstream.completeLogin({ query: first.query, cookies })).ok).toBe(true);
      expect((await rig.upstream.completeLogin({ query: second.query, cookies })).ok).toBe(true);
    });

    it("sends the code as a form, with the redirect URI and without a user type", async () => {
      await rig.connect(here);
      const [body = new URLSearchParams()] = rig.forms();
      expect([...body.keys()].toSorted((a, b) => a.localeCompare(b))).toEqual([
        "client_id",
        "client_secret",
        "code",
        "code_verifier",
        "grant_type",
        "redirect_uri",
      ]);
      expect(body.get("redirect_uri")).toBe(REDIRECT_URI);
    });
  });

  describe("[U02] with a state that is not good", () => {
    it.each([
      ["missing", "state_missing", (query: URLSearchParams) => query.delete("state")],
      ["empty", "state_missing", (query: URLSearchParams) => query.set("state", "")],
      ["forged", "state_unknown", (query: URLSearchParams) => query.set("state", "x".repeat(43))],
      ["doubled", "state_unknown", (query: URLSearchParams) => query.append("state", "x")],
      [
        "endless",
        "state_unknown",
        (query: URLSearchParams) => query.set("state", "x".repeat(9999)),
      ],
    ])("fails when it is %s, without asking GoHighLevel", async (_name, kind, spoil) => {
      const { query, cookies } = await start();
      spoil(query);
      const outcome = await rig.upstream.completeLogin({ query, cookies });
      expect(outcome).toEqual({ ok: false, failure: { kind } });
      expect(rig.sent).toEqual([]);
      expect(await stored()).toEqual([]);
    });

    it("fails when it has expired, to the second", async () => {
      const [early, late] = [await start(), await start()];
      rig.clock.advance(599);
      expect((await rig.upstream.completeLogin(early)).ok).toBe(true);
      rig.clock.advance(1);
      const asked = rig.sent.length;
      const outcome = await rig.upstream.completeLogin(late);
      expect(outcome).toEqual({ ok: false, failure: { kind: "state_unknown" } });
      expect(rig.sent).toHaveLength(asked);
    });

    it("lets one of ten concurrent callbacks win, and exchanges the code once", async () => {
      const callback = await start();
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () => rig.upstream.completeLogin(callback)),
      );
      expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
      expect(rig.grants("authorization_code")).toBe(1);
    });
  });

  describe("in another browser than the one that started it", () => {
    it.each([
      ["without the cookie", () => new Map<string, string>()],
      ["with another sign-in's cookie", (name: string) => new Map([[name, "x".repeat(43)]])],
      [
        "with the cookie's value under another name",
        (_: string, value: string) => new Map([["a", value]]),
      ],
    ])("fails %s, asks nothing, and leaves the sign-in to its owner", async (_name, steal) => {
      const { query, cookies, cookie } = await start();
      const stolen = { query, cookies: steal(cookie.name, cookie.value) };
      const outcome = await rig.upstream.completeLogin(stolen);
      expect(outcome).toEqual({ ok: false, failure: { kind: "wrong_browser" } });
      expect(rig.sent).toEqual([]);
      expect((await rig.upstream.completeLogin({ query, cookies })).ok).toBe(true);
    });
  });

  describe("that GoHighLevel or the person ends", () => {
    const purpose = { kind: "sign_in" };

    it("is denied when the person cancels, and cannot be continued", async () => {
      const { authorizeUrl, cookie } = await rig.upstream.startLogin({ kind: "sign_in" });
      const query = await chooseAtSandbox(authorizeUrl, { decision: "cancel" });
      const cookies = new Map([[cookie.name, cookie.value]]);
      expect(await rig.upstream.completeLogin({ query, cookies })).toEqual({
        ok: false,
        failure: { kind: "denied", purpose },
      });
      query.delete("error");
      query.set("code", "some-code");
      expect(await rig.upstream.completeLogin({ query, cookies })).toEqual({
        ok: false,
        failure: { kind: "state_unknown" },
      });
      expect(rig.sent).toEqual([]);
    });

    it.each([
      ["code_missing", (query: URLSearchParams) => query.delete("code")],
      ["code_missing", (query: URLSearchParams) => query.set("code", "")],
      ["exchange_unavailable", (query: URLSearchParams) => query.set("error", "server_error")],
    ])("ends as %s without an exchange", async (kind, spoil) => {
      const { query, cookies } = await start();
      spoil(query);
      expect(await rig.upstream.completeLogin({ query, cookies })).toEqual({
        ok: false,
        failure: { kind, purpose },
      });
      expect(rig.sent).toEqual([]);
    });

    it("says to start again when the code is not known", async () => {
      const { query, cookies } = await start();
      query.set("code", "unknown");
      const outcome = await rig.upstream.completeLogin({ query, cookies });
      expect(outcome).toMatchObject({
        failure: {
          kind: "exchange_refused",
          reason: expect.any(String),
          status: 401,
          hint: expect.stringContaining("start the sign-in again"),
        },
      });
      expect(await stored()).toEqual([]);
    });

    it.each([
      ["Invalid client credentials!", "GHL_CLIENT_SECRET"],
      ["Invalid grant: redirect_uri does not match", REDIRECT_URI],
      ["Location is not active", "not active"],
      ["Something else entirely", "client keys"],
    ])("turns the refusal %j into a hint that names what to check", async (message, hint) => {
      const { query, cookies } = await start();
      const how = { kind: "status", status: 400, body: JSON.stringify({ message }) } as const;
      rig.sandbox.control.misbehave({ pathPrefix: "/oauth/token", count: 1, how });
      const outcome = await rig.upstream.completeLogin({ query, cookies });
      expect(outcome).toMatchObject({
        failure: { kind: "exchange_refused", status: 400, hint: expect.stringContaining(hint) },
      });
    });
  });

  describe("with an answer that is not sound", () => {
    const good = {
      access_token: "sentinel-access-token",
      refresh_token: "sentinel-refresh-token",
      token_type: "Bearer",
      expires_in: 86_399,
      scope: "contacts.readonly",
      userType: "Location",
      companyId: "company1",
      locationId: "location1",
      userId: "user1",
    };
    const answer = async (status: number, body: string) => {
      const callback = await start();
      rig.sandbox.control.misbehave({
        pathPrefix: "/oauth/token",
        count: 1,
        how: { kind: "status", status, body },
      });
      return rig.upstream.completeLogin(callback);
    };

    it("accepts the answer that the cases below spoil", async () => {
      expect((await answer(200, JSON.stringify(good))).ok).toBe(true);
    });

    it.each([
      ["[U05] lacks the location", { locationId: undefined }, "locationId"],
      ["[U05] lacks the company", { companyId: undefined }, "companyId"],
      ["[U05] has an unknown user type", { userType: "Admin" }, "userType"],
      ["[U06] has a lifetime that is no number", { expires_in: "abc" }, "expires_in"],
      ["[U06] has a lifetime of zero", { expires_in: 0 }, "expires_in"],
      ["[U06] has a lifetime of a thousand years", { expires_in: 3e10 }, "expires_in"],
      ["[U06] lacks the refresh token", { refresh_token: undefined }, "refresh_token"],
      ["[U06] has a token with a line break", { access_token: "a\r\nb: c" }, "access_token"],
      ["[U06] has a location id that is a path", { locationId: "../../x" }, "locationId"],
      ["[U06] lacks the scope", { scope: undefined }, "scope"],
    ])(
      "is refused when it %s, names the field, and stores nothing",
      async (_name, change, field) => {
        const outcome = await answer(200, JSON.stringify({ ...good, ...change }));
        expect(outcome).toMatchObject({
          failure: { kind: "exchange_malformed", problem: expect.stringContaining(field) },
        });
        expect(await stored()).toEqual([]);
        expect(`${JSON.stringify(outcome)}${rig.logged.join("")}`).not.toContain("sentinel");
      },
    );

    it.each([
      ["an error with status 200", '{"error":"sentinel"}', "access_token"],
      ["HTML", "<html>sentinel</html>", "not JSON"],
      ["a list", "[]", "JSON object"],
      ["more than 64 kB", `"${"sentinel".repeat(10_000)}"`, "larger than 65536 bytes"],
    ])("[U06] is refused when it is %s", async (_name, body, problem) => {
      const outcome = await answer(200, body);
      expect(outcome).toMatchObject({
        failure: { kind: "exchange_malformed", problem: expect.stringContaining(problem) },
      });
      expect(await stored()).toEqual([]);
      expect(`${JSON.stringify(outcome)}${rig.logged.join("")}`).not.toContain("sentinel");
    });

    it.each([500, 503, 429])("[U06] counts as unavailable with status %i", async (status) => {
      const outcome = await answer(status, "<html>sentinel</html>");
      expect(outcome).toEqual({
        ok: false,
        failure: { kind: "exchange_unavailable", purpose: { kind: "sign_in" } },
      });
      expect(rig.logged.join("")).not.toContain("sentinel");
    });

    it("[U06] counts as unavailable when the connection is cut, and is not tried again", async () => {
      const callback = await start();
      rig.sandbox.control.misbehave({ pathPrefix: "/oauth/token", count: 9, how: { kind: "cut" } });
      const outcome = await rig.upstream.completeLogin(callback);
      expect(outcome).toMatchObject({ failure: { kind: "exchange_unavailable" } });
      expect(rig.grants("authorization_code")).toBe(1);
    });
  });

  it("cannot be started without an app, and says what to set", async () => {
    const { clientId: _id, clientSecret: _secret, ...rest } = rig.settings;
    const bare = rig.another({ ...rest, clientId: undefined, clientSecret: undefined } as object);
    await expect(bare.startLogin({ kind: "sign_in" })).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("GHL_CLIENT_ID"),
    });
  });
});
