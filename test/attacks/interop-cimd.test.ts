import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createBrowser } from "../support/browser.ts";
import { createAuthorizationRequest, postForm, postJson } from "../support/interop-oauth.ts";
import { type MetadataHost, startMetadataHost } from "../support/metadata-host.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { signIn } from "../support/sign-in.ts";

/** The documents by which hosted clients describe themselves, in the form in which they publish them. */

const CLAUDE = "https://claude.ai/oauth/mcp-oauth-client-metadata";
const CLAUDE_CODE = "https://claude.ai/oauth/claude-code-client-metadata";
const CHATGPT = "https://chatgpt.com/oauth/b8a1f4a2/client.json";

let host: MetadataHost;
let running: RunningApp;

beforeAll(async () => {
  host = await startMetadataHost(["claude.ai", "chatgpt.com"]);
  running = await startApp({ clientDocuments: host.settings });
});
afterAll(async () => {
  await running.close();
  await host.close();
});

const listTools = async (token: string): Promise<string> => {
  const body = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };
  const answer = await postJson(running, "/mcp", body, { authorization: `Bearer ${token}` });
  return answer.text();
};

/** Signs in as a client without credentials, and gives the answer of the token endpoint. */
const signInPublicly = async (clientId: string, redirectUri: string): Promise<Response> => {
  const { url, verifier } = createAuthorizationRequest(running, {
    client_id: clientId,
    redirect_uri: redirectUri,
    resource: running.mcpUrl.href,
  });
  const callback = await signIn(url, { redirectUri });
  return postForm(running, "/oauth/token", {
    grant_type: "authorization_code",
    code: callback.searchParams.get("code") ?? "",
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: verifier,
    resource: running.mcpUrl.href,
  });
};

const refresh = (clientId: string, token: string): Promise<Response> =>
  postForm(running, "/oauth/token", {
    grant_type: "refresh_token",
    client_id: clientId,
    refresh_token: token,
  });

it("I02: the metadata invites Claude to use its document: the flag, and the method none", async () => {
  const answer = await fetch(`${running.publicUrl}/.well-known/oauth-authorization-server`);
  expect(await answer.json()).toMatchObject({
    client_id_metadata_document_supported: true,
    token_endpoint_auth_methods_supported: expect.arrayContaining(["none"]),
  });
});

it("I02: Claude comes with its document, sees the consent page, and gets tokens that refresh", async () => {
  const redirectUri = "https://claude.ai/api/mcp/auth_callback";
  host.serveJson("claude.ai", "/oauth/mcp-oauth-client-metadata", {
    client_id: CLAUDE,
    client_name: "Claude",
    client_uri: "https://claude.ai",
    logo_uri: "https://claude.ai/images/claude_app_icon.png",
    redirect_uris: [redirectUri, "https://claude.com/api/mcp/auth_callback"],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  });
  const { url } = createAuthorizationRequest(running, {
    client_id: CLAUDE,
    redirect_uri: redirectUri,
  });
  const page = await createBrowser().get(url);
  expect({ status: page.status, path: page.url.pathname }).toEqual({
    status: 200,
    path: "/oauth/consent",
  });
  expect(page.body).toContain("claude.ai");
  const answer = await signInPublicly(CLAUDE, redirectUri);
  const tokens = (await answer.json()) as { access_token: string; refresh_token: string };
  expect({ status: answer.status, tokens }).toMatchObject({ status: 200 });
  expect(await listTools(tokens.access_token)).toContain("search_contacts");
  expect((await refresh(CLAUDE, tokens.refresh_token)).status).toBe(200);
  // read once for the whole flow, and the icon that it names not at all
  expect(host.requests()).toEqual(["claude.ai /oauth/mcp-oauth-client-metadata"]);
});

it.each(["http://localhost:58135/callback", "http://127.0.0.1:58136/callback"])(
  "I03: Claude Code declares loopback addresses without a port and comes with %s",
  async (redirectUri) => {
    host.serveJson("claude.ai", "/oauth/claude-code-client-metadata", {
      client_id: CLAUDE_CODE,
      client_name: "Claude Code",
      client_uri: "https://claude.ai",
      redirect_uris: ["http://localhost/callback", "http://127.0.0.1/callback"],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    });
    const answer = await signInPublicly(CLAUDE_CODE, redirectUri);
    expect(answer.status).toBe(200);
    const tokens = (await answer.json()) as { access_token: string };
    expect(await listTools(tokens.access_token)).toContain("search_contacts");
  },
);

it("I07: ChatGPT prefers a signed assertion, takes what the server lists, and gets in", async () => {
  const redirectUri = "https://chatgpt.com/connector/oauth/b8a1f4a2";
  const keys = await oauth.generateKeyPair("ES256", { extractable: true });
  const publicKey = await crypto.subtle.exportKey("jwk", keys.publicKey);
  const jwk = { ...publicKey, kid: "1", alg: "ES256", use: "sig" };
  host.serveJson("chatgpt.com", "/oauth/jwks.json", { keys: [jwk] });
  host.serveJson("chatgpt.com", "/oauth/b8a1f4a2/client.json", {
    client_id: CHATGPT,
    client_name: "ChatGPT",
    client_uri: "https://chatgpt.com",
    redirect_uris: [redirectUri],
    grant_types: [
      "authorization_code",
      "refresh_token",
      "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ],
    response_types: ["code", "id_token"],
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_methods_supported: ["none", "private_key_jwt"],
    token_endpoint_auth_signing_alg: "ES256",
    jwks_uri: "https://chatgpt.com/oauth/jwks.json",
  });
  const issuer = new URL(running.publicUrl);
  const insecure = { [oauth.allowInsecureRequests]: true };
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure }),
  );
  const client = { client_id: CHATGPT };
  const methods = server.token_endpoint_auth_methods_supported ?? [];
  const proof = methods.includes("private_key_jwt")
    ? oauth.PrivateKeyJwt({ key: keys.privateKey, kid: "1" })
    : oauth.None();
  const { url, verifier } = createAuthorizationRequest(running, {
    client_id: CHATGPT,
    redirect_uri: redirectUri,
  });
  const callback = await signIn(url, { redirectUri });
  const state = url.searchParams.get("state") ?? "";
  const tokens = await oauth.processAuthorizationCodeResponse(
    server,
    client,
    await oauth.authorizationCodeGrantRequest(
      server,
      client,
      proof,
      oauth.validateAuthResponse(server, client, callback, state),
      redirectUri,
      verifier,
      insecure,
    ),
  );
  expect(await listTools(tokens.access_token)).toContain("search_contacts");
});
