import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { Config } from "../../../src/config/config.ts";
import { AppError } from "../../../src/core/errors.ts";
import { toSecret } from "../../../src/core/secret.ts";
import type { PreRegisteredClient } from "../../../src/core/pre-registered-client.ts";
import {
  sendForm,
  toAttackClient,
  toTokens,
  type AttackClient,
} from "../../support/attack-client.ts";
import { countRows } from "../../support/attack-store.ts";
import { createClientKey, withAssertion } from "../../support/client-keys.ts";
import { createAuthorizationRequest, postJson } from "../../support/interop-oauth.ts";
import { startMetadataHost } from "../../support/metadata-host.ts";
import { type RunningApp, startApp } from "../../support/running-app.ts";

const CALLBACK = "https://app.example/cb";
const SECRET = "correct-horse-battery-staple";
const TOKEN = "0123456789abcdef0123456789abcdef";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const start = async (
  config: Partial<Config>,
  options: Parameters<typeof startApp>[0] = {},
): Promise<RunningApp> => {
  const running = await startApp({ ...options, config });
  closers.push(running.close);
  return running;
};

const metadataOf = async ({ publicUrl }: RunningApp): Promise<Record<string, unknown>> =>
  (await fetch(`${publicUrl}/.well-known/oauth-authorization-server`)).json() as Promise<
    Record<string, unknown>
  >;

const known = (target: RunningApp, clientId: string): AttackClient =>
  toAttackClient(target, {
    client_id: clientId,
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: "none",
  });

describe("clients of the settings", () => {
  it("sign in with their secret or its hash, by header or by form, or without any if public", async () => {
    const sha256Hex = createHash("sha256").update(SECRET).digest("hex");
    const running = await start({
      clients: [
        { clientId: "plain", redirectUris: [CALLBACK] },
        {
          clientId: "secret",
          redirectUris: [CALLBACK],
          authentication: { method: "secret", secret: toSecret(SECRET) },
        },
        {
          clientId: "hash",
          redirectUris: [CALLBACK],
          authentication: { method: "secret_hash", sha256Hex },
        },
      ],
    });
    await known(running, "plain").obtain();
    for (const clientId of ["secret", "hash"]) {
      const client = known(running, clientId);
      const authorized = await client.authorize();
      expect((await client.redeem(authorized)).status).toBe(401);
      expect((await client.redeem(authorized, { client_secret: `${SECRET}x` })).status).toBe(401);
      const tokens = toTokens(await client.redeem(authorized, { client_secret: SECRET }));
      const basic = `Basic ${Buffer.from(`${clientId}:${SECRET}`).toString("base64")}`;
      const fields = { grant_type: "refresh_token", refresh_token: tokens.refresh_token };
      toTokens(await sendForm(running, "/oauth/token", fields, { authorization: basic }));
    }
    expect(running.logLines.join("\n")).not.toContain(SECRET);
  });

  it("prove themselves with their key", async () => {
    const key = await createClientKey("EdDSA", "one");
    const running = await start({
      clients: [
        {
          clientId: "keys",
          redirectUris: [CALLBACK],
          authentication: { method: "keys", jwks: { keys: [key.jwk] } },
        },
      ],
    });
    const client = known(running, "keys");
    const authorized = await client.authorize();
    expect((await client.redeem(authorized)).status).toBe(401);
    const now = Math.floor(Date.now() / 1000);
    const assertion = await key.sign({
      iss: "keys",
      sub: "keys",
      aud: running.publicUrl,
      exp: now + 60,
      jti: "1",
    });
    toTokens(await client.redeem(authorized, withAssertion(assertion)));
  });

  it.each<[string, readonly PreRegisteredClient[], string]>([
    [
      "a redirect URI with a pattern",
      [{ clientId: "team", redirectUris: ["http://*.example/cb"] }],
      "an http redirect URI must point to localhost, 127.0.0.1 or [::1]",
    ],
    [
      "a private key",
      [
        {
          clientId: "team",
          redirectUris: [CALLBACK],
          authentication: { method: "keys", jwks: { keys: [{ kty: "EC", d: "x" }] } },
        },
      ],
      "jwks or jwks_uri gives no public keys; jwks_uri must be a public address",
    ],
    [
      "keys inside",
      [
        {
          clientId: "team",
          redirectUris: [CALLBACK],
          authentication: { method: "keys", jwksUri: "https://10.0.0.1/jwks" },
        },
      ],
      "jwks or jwks_uri gives no public keys; jwks_uri must be a public address",
    ],
  ])(
    "with %s end the start, with a line that names the client",
    async (_what, clients, problem) => {
      const starting = start({ clients });
      await expect(starting).rejects.toThrow(`OAUTH_CLIENTS_FILE: client "team": ${problem}`);
      await expect(starting).rejects.toThrow(AppError);
    },
  );
});

describe("the rule for registering", () => {
  const body = { redirect_uris: [CALLBACK] };
  const register = async (
    running: RunningApp,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number; readonly error: unknown; readonly challenge: unknown }> => {
    const answer = await postJson(running, "/oauth/register", body, headers);
    const { error } = (await answer.json()) as { readonly error?: string };
    return { status: answer.status, error, challenge: answer.headers.get("www-authenticate") };
  };

  it("off: refuses all, stores nothing, and is not in the metadata", async () => {
    const running = await start({ registration: { mode: "off" } });
    expect(await register(running)).toMatchObject({ status: 403, error: "access_denied" });
    expect(countRows(running.databasePath, "client")).toBe(0);
    expect(await metadataOf(running)).not.toHaveProperty("registration_endpoint");
  });

  it("token: takes whoever sends the token, and no one else", async () => {
    const running = await start({ registration: { mode: "token", token: toSecret(TOKEN) } });
    expect(await metadataOf(running)).toHaveProperty("registration_endpoint");
    expect(await register(running)).toEqual({
      status: 401,
      error: "invalid_token",
      challenge: 'Bearer realm="registration"',
    });
    for (const wrong of [`Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, `bearer x`]) {
      expect(await register(running, { authorization: wrong })).toEqual({
        status: 401,
        error: "invalid_token",
        challenge: 'Bearer realm="registration", error="invalid_token"',
      });
    }
    expect((await register(running, { authorization: `Basic ${TOKEN}` })).status).toBe(401);
    expect(countRows(running.databasePath, "client")).toBe(0);
    expect((await register(running, { authorization: `Bearer ${TOKEN}` })).status).toBe(201);
    expect(countRows(running.databasePath, "client")).toBe(1);
    expect(running.logLines.join("\n")).not.toContain(TOKEN);
  });
});

describe("the hosts of metadata documents", () => {
  it("are those that are named, and no other is asked", async () => {
    const host = await startMetadataHost(["app.example", "other.example"]);
    closers.push(host.close);
    const running = await start(
      { clientDocumentHosts: ["app.example"] },
      { clientDocuments: host.settings },
    );
    const statusOf = async (at: string): Promise<number> => {
      const clientId = `https://${at}/c.json`;
      host.serveJson(at, "/c.json", {
        client_id: clientId,
        client_name: "App",
        redirect_uris: [CALLBACK],
      });
      const parameters = { client_id: clientId, redirect_uri: CALLBACK };
      const { url } = createAuthorizationRequest(running, parameters);
      return (await fetch(url, { redirect: "manual" })).status;
    };
    expect([await statusOf("app.example"), await statusOf("other.example")]).toEqual([303, 400]);
    expect(host.lookups()).toEqual(["app.example"]);
  });
});
