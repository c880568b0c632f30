import { describe, expect, it } from "vitest";
import { createLocalEvents } from "../../../src/core/events.ts";
import { CONNECTION, createHarness, failureOf, register, signIn, works } from "./support.ts";

const createRig = async (options: { readonly accessTokenTtlSeconds?: number } = {}) => {
  const harness = createHarness({ ...options, events: createLocalEvents() });
  const { id } = await register(harness.server);
  const { access_token: token } = await signIn(harness.server, id);
  const readsOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = harness.store.reads();
    await work();
    return harness.store.reads() - before;
  };
  return { ...harness, id, token, readsOf };
};

describe("what is remembered of a bearer token", () => {
  it("costs two reads of the store at first and none after that, whoever else has tokens", async () => {
    const { server, id, token, readsOf } = await createRig();
    expect(await readsOf(() => works(server, token))).toBe(2);
    for (let others = 0; others < 20; others += 1) await signIn(server, id);
    expect(await readsOf(() => works(server, token))).toBe(0);
  });

  it("is gone at once when the grant is revoked, and the other grants stay", async () => {
    const { server, id, token } = await createRig();
    const { access_token: other } = await signIn(server, id);
    expect([await works(server, token), await works(server, other)]).toEqual([true, true]);
    const [newest] = await server.listGrants(CONNECTION);
    const grant = await server.authenticate(`Bearer ${token}`);
    if (!grant.ok || newest === undefined) throw new Error("no grant");
    await server.revokeGrant(grant.value.grantId);
    expect(failureOf(await server.authenticate(`Bearer ${token}`))).toEqual({
      kind: "invalid_token",
      reason: "unknown",
    });
    expect(await works(server, other)).toBe(true);
  });

  it("is gone at once when the client revokes the token alone", async () => {
    const { server, id, token } = await createRig();
    expect(await works(server, token)).toBe(true);
    await server.revoke({ form: new URLSearchParams({ token, client_id: id }) });
    expect(await works(server, token)).toBe(false);
  });

  it("ends on the second with the token", async () => {
    const { server, clock, token } = await createRig({ accessTokenTtlSeconds: 25 });
    clock.advance(20);
    expect(await works(server, token)).toBe(true);
    clock.advance(5);
    expect(failureOf(await server.authenticate(`Bearer ${token}`))).toEqual({
      kind: "invalid_token",
      reason: "expired",
    });
  });
});
