import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AttackClient,
  createAttackClient,
  sendForm,
  toTokens,
} from "../support/attack-client.ts";
import { countRows } from "../support/attack-store.ts";
import type { RunningApp } from "../support/running-app.ts";
import { startTwinApps, type TwinApps, WITHIN_A_SECOND } from "../support/twin-apps.ts";

/** Revocation (RFC 7009) and introspection (RFC 7662), on two instances over one store. */

let twins: TwinApps;
let running: RunningApp;
let client: AttackClient;

beforeAll(async () => {
  twins = await startTwinApps();
  ({ running } = twins);
  client = await createAttackClient(running);
});
afterAll(() => twins.close());

const statusEverywhere = (token: string): Promise<readonly number[]> =>
  twins.statusEverywhere(token);

/** Another instance may remember what it has read for half a second (ADR 49). */
const expectEndEverywhere = async (token: string): Promise<void> => {
  await expect.poll(() => statusEverywhere(token), WITHIN_A_SECOND).toEqual([401, 401]);
};

const liveRows = (): number =>
  countRows(running.databasePath, "grant") + countRows(running.databasePath, "access_token");

describe("revocation", () => {
  it("V02: of a refresh token ends its access tokens at once, and on every instance within a second", async () => {
    const first = await client.obtain();
    const second = toTokens(await client.refresh(first.refresh_token));
    expect(await statusEverywhere(first.access_token)).toEqual([200, 200]);
    expect(await statusEverywhere(second.access_token)).toEqual([200, 200]);
    expect((await client.revoke(second.refresh_token)).status).toBe(200);
    expect((await statusEverywhere(first.access_token))[0]).toBe(401);
    await expectEndEverywhere(first.access_token);
    await expectEndEverywhere(second.access_token);
    expect((await client.refresh(second.refresh_token)).json).toMatchObject({
      error: "invalid_grant",
    });
  });

  it("V02: of an access token ends it alone, on every instance", async () => {
    const tokens = await client.obtain();
    expect(await statusEverywhere(tokens.access_token)).toEqual([200, 200]);
    expect((await client.revoke(tokens.access_token)).status).toBe(200);
    await expectEndEverywhere(tokens.access_token);
    const next = toTokens(await client.refresh(tokens.refresh_token));
    expect(await statusEverywhere(next.access_token)).toEqual([200, 200]);
  });

  it("V03: answers unknown tokens, garbage and the tokens of others all alike", async () => {
    const foreign = await (await createAttackClient(running)).obtain();
    const own = await client.obtain();
    const before = liveRows();
    const nothing = [
      "ghlmcp_at_unknown",
      `ghlmcp_rt_${"A".repeat(43)}`,
      "garbage \u0000 ' OR 1=1 --",
      "x".repeat(4000),
      foreign.access_token,
      foreign.refresh_token,
    ];
    const answers = [];
    for (const token of nothing) answers.push(await client.revoke(token));
    expect(liveRows()).toBe(before);
    answers.push(await client.revoke(own.refresh_token));
    const shapes = answers.map(({ status, text, headers }) => ({
      status,
      text,
      cache: headers.get("cache-control"),
      type: headers.get("content-type"),
    }));
    expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1);
    expect(shapes[0]).toMatchObject({ status: 200, cache: "no-store" });
    expect(await statusEverywhere(foreign.access_token)).toEqual([200, 200]);
  });

  it.each([
    ["without the parameter", null],
    ["with an empty one", ""],
  ])("V03: is invalid_request %s", async (_name, token) => {
    const answer = await sendForm(running, "/oauth/revoke", { client_id: client.clientId, token });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({
      error: "invalid_request",
      error_description: expect.any(String),
    });
  });
});

describe("introspection", () => {
  it("V04: tells a client nothing about the tokens of another", async () => {
    const foreign = await (await createAttackClient(running)).obtain();
    for (const token of [foreign.access_token, foreign.refresh_token, "garbage"]) {
      const answer = await client.introspect(token);
      expect(answer.status).toBe(200);
      expect(answer.json).toEqual({ active: false });
    }
  });

  it.each([
    ["nobody", {}],
    ["a client that is not known", { client_id: "unknown" }],
    ["a client with a wrong secret", { client_secret: "wrong" }],
  ])("V04: refuses %s", async (_name, identity) => {
    const owner = await createAttackClient(running, {
      token_endpoint_auth_method: "client_secret_post",
    });
    const tokens = await owner.obtain();
    const answer = await sendForm(running, "/oauth/introspect", {
      token: tokens.access_token,
      ...("client_secret" in identity ? { client_id: owner.clientId } : {}),
      ...identity,
    });
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({ error: "invalid_client" });
    expect(answer.text).not.toContain("active");
  });

  it("V05: tells the owner that much, and nothing of GoHighLevel", async () => {
    const tokens = await client.obtain();
    const access = await client.introspect(tokens.access_token);
    expect(access.headers.get("cache-control")).toBe("no-store");
    expect(access.json).toEqual({
      active: true,
      client_id: client.clientId,
      scope: "read write",
      token_type: "Bearer",
      iat: expect.any(Number),
      exp: expect.any(Number),
      aud: running.mcpUrl.href,
      iss: running.publicUrl,
    });
    const refresh = await client.introspect(tokens.refresh_token);
    expect(Object.keys(refresh.json ?? {}).toSorted()).toEqual([
      "active",
      "aud",
      "client_id",
      "exp",
      "iss",
      "scope",
    ]);
    const [connection] = await running.app.upstream.listConnections();
    for (const secret of [connection?.id, connection?.companyId, connection?.locationId]) {
      expect(secret).toEqual(expect.any(String));
      expect(access.text + refresh.text).not.toContain(secret);
    }
  });

  it("V05: serves no user information of any kind", async () => {
    const tokens = await client.obtain();
    for (const path of ["/userinfo", "/oauth/userinfo"]) {
      const answer = await fetch(running.publicUrl + path, {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      });
      expect(answer.status).toBe(404);
    }
  });
});
