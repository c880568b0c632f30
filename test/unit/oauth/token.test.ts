import { describe, expect, it } from "vitest";
import { toWire } from "../../../src/oauth/errors.ts";
import {
  CALLBACK,
  codeForm,
  CONNECTION,
  createHarness,
  failureOf,
  form,
  ISSUER,
  must,
  obtainCode,
  register,
  signIn,
  VERIFIER,
  works,
} from "./support.ts";

const invalidGrant = { kind: "invalid_grant" };

describe("redeeming a code", () => {
  it("gives an access token, a refresh token and the scope that was chosen", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const tokens = await signIn(server, id);
    expect(tokens).toEqual({
      access_token: expect.stringMatching(/^ghlmcp_at_[\w-]{43}$/),
      token_type: "Bearer",
      expires_in: 28_800,
      refresh_token: expect.stringMatching(/^ghlmcp_rt_[\w-]{43}$/),
      scope: "read write",
    });
    expect(await server.authenticate(`bearer ${tokens.access_token}`)).toMatchObject({
      ok: true,
      value: { clientId: id, subject: "user-1", connectionId: CONNECTION, access: "write" },
    });
  });

  it.each<[string, Record<string, string>]>([
    ["T01", { code_verifier: "" }],
    ["T02", { code_verifier: VERIFIER.toLowerCase() }],
    ["T02", { code_verifier: VERIFIER.slice(0, 42) }],
    ["T02", { code_verifier: "a".repeat(129) }],
    ["T05", { redirect_uri: "https://app.example/other" }],
    ["T05", { redirect_uri: `${CALLBACK}?x=1` }],
  ])("%s: refuses %j, issues nothing, and leaves the code to its owner", async (_id, changes) => {
    const { server, store } = createHarness();
    const { id } = await register(server);
    const code = await obtainCode(server, id);
    expect(failureOf(await server.token(codeForm(id, code, changes)))).toMatchObject(invalidGrant);
    expect(store.keys("access_token")).toEqual([]);
    expect(store.keys("refresh_token")).toEqual([]);
    must(await server.token(codeForm(id, code)));
  });

  it("T05: refuses another loopback port, accepts a missing redirect_uri", async () => {
    const { server } = createHarness();
    const { id } = await register(server, { redirect_uris: ["http://localhost/cb"] });
    const code = await obtainCode(server, id, { redirect_uri: "http://localhost:4001/cb" });
    const other = await server.token(
      codeForm(id, code, { redirect_uri: "http://localhost:4002/cb" }),
    );
    expect(failureOf(other)).toMatchObject(invalidGrant);
    must(await server.token(codeForm(id, code, { redirect_uri: "" })));
  });

  it("T06: a replay with the verifier ends all tokens of the first redemption", async () => {
    const { server, clock, store, logged } = createHarness();
    const { id } = await register(server);
    const code = await obtainCode(server, id);
    const tokens = must(await server.token(codeForm(id, code)));
    clock.advance(120);
    expect(await works(server, tokens.access_token)).toBe(true);
    expect(failureOf(await server.token(codeForm(id, code)))).toMatchObject({
      reason: "code_replayed",
    });
    expect(await works(server, tokens.access_token)).toBe(false);
    expect(store.keys("grant")).toEqual([]);
    expect(logged.map((line) => line.fields?.["event"])).toContain("code_replay");
  });

  it("T06: a replay without the verifier, or by another client, ends nothing", async () => {
    const { server, clock } = createHarness();
    const { id } = await register(server);
    const other = await register(server, { client_name: "other" });
    const code = await obtainCode(server, id);
    const tokens = must(await server.token(codeForm(id, code)));
    clock.advance(5);
    await server.token(codeForm(id, code, { code_verifier: "a".repeat(43) }));
    await server.token(codeForm(other.id, code));
    expect(await works(server, tokens.access_token)).toBe(true);
  });

  it("T07: 20 concurrent redemptions give one token set, which lives on", async () => {
    const { server, clock, store } = createHarness();
    const { id } = await register(server);
    const code = await obtainCode(server, id);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => server.token(codeForm(id, code))),
    );
    const winners = outcomes.filter((outcome) => outcome.ok);
    expect(winners).toHaveLength(1);
    expect(store.keys("access_token")).toHaveLength(1);
    expect(store.keys("refresh_token")).toHaveLength(1);
    clock.advance(1);
    await server.token(codeForm(id, code));
    const [winner] = winners;
    expect(winner !== undefined && (await works(server, must(winner).access_token))).toBe(true);
  });

  it("T08: another client neither gets nor spends the code", async () => {
    const { server, store } = createHarness();
    const { id } = await register(server);
    const other = await register(server, { client_name: "other" });
    const code = await obtainCode(server, id);
    expect(failureOf(await server.token(codeForm(other.id, code)))).toMatchObject(invalidGrant);
    expect(store.keys("access_token")).toEqual([]);
    must(await server.token(codeForm(id, code)));
  });

  it("T09: a code ends after 60 s, and is no refresh token, nor the other way round", async () => {
    const { server, clock } = createHarness();
    const { id } = await register(server);
    const code = await obtainCode(server, id);
    const asRefresh = form({ grant_type: "refresh_token", client_id: id, refresh_token: code });
    expect(failureOf(await server.token(asRefresh))).toMatchObject(invalidGrant);
    clock.advance(59);
    const tokens = must(await server.token(codeForm(id, code)));
    expect(failureOf(await server.token(codeForm(id, tokens.refresh_token)))).toMatchObject(
      invalidGrant,
    );
    const late = await obtainCode(server, id);
    clock.advance(60);
    expect(failureOf(await server.token(codeForm(id, late)))).toMatchObject(invalidGrant);
  });

  it("T10: another resource is invalid_target, and the right one still redeems", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const code = await obtainCode(server, id, { resource: `${ISSUER}/mcp` });
    const wrong = await server.token(codeForm(id, code, { resource: "https://other.example/mcp" }));
    expect(failureOf(wrong)).toEqual({ kind: "invalid_target" });
    must(await server.token(codeForm(id, code, { resource: `${ISSUER}/mcp/` })));
  });

  it.each([
    "password",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:device_code",
    "constructor",
  ])("T16: refuses the grant type %s", async (grantType) => {
    const { server } = createHarness();
    const { id } = await register(server);
    const outcome = await server.token(form({ grant_type: grantType, client_id: id }));
    expect(failureOf(outcome)).toEqual({ kind: "unsupported_grant_type" });
  });

  it("refuses a parameter that comes twice, and leaves the code", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const code = await obtainCode(server, id);
    const request = codeForm(id, code);
    request.form.append("code_verifier", VERIFIER);
    expect(failureOf(await server.token(request))).toMatchObject({ problem: "repeated" });
    must(await server.token(codeForm(id, code)));
  });

  it("S01: stores no token, code, secret or verifier", async () => {
    const { server, store } = createHarness();
    const { id, secret = "" } = await register(server, {
      token_endpoint_auth_method: "client_secret_post",
    });
    const code = await obtainCode(server, id);
    const tokens = must(await server.token(codeForm(id, code, { client_secret: secret })));
    const refreshed = must(
      await server.token(
        form({
          grant_type: "refresh_token",
          client_id: id,
          client_secret: secret,
          refresh_token: tokens.refresh_token,
        }),
      ),
    );
    const dump = JSON.stringify(store.dump());
    const secrets = [tokens, refreshed].flatMap((one) => [one.access_token, one.refresh_token]);
    for (const value of [secret, code, VERIFIER, ...secrets]) {
      expect(dump).not.toContain(value);
      expect(dump).not.toContain(value.replace(/^ghlmcp_.._/, ""));
    }
  });
});

describe("client authentication", () => {
  const basic = (id: string, secret: string, scheme = "Basic"): string =>
    `${scheme} ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64")}`;

  it.each(["client_secret_basic", "client_secret_post"])(
    "takes the secret of a %s client in either place",
    async (method) => {
      const { server } = createHarness();
      const { id, secret = "" } = await register(server, { token_endpoint_auth_method: method });
      const one = codeForm(id, await obtainCode(server, id), { client_id: "" });
      must(await server.token({ ...one, authorization: basic(id, secret, "bAsIc") }));
      must(
        await server.token(codeForm(id, await obtainCode(server, id), { client_secret: secret })),
      );
    },
  );

  it("T12: refuses each wrong way, challenges where Basic was used, and spends nothing", async () => {
    const { server } = createHarness();
    const { id, secret = "" } = await register(server, {
      token_endpoint_auth_method: "client_secret_basic",
    });
    const code = await obtainCode(server, id);
    const headers = [
      basic(id, "wrong"),
      "Basic !!!",
      "Basic",
      "basic",
      basic("nobody", "x"),
      basic(id, ""),
      "Basic OmFiYw==",
      `Basic ${"A".repeat(5000)}`,
    ];
    for (const authorization of headers) {
      const outcome = await server.token({
        ...codeForm(id, code, { client_id: "" }),
        authorization,
      });
      expect(failureOf(outcome)).toMatchObject({ kind: "client_authentication" });
      if (outcome.ok) continue;
      expect(toWire(outcome.failure)).toMatchObject({
        status: 401,
        body: { error: "invalid_client" },
        headers: { "WWW-Authenticate": expect.stringMatching(/^Basic /) },
      });
    }
    for (const changes of [{}, { client_secret: "wrong" }]) {
      const outcome = await server.token(codeForm(id, code, changes));
      expect(failureOf(outcome)).toMatchObject({ kind: "client_authentication", basic: false });
    }
    must(await server.token(codeForm(id, code, { client_secret: secret })));
  });

  it("T12: refuses two ways at once", async () => {
    const { server } = createHarness();
    const { id, secret = "" } = await register(server, {
      token_endpoint_auth_method: "client_secret_basic",
    });
    const code = await obtainCode(server, id);
    const request = codeForm(id, code, { client_secret: secret });
    const outcome = await server.token({ ...request, authorization: basic(id, secret) });
    expect(failureOf(outcome)).toEqual({ kind: "several_authentications" });
  });

  it("T12: refuses a secret, right by luck or not, from a public client", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const code = await obtainCode(server, id);
    expect(failureOf(await server.token(codeForm(id, code, { client_secret: "x" })))).toMatchObject(
      {
        problem: "unexpected_secret",
      },
    );
    const withBasic = { ...codeForm(id, code), authorization: basic(id, "x") };
    expect(failureOf(await server.token(withBasic))).toMatchObject({
      problem: "unexpected_secret",
    });
  });

  it("A6: an unknown client is 401 invalid_client, so that it registers again", async () => {
    const { server } = createHarness();
    const outcome = await server.token(codeForm("ghlmcp_client_gone", "ghlmcp_ac_x"));
    expect(outcome.ok).toBe(false);
    if (!outcome.ok)
      expect(toWire(outcome.failure)).toMatchObject({
        status: 401,
        body: { error: "invalid_client" },
      });
  });

  it("refuses an assertion that it cannot check", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const code = await obtainCode(server, id);
    const outcome = await server.token(codeForm(id, code, { client_assertion: "e.y.J" }));
    expect(failureOf(outcome)).toMatchObject({ problem: "unsupported_method" });
  });
});
