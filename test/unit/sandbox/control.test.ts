import { createPublicKey, verify } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";
import { call, postToken, signIn } from "./sign-in.ts";

let clock: FakeClock;
let sandbox: RunningSandbox;
let locationId: string;

beforeEach(async () => {
  clock = createFakeClock();
  sandbox = await startSandbox({ clock });
  locationId = sandbox.locations[0]?.id ?? "";
});
afterEach(() => sandbox.close());

const pit = () => sandbox.privateTokens.get(locationId) ?? "";
const listWorkflows = (token = pit()) =>
  call(`GET /workflows/?locationId=${locationId}`, { baseUrl: sandbox.baseUrl, token });
const refresh = (token: string) =>
  postToken(sandbox, { grant_type: "refresh_token", refresh_token: token });

describe("the levers", () => {
  it("expire access tokens issued so far, in the same instant, and no refresh token", async () => {
    const old = await signIn(sandbox, locationId);
    sandbox.control.expireAccessTokens();
    expect((await listWorkflows(old.access_token)).body.message).toBe("Invalid JWT");
    const renewed = await refresh(old.refresh_token);
    expect((await listWorkflows(renewed.body.access_token)).status).toBe(200);
  });

  it("revoke refresh tokens issued so far, and no access token", async () => {
    const old = await signIn(sandbox, locationId);
    sandbox.control.revokeRefreshTokens();
    expect((await refresh(old.refresh_token)).status).toBe(400);
    expect((await listWorkflows(old.access_token)).status).toBe(200);
    expect((await refresh((await signIn(sandbox, locationId)).refresh_token)).status).toBe(200);
  });

  it("limit the scopes of later sign-ins", async () => {
    sandbox.control.limitScopes(["contacts.readonly"]);
    expect((await signIn(sandbox, locationId, "workflows.readonly")).scope).toBe(
      "contacts.readonly",
    );
    sandbox.control.limitScopes(undefined);
    expect((await signIn(sandbox, locationId, "workflows.readonly")).scope).toBe(
      "workflows.readonly",
    );
  });

  it("tell what was answered, and what the request was for", async () => {
    const asked = {
      method: "POST",
      path: "/oauth/token",
      operation: "oauth.get-access-token",
      grantType: "refresh_token",
    };
    const { refresh_token: token } = await signIn(sandbox, locationId);
    sandbox.control.clearRequests();
    await refresh(token);
    await refresh(token);
    await listWorkflows();
    expect(sandbox.control.requests()).toEqual([
      { ...asked, status: 200 },
      { ...asked, status: 400 },
      {
        method: "GET",
        path: "/workflows/",
        status: 200,
        version: "2021-07-28",
        operation: "workflows.get-workflow",
        caller: "private",
        placements: { "query:locationId": locationId },
        complaints: [],
      },
    ]);
  });
});

describe("a fault", () => {
  it("answers with a status of its own, as often as told and only under its path", async () => {
    sandbox.control.misbehave({
      pathPrefix: "/workflows",
      count: 2,
      how: {
        kind: "status",
        status: 429,
        body: '{"message":"slow"}',
        headers: { "Retry-After": "3" },
      },
    });
    expect(
      (await call(`GET /locations/${locationId}`, { baseUrl: sandbox.baseUrl, token: pit() }))
        .status,
    ).toBe(200);
    const first = await listWorkflows();
    expect(first).toMatchObject({ status: 429, body: { message: "slow" } });
    expect(first.headers.get("retry-after")).toBe("3");
    expect((await listWorkflows()).status).toBe(429);
    expect((await listWorkflows()).status).toBe(200);
  });

  it("of a status leaves the request unhandled", async () => {
    const { refresh_token: token } = await signIn(sandbox, locationId);
    const how = { kind: "status", status: 503, body: "{}" } as const;
    sandbox.control.misbehave({ pathPrefix: "/oauth/token", count: 1, how });
    expect((await refresh(token)).status).toBe(503);
    expect((await refresh(token)).status).toBe(200);
  });

  it("delays the answer", async () => {
    sandbox.control.misbehave({
      pathPrefix: "/workflows",
      count: 1,
      how: { kind: "delay", delayMs: 5000 },
    });
    let isAnswered = false;
    const pending = listWorkflows().then((answer) => {
      isAnswered = true;
      return answer;
    });
    await clock.whenSleeping();
    expect(isAnswered).toBe(false);
    clock.advance(5);
    expect((await pending).status).toBe(200);
  });

  it("cuts the connection without handling the request", async () => {
    const { refresh_token: token } = await signIn(sandbox, locationId);
    sandbox.control.misbehave({ pathPrefix: "/oauth/token", count: 1, how: { kind: "cut" } });
    await expect(refresh(token)).rejects.toThrow("fetch failed");
    expect(sandbox.control.requests().at(-1)?.status).toBe(0);
    expect((await refresh(token)).status).toBe(200);
  });

  it("loses the answer of a request that it has handled", async () => {
    const { refresh_token: token } = await signIn(sandbox, locationId);
    sandbox.control.misbehave({
      pathPrefix: "/oauth/token",
      count: 1,
      how: { kind: "lose_answer" },
    });
    await expect(refresh(token)).rejects.toThrow("fetch failed");
    expect(sandbox.control.requests().at(-1)).toMatchObject({
      status: 200,
      grantType: "refresh_token",
    });
    expect((await refresh(token)).body.message).toBe("Invalid grant: refresh token is invalid");
  });
});

describe("a webhook", () => {
  const isSigned = (body: string, signature: unknown): boolean =>
    verify(
      undefined,
      Buffer.from(body),
      createPublicKey({
        key: Buffer.from(sandbox.webhookPublicKey, "base64"),
        format: "der",
        type: "spki",
      }),
      Buffer.from(String(signature), "base64"),
    );

  it("is signed over its body, and names app, time and delivery unless told otherwise", () => {
    const { body, headers } = sandbox.control.signWebhook({ type: "UNINSTALL", webhookId: "w" });
    expect(JSON.parse(body)).toEqual({
      type: "UNINSTALL",
      appId: sandbox.appId,
      webhookId: "w",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect(isSigned(body, headers["x-ghl-signature"])).toBe(true);
    expect(isSigned(`${body} `, headers["x-ghl-signature"])).toBe(false);
  });

  it("reaches a server as it was signed, and gives the status of its answer", async () => {
    const received: string[] = [];
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        received.push(String(isSigned(body, request.headers["x-ghl-signature"])));
        response.writeHead(202).end("thanks");
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/webhooks/ghl`;
    expect(await sandbox.control.sendWebhook(url, { type: "INSTALL" })).toBe(202);
    expect(received).toEqual(["true"]);
    server.close();
    server.closeAllConnections();
    await expect(sandbox.control.sendWebhook(url, { type: "INSTALL" })).rejects.toThrow(
      "ECONNREFUSED",
    );
  });
});

describe("starting", () => {
  it("listens on loopback only, and says so when the port is taken", async () => {
    expect(sandbox.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const port = Number(new URL(sandbox.baseUrl).port);
    await expect(startSandbox({ port })).rejects.toMatchObject({ code: "port_in_use" });
  });

  it("gives the same credentials, locations and private tokens every time", async () => {
    const other = await startSandbox();
    expect(other.clientId).toBe(sandbox.clientId);
    expect(other.clientSecret).toBe(sandbox.clientSecret);
    expect(other.locations).toEqual(sandbox.locations);
    expect(other.privateTokens).toEqual(sandbox.privateTokens);
    expect(other.webhookPublicKey).toBe(sandbox.webhookPublicKey);
    await other.close();
  });
});
