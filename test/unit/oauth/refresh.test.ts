import { describe, expect, it } from "vitest";
import {
  CONNECTION,
  codeForm,
  createHarness,
  failureOf,
  form,
  must,
  obtainCode,
  openTransaction,
  refreshForm,
  register,
  signIn,
  works,
} from "./support.ts";

const DAY = 86_400;

describe("refreshing", () => {
  it("F01: reuse after the grace ends the family and is noted", async () => {
    const { server, clock, logged } = createHarness();
    const { id } = await register(server);
    const first = await signIn(server, id);
    const second = must(await server.token(refreshForm(id, first.refresh_token)));
    expect(second.refresh_token).not.toBe(first.refresh_token);
    clock.advance(31);
    expect(failureOf(await server.token(refreshForm(id, first.refresh_token)))).toEqual({
      kind: "invalid_grant",
      reason: "refresh_reused",
    });
    expect(await works(server, first.access_token)).toBe(false);
    expect(await works(server, second.access_token)).toBe(false);
    expect((await server.token(refreshForm(id, second.refresh_token))).ok).toBe(false);
    expect(await server.listGrants(CONNECTION)).toEqual([]);
    expect(logged.filter((line) => line.fields?.["event"] === "refresh_reuse")).toHaveLength(1);
  });

  it("F02: the same request within the grace gets the identical response", async () => {
    const { server, clock, store } = createHarness();
    const { id } = await register(server);
    const first = await signIn(server, id);
    const second = must(await server.token(refreshForm(id, first.refresh_token)));
    clock.advance(30);
    const records = store.keys("refresh_token").length;
    expect(must(await server.token(refreshForm(id, first.refresh_token)))).toEqual(second);
    expect(store.keys("refresh_token")).toHaveLength(records);
  });

  it.each([{ scope: "read" }, { resource: "https://ghl.example" }])(
    "F02: within the grace another request (%j) is reuse",
    async (changes) => {
      const { server } = createHarness();
      const { id } = await register(server);
      const first = await signIn(server, id);
      const second = must(await server.token(refreshForm(id, first.refresh_token)));
      expect((await server.token(refreshForm(id, first.refresh_token, changes))).ok).toBe(false);
      expect(await works(server, second.access_token)).toBe(false);
    },
  );

  it("F02: within the grace, but after the successor was used, it is reuse", async () => {
    const { server, clock } = createHarness();
    const { id } = await register(server);
    const first = await signIn(server, id);
    const second = must(await server.token(refreshForm(id, first.refresh_token)));
    const third = must(await server.token(refreshForm(id, second.refresh_token)));
    clock.advance(2);
    expect((await server.token(refreshForm(id, first.refresh_token))).ok).toBe(false);
    expect(await works(server, third.access_token)).toBe(false);
  });

  it("F03: 20 concurrent refreshes all get one and the same successor, which works", async () => {
    const { server, store } = createHarness();
    const { id } = await register(server);
    const first = await signIn(server, id);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => server.token(refreshForm(id, first.refresh_token))),
    );
    const responses = outcomes.map(must);
    expect(new Set(responses.map((one) => one.refresh_token)).size).toBe(1);
    expect(new Set(responses.map((one) => one.access_token)).size).toBe(1);
    const [response] = responses;
    expect(response !== undefined && (await works(server, response.access_token))).toBe(true);
    expect(store.keys("refresh_token")).toHaveLength(2);
    expect(store.keys("access_token")).toHaveLength(2);
  });

  it("F06: another client gets nothing and ends nothing, before and after rotation", async () => {
    const { server, clock } = createHarness();
    const { id } = await register(server);
    const other = await register(server, { client_name: "other" });
    const first = await signIn(server, id);
    const foreign = (): Promise<{ readonly ok: boolean }> =>
      server.token(refreshForm(other.id, first.refresh_token));
    expect((await foreign()).ok).toBe(false);
    const second = must(await server.token(refreshForm(id, first.refresh_token)));
    clock.advance(60);
    expect((await foreign()).ok).toBe(false);
    expect(await works(server, second.access_token)).toBe(true);
    must(await server.token(refreshForm(id, second.refresh_token)));
  });

  it("F07: a wider scope is refused and spends nothing, a narrower one holds for one token", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const first = await signIn(server, id);
    const wider = await server.token(refreshForm(id, first.refresh_token, { scope: "critical" }));
    expect(failureOf(wider)).toEqual({ kind: "invalid_scope" });
    const narrow = must(
      await server.token(refreshForm(id, first.refresh_token, { scope: "read area:contacts" })),
    );
    expect(narrow.scope).toBe("read area:contacts");
    expect(await server.authenticate(`Bearer ${narrow.access_token}`)).toMatchObject({
      value: { access: "read", areas: ["contacts"] },
    });
    expect(must(await server.token(refreshForm(id, narrow.refresh_token))).scope).toBe(
      "read write",
    );
  });

  it("F07: an area outside of the grant is refused", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const transaction = await openTransaction(server, id);
    must(await server.approve(transaction, { access: "read", areas: ["contacts"] }));
    const { location } = must(
      await server.complete(transaction, {
        subject: "u",
        connectionId: CONNECTION,
        locations: "all",
      }),
    );
    const code = new URL(location).searchParams.get("code") ?? "";
    const tokens = must(await server.token(codeForm(id, code)));
    expect(tokens.scope).toBe("read area:contacts");
    const outcome = await server.token(
      refreshForm(id, tokens.refresh_token, { scope: "read area:payments" }),
    );
    expect(failureOf(outcome)).toEqual({ kind: "invalid_scope" });
  });

  it("F08, F09: a refresh token is no access token, nor the other way round", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const tokens = await signIn(server, id);
    expect(await works(server, tokens.refresh_token)).toBe(false);
    const outcome = await server.token(refreshForm(id, tokens.access_token));
    expect(failureOf(outcome)).toMatchObject({ kind: "invalid_grant" });
  });

  it("F10: an idle refresh token ends after 60 days, a used one goes on (I13)", async () => {
    const { server, clock } = createHarness();
    const { id } = await register(server);
    let tokens = await signIn(server, id);
    for (let week = 0; week < 20; week += 1) {
      clock.advance(7 * DAY);
      tokens = must(await server.token(refreshForm(id, tokens.refresh_token)));
    }
    clock.advance(60 * DAY - 1);
    tokens = must(await server.token(refreshForm(id, tokens.refresh_token)));
    clock.advance(60 * DAY);
    expect(failureOf(await server.token(refreshForm(id, tokens.refresh_token)))).toMatchObject({
      kind: "invalid_grant",
    });
  });

  it("F10: a refresh token ends with its grant", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const tokens = await signIn(server, id);
    const [grant] = await server.listGrants(CONNECTION);
    if (grant !== undefined) await server.revokeGrant(grant.grantId);
    expect(failureOf(await server.token(refreshForm(id, tokens.refresh_token)))).toEqual({
      kind: "invalid_grant",
      reason: "grant_ended",
    });
    expect(await server.listGrants(CONNECTION)).toEqual([]);
  });

  it("F11: after a lost answer the replayed refresh token carries the chain on", async () => {
    const { server, clock } = createHarness();
    const { id } = await register(server);
    const first = await signIn(server, id);
    must(await server.token(refreshForm(id, first.refresh_token)));
    clock.advance(5);
    const replayed = must(await server.token(refreshForm(id, first.refresh_token)));
    const third = must(await server.token(refreshForm(id, replayed.refresh_token)));
    expect(await works(server, third.access_token)).toBe(true);
  });

  it("F12: nothing outlives the year of the grant", async () => {
    const { server, clock } = createHarness();
    const { id } = await register(server);
    let tokens = await signIn(server, id);
    for (let month = 0; month < 12; month += 1) {
      clock.advance(30 * DAY);
      tokens = must(await server.token(refreshForm(id, tokens.refresh_token)));
    }
    clock.advance(5 * DAY - 3600);
    tokens = must(await server.token(refreshForm(id, tokens.refresh_token)));
    expect(tokens.expires_in).toBe(3600);
    clock.advance(3600);
    expect(await works(server, tokens.access_token)).toBe(false);
    expect((await server.token(refreshForm(id, tokens.refresh_token))).ok).toBe(false);
  });

  it("I11: a refresh token comes with and without offline_access, which is never granted", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    for (const scope of ["read write", "read write offline_access"]) {
      const tokens = await signIn(server, id, { scope });
      expect(tokens.refresh_token).toMatch(/^ghlmcp_rt_/);
      expect(tokens.scope).toBe("read write");
    }
  });

  it("I11: a refresh request may name offline_access", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const { refresh_token: token } = await signIn(server, id);
    must(await server.token(refreshForm(id, token, { scope: "read write offline_access" })));
  });
});

describe("revocation and introspection", () => {
  it("V02: revoking a refresh token ends the access tokens too, used or not", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const first = await signIn(server, id);
    const second = must(await server.token(refreshForm(id, first.refresh_token)));
    must(await server.revoke(form({ client_id: id, token: first.refresh_token })));
    expect(await works(server, first.access_token)).toBe(false);
    expect(await works(server, second.access_token)).toBe(false);
  });

  it("revoking an access token ends it alone", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const tokens = await signIn(server, id);
    must(await server.revoke(form({ client_id: id, token: tokens.access_token })));
    expect(await works(server, tokens.access_token)).toBe(false);
    must(await server.token(refreshForm(id, tokens.refresh_token)));
  });

  it("V01: another client revokes nothing and cannot tell", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const other = await register(server, { client_name: "other" });
    const tokens = await signIn(server, id);
    for (const token of [tokens.access_token, tokens.refresh_token, "ghlmcp_rt_unknown"]) {
      expect(await server.revoke(form({ client_id: other.id, token }))).toEqual({
        ok: true,
        value: undefined,
      });
    }
    expect(await works(server, tokens.access_token)).toBe(true);
    must(await server.token(refreshForm(id, tokens.refresh_token)));
  });

  it("V03: garbage succeeds, a missing token is invalid_request, an unknown client is refused", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    must(await server.revoke(form({ client_id: id, token: "\u0000garbage" })));
    expect(failureOf(await server.revoke(form({ client_id: id, token: "" })))).toEqual({
      kind: "parameter",
      parameter: "token",
      problem: "missing",
    });
    expect(failureOf(await server.revoke(form({ token: "x" })))).toMatchObject({
      kind: "client_authentication",
    });
  });

  it("V04, V05: tells the owner the minimum, and others nothing", async () => {
    const { server, clock } = createHarness();
    const { id } = await register(server);
    const other = await register(server, { client_name: "other" });
    const tokens = await signIn(server, id);
    const now = clock.nowSeconds();
    const ask = async (clientId: string, token: string): Promise<unknown> =>
      must(await server.introspect(form({ client_id: clientId, token })));
    expect(await ask(id, tokens.access_token)).toEqual({
      active: true,
      client_id: id,
      scope: "read write",
      token_type: "Bearer",
      iat: now,
      exp: now + 28_800,
      aud: "https://ghl.example/mcp",
      iss: "https://ghl.example",
    });
    expect(await ask(id, tokens.refresh_token)).toMatchObject({ active: true });
    expect(await ask(other.id, tokens.access_token)).toEqual({ active: false });
    expect(await ask(other.id, tokens.refresh_token)).toEqual({ active: false });
    expect(await ask(id, "nonsense")).toEqual({ active: false });
    expect((await server.introspect(form({ token: tokens.access_token }))).ok).toBe(false);
    must(await server.token(refreshForm(id, tokens.refresh_token)));
    expect(await ask(id, tokens.refresh_token)).toEqual({ active: false });
    clock.advance(28_800);
    expect(await ask(id, tokens.access_token)).toEqual({ active: false });
  });

  it("V05: the code of a revoked grant redeems nothing", async () => {
    const { server, store } = createHarness();
    const { id } = await register(server);
    const code = await obtainCode(server, id);
    const [grant] = await server.listGrants(CONNECTION);
    if (grant !== undefined) await server.revokeGrant(grant.grantId);
    expect(failureOf(await server.token(codeForm(id, code)))).toMatchObject({
      reason: "grant_ended",
    });
    expect(store.keys("access_token")).toEqual([]);
  });
});
