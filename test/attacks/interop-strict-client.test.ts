import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { signIn } from "../support/sign-in.ts";

/** The server under test is on loopback: the one leniency that the strict client is given. */
const insecure = { [oauth.allowInsecureRequests]: true };

let running: RunningApp;
let server: oauth.AuthorizationServer;

beforeAll(async () => {
  running = await startApp();
  const issuer = new URL(running.publicUrl);
  const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
  server = await oauth.processDiscoveryResponse(issuer, found);
});
afterAll(() => running.close());

it("I15: a strict client finds the same issuer in both discovery documents and in the resource's", async () => {
  const issuer = new URL(running.publicUrl);
  const found = await oauth.discoveryRequest(issuer, { algorithm: "oidc", ...insecure });
  expect(await oauth.processDiscoveryResponse(issuer, found)).toEqual(server);
  const resource = await oauth.resourceDiscoveryRequest(running.mcpUrl, insecure);
  expect(await oauth.processResourceDiscoveryResponse(running.mcpUrl, resource)).toMatchObject({
    authorization_servers: [server.issuer],
  });
});

const methods = [
  { method: "none", authenticate: () => oauth.None() },
  { method: "client_secret_basic", authenticate: oauth.ClientSecretBasic },
  { method: "client_secret_post", authenticate: oauth.ClientSecretPost },
] as const;

describe.each(methods)("a strict client that uses $method", ({ method, authenticate }) => {
  const redirectUri = "http://127.0.0.1:46123/callback";
  let client: oauth.Client;
  let proof: oauth.ClientAuth;
  let tokens: oauth.TokenEndpointResponse;

  /** The bearer's tools/list; a rejected token makes the strict client throw the challenge. */
  const listTools = (accessToken: string): Promise<Response> =>
    callMcp(accessToken, "tools/list", {});
  const callMcp = (accessToken: string, name: string, params: object): Promise<Response> =>
    oauth.protectedResourceRequest(
      accessToken,
      "POST",
      running.mcpUrl,
      new Headers({ "content-type": "application/json", accept: "application/json" }),
      JSON.stringify({ jsonrpc: "2.0", id: 1, method: name, params }),
      insecure,
    );
  const introspect = async (token: string): Promise<oauth.IntrospectionResponse> =>
    oauth.processIntrospectionResponse(
      server,
      client,
      await oauth.introspectionRequest(server, client, proof, token, insecure),
    );

  it("I15: registers, signs in with PKCE, and takes state and issuer of the callback", async () => {
    const registered = await oauth.processDynamicClientRegistrationResponse(
      await oauth.dynamicClientRegistrationRequest(
        server,
        { redirect_uris: [redirectUri], token_endpoint_auth_method: method, client_name: method },
        insecure,
      ),
    );
    expect(registered["token_endpoint_auth_method"]).toBe(method);
    client = registered;
    const secret = registered["client_secret"];
    proof = authenticate(typeof secret === "string" ? secret : "");
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(server.authorization_endpoint ?? "");
    url.search = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: "code",
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      scope: "read",
      resource: running.mcpUrl.href,
      state,
    }).toString();
    const callback = oauth.validateAuthResponse(
      server,
      client,
      await signIn(url, { redirectUri }),
      state,
    );
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      proof,
      callback,
      redirectUri,
      verifier,
      { additionalParameters: { resource: running.mcpUrl.href }, ...insecure },
    );
    tokens = await oauth.processAuthorizationCodeResponse(server, client, answer);
    expect(tokens).toMatchObject({ token_type: "bearer", expires_in: 28_800, scope: "read" });
  });

  it("I15: lists the tools and calls one with the token", async () => {
    expect(await (await listTools(tokens.access_token)).text()).toContain("search_contacts");
    const called = await callMcp(tokens.access_token, "tools/call", {
      name: "get_oauth_status",
      arguments: {},
    });
    expect(await called.json()).not.toHaveProperty("result.isError", true);
  });

  it("I15: learns by introspection how far its own token reaches", async () => {
    expect(await introspect(tokens.access_token)).toMatchObject({
      active: true,
      client_id: client.client_id,
      iss: server.issuer,
      aud: running.mcpUrl.href,
      scope: "read",
    });
  });

  it("I15: refreshes, and the new tokens work", async () => {
    const before = tokens;
    tokens = await oauth.processRefreshTokenResponse(
      server,
      client,
      await oauth.refreshTokenGrantRequest(
        server,
        client,
        proof,
        before.refresh_token ?? "",
        insecure,
      ),
    );
    expect(tokens.access_token).not.toBe(before.access_token);
    expect(tokens.refresh_token).not.toBe(before.refresh_token);
    expect((await listTools(tokens.access_token)).status).toBe(200);
  });

  it("I15: revokes, and the token is dead at once", async () => {
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, client, proof, tokens.refresh_token ?? "", insecure),
    );
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
    const refused = await listTools(tokens.access_token).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
    expect((refused as oauth.WWWAuthenticateChallengeError).status).toBe(401);
  });
});
