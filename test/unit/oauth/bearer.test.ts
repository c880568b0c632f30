import { describe, expect, it } from "vitest";
import {
  CONNECTION,
  createHarness,
  failureOf,
  register,
  sha256,
  signIn,
  works,
} from "./support.ts";

describe("judging a bearer token", () => {
  it.each([
    [undefined, { kind: "missing_token" }],
    ["", { kind: "missing_token" }],
    ["Basic YTpi", { kind: "missing_token" }],
    ["Bearer", { kind: "invalid_token", reason: "malformed" }],
    ["Bearer a b", { kind: "invalid_token", reason: "malformed" }],
    ["Bearer a,Bearer b", { kind: "invalid_token", reason: "malformed" }],
    [`Bearer ${"a".repeat(100_000)}`, { kind: "invalid_token", reason: "malformed" }],
    ["Bearer ghlmcp_at_short", { kind: "invalid_token", reason: "unknown" }],
    ["Bearer eyJhbGciOiJub25lIn0.e30.", { kind: "invalid_token", reason: "unknown" }],
  ])("P02: %.30j comes to %j", async (header, failure) => {
    const { server } = createHarness();
    expect(failureOf(await server.authenticate(header))).toEqual(failure);
  });

  it("P02: an access token ends on the second", async () => {
    const { server, clock } = createHarness({ accessTokenTtlSeconds: 300 });
    const { id } = await register(server);
    const { access_token: token } = await signIn(server, id);
    clock.advance(299);
    expect(await works(server, token)).toBe(true);
    clock.advance(1);
    expect(failureOf(await server.authenticate(`Bearer ${token}`))).toEqual({
      kind: "invalid_token",
      reason: "expired",
    });
    clock.advance(300);
    expect(failureOf(await server.authenticate(`Bearer ${token}`))).toMatchObject({
      reason: "unknown",
    });
  });

  it("P03: a token for another resource is refused", async () => {
    const { server, store } = createHarness();
    const { id } = await register(server);
    const { access_token: token } = await signIn(server, id);
    const at = { namespace: "access_token", key: sha256(token) };
    const stored = await store.get(at);
    const moved = (stored?.value ?? "").replace(
      "https://ghl.example/mcp",
      "https://ghl.example/two",
    );
    expect(moved).not.toBe(stored?.value);
    await store.put(at, moved);
    expect(failureOf(await server.authenticate(`Bearer ${token}`))).toEqual({
      kind: "invalid_token",
      reason: "wrong_audience",
    });
  });

  it("notes the use of a grant at most once in five minutes, and reads the store twice", async () => {
    const { server, store, clock } = createHarness();
    const { id } = await register(server);
    const { access_token: token } = await signIn(server, id);
    const lastUsed = async (): Promise<number | undefined> =>
      (await server.listGrants(CONNECTION))[0]?.lastUsedAt;
    const start = clock.nowSeconds();
    clock.advance(299);
    await works(server, token);
    expect(await lastUsed()).toBe(start);
    clock.advance(1);
    await Promise.all(Array.from({ length: 20 }, () => works(server, token)));
    expect(await lastUsed()).toBe(start + 300);
    let reads = 0;
    const get = store.get;
    store.get = async (at) => {
      reads += 1;
      return get(at);
    };
    await works(server, token);
    expect(reads).toBeLessThanOrEqual(2);
  });

  it("V06: ends the grants that a connection had by a time, and leaves those that came later", async () => {
    const { server, clock } = createHarness();
    const { id } = await register(server);
    const { access_token: older } = await signIn(server, id);
    const givenBy = clock.nowSeconds();
    clock.advance(1);
    const { access_token: newer } = await signIn(server, id);
    expect(await server.revokeGrantsOfConnection(CONNECTION, { by: "webhook", givenBy })).toBe(1);
    expect(await works(server, older)).toBe(false);
    expect(await works(server, newer)).toBe(true);
    expect(await server.revokeGrantsOfConnection(CONNECTION)).toBe(1);
    expect(await works(server, newer)).toBe(false);
  });

  it("V02: never brings a grant back that is revoked while its use is noted", async () => {
    const { server, store, clock } = createHarness();
    const { id } = await register(server);
    const { access_token: token } = await signIn(server, id);
    const [grant] = await server.listGrants(CONNECTION);
    clock.advance(300);
    const put = store.put;
    store.put = async (at, value, options) => {
      if (at.namespace === "grant" && grant !== undefined) await server.revokeGrant(grant.grantId);
      return put(at, value, options);
    };
    await server.authenticate(`Bearer ${token}`);
    store.put = put;
    expect(await server.listGrants(CONNECTION)).toEqual([]);
    expect(await works(server, token)).toBe(false);
  });
});

describe("the challenge", () => {
  const metadata =
    'resource_metadata="https://ghl.example/.well-known/oauth-protected-resource/mcp"';

  it("R7: names no error when there was no token", () => {
    const { server } = createHarness();
    expect(server.challenge({ kind: "missing_token" })).toBe(
      `Bearer ${metadata}, scope="read write"`,
    );
  });

  it("R7: names invalid_token otherwise", () => {
    const { server } = createHarness();
    expect(server.challenge({ kind: "invalid_token", reason: "expired" })).toBe(
      `Bearer error="invalid_token", error_description="the access token is unknown, expired, revoked or for another resource", ${metadata}, scope="read write"`,
    );
  });

  it("P05: names every scope that is needed", () => {
    const { server } = createHarness();
    const challenge = server.challenge({ kind: "insufficient_scope", needed: "critical" });
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="read write critical"');
  });

  it("points to the document of the SSE endpoint where that was asked", () => {
    const { server } = createHarness();
    expect(server.challenge({ kind: "missing_token" }, "/sse")).toContain(
      "/.well-known/oauth-protected-resource/sse",
    );
  });
});
