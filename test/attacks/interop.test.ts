import { auth as authV2, type OAuthClientProvider } from "@modelcontextprotocol/client";
import { auth as authV1 } from "@modelcontextprotocol/sdk/client/auth.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBrowser, type Page } from "../support/browser.ts";
import { createFakeClock } from "../support/clock.ts";
import {
  createAuthorizationRequest,
  type IssuedTokens,
  obtainTokens,
  postForm,
  postJson,
  type Registered,
  registerClient,
} from "../support/interop-oauth.ts";
import { createOAuthProvider } from "../support/oauth-client.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { signIn } from "../support/sign-in.ts";

/** What real clients send. All of it is accepted; what cannot be is said in words that help. */

let running: RunningApp;

beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());

const INSPECTOR_ORIGIN = "http://localhost:6274";
const CLAUDE_CALLBACK = "https://claude.ai/api/mcp/auth_callback";

describe("registrations", () => {
  it("I01: registers Claude, keeps its method, leaves out its scope, and the secret redeems a code", async () => {
    const client = await registerClient(running, {
      client_name: "Claude",
      redirect_uris: [CLAUDE_CALLBACK],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_post",
      scope: "claudeai",
    });
    expect(client).toMatchObject({
      redirect_uris: [CLAUDE_CALLBACK],
      token_endpoint_auth_method: "client_secret_post",
      client_secret: expect.any(String),
    });
    expect(client).not.toHaveProperty("scope");
    const tokens = await signInWith(client, CLAUDE_CALLBACK, { scope: "claudeai" });
    expect(tokens.scope).toBe("read write");
    expect(await listTools(tokens.access_token)).toBe(200);
  });

  it("I04: registers Claude Code as a native application and takes it on another port", async () => {
    const client = await registerClient(running, {
      client_name: "Claude Code (ghl)",
      redirect_uris: ["http://localhost:54213/callback"],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      application_type: "native",
    });
    expect(client).toMatchObject({ application_type: "native" });
    expect(client).not.toHaveProperty("client_secret");
    await signInWith(client, "http://localhost:61999/callback");
  });

  it("I04: tells Codex, which registers 127.0.0.1 and comes with localhost, what is wrong, without a redirect", async () => {
    const client = await registerClient(running, {
      client_name: "Codex",
      redirect_uris: ["http://127.0.0.1:54213/callback"],
    });
    const page = await openAuthorization(client, "http://localhost:54213/callback");
    expect(page.status).toBe(400);
    expect(page.stoppedAt).toBeUndefined();
    expect(page.headers.has("location")).toBe(false);
    expect(page.body).toMatch(/an address that it never registered/);
    await signInWith(client, "http://127.0.0.1:50001/callback");
  });

  it("I05: registers all three addresses of Cursor and redirects to each of them", async () => {
    const addresses = [
      "cursor://anysphere.cursor-mcp/oauth/callback",
      "https://www.cursor.com/agents/mcp/oauth/callback",
      "http://localhost:8787/callback",
    ];
    const client = await registerClient(running, {
      client_name: "Cursor",
      redirect_uris: addresses,
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    });
    expect(client.redirect_uris).toEqual(addresses);
    for (const address of addresses) await signInWith(client, address);
  });

  it("I06: registers VS Code without the grant it cannot have, and takes it on a random port", async () => {
    const client = await registerClient(running, {
      client_name: "Visual Studio Code",
      client_uri: "https://code.visualstudio.com",
      grant_types: [
        "authorization_code",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:device_code",
      ],
      response_types: ["code"],
      redirect_uris: [
        "https://insiders.vscode.dev/redirect",
        "https://vscode.dev/redirect",
        "http://127.0.0.1/",
        "http://127.0.0.1:33418/",
      ],
      token_endpoint_auth_method: "none",
      application_type: "native",
    });
    expect(client["grant_types"]).toEqual(["authorization_code", "refresh_token"]);
    expect(client.redirect_uris).toHaveLength(4);
    await signInWith(client, "http://127.0.0.1:57312/");
    await signInWith(client, "https://vscode.dev/redirect");
  });

  it.each(["/oauth/register", "/oauth/token", "/mcp"])(
    "I08: lets the page of the Inspector send requests to %s",
    async (path) => {
      const preflight = await fetch(running.publicUrl + path, {
        method: "OPTIONS",
        headers: {
          origin: INSPECTOR_ORIGIN,
          "access-control-request-method": "POST",
          "access-control-request-headers": "content-type,mcp-protocol-version,authorization",
        },
      });
      expect(preflight.status).toBeLessThan(300);
      expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
      expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
      const allowed = preflight.headers.get("access-control-allow-headers")?.toLowerCase() ?? "";
      expect(allowed.split(/, ?/)).toEqual(
        expect.arrayContaining(["content-type", "mcp-protocol-version", "authorization"]),
      );
    },
  );

  it("I08: registers the Inspector with an empty scope from a page on another origin", async () => {
    const redirectUri = `${INSPECTOR_ORIGIN}/oauth/callback`;
    const answer = await postJson(
      running,
      "/oauth/register",
      { client_name: "MCP Inspector", redirect_uris: [redirectUri], scope: "" },
      { origin: INSPECTOR_ORIGIN },
    );
    expect(answer.status).toBe(201);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    await signInWith((await answer.json()) as Registered, redirectUri);
  });

  it("I09: registers a client that sends nothing but its addresses as public, with refresh", async () => {
    const redirectUri = "http://127.0.0.1:46001/callback";
    const client = await registerClient(running, { redirect_uris: [redirectUri] });
    expect(client).toMatchObject({
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    });
    expect(client).not.toHaveProperty("client_secret");
    const tokens = await signInWith(client, redirectUri);
    expect((await refresh(client.client_id, tokens.refresh_token)).status).toBe(200);
  });

  it("I12: keeps both of two registrations that come a moment apart", async () => {
    const metadata = { client_name: "Claude", redirect_uris: [CLAUDE_CALLBACK] };
    const first = await registerClient(running, metadata);
    const second = await registerClient(running, metadata);
    await signInWith(second, CLAUDE_CALLBACK);
    await signInWith(first, CLAUDE_CALLBACK);
  });
});

describe("authorization requests", () => {
  it("I10: gives a client that sends no scope, state or resource the defaults", async () => {
    const redirectUri = "http://127.0.0.1:46002/callback";
    const client = await registerClient(running, { redirect_uris: [redirectUri] });
    const tokens = await signInWith(client, redirectUri, { state: null });
    expect(tokens).toMatchObject({ scope: "read write", token_type: "Bearer" });
    const introspection = await postForm(running, "/oauth/introspect", {
      token: tokens.access_token,
      client_id: client.client_id,
    });
    expect(await introspection.json()).toMatchObject({ aud: running.mcpUrl.href });
    expect(await listTools(tokens.access_token)).toBe(200);
  });

  it.each(["read write offline_access", "read write"])(
    "I11: gives a refresh token for the scope %j",
    async (scope) => {
      const tokens = await obtainTokens(running, { parameters: { scope } });
      expect(tokens.scope).toBe("read write");
      expect((await refresh(tokens.client_id, tokens.refresh_token)).status).toBe(200);
    },
  );

  it("I11: names offline_access in the metadata of the server, not of the resource, nor in the challenge", async () => {
    const read = async (path: string): Promise<unknown> =>
      (await fetch(running.publicUrl + path)).json();
    expect(await read("/.well-known/oauth-authorization-server")).toMatchObject({
      scopes_supported: expect.arrayContaining(["offline_access"]),
    });
    const resource = await read("/.well-known/oauth-protected-resource/mcp");
    expect(JSON.stringify(resource)).not.toContain("offline_access");
    const refused = await fetch(running.mcpUrl, { method: "POST", body: "{}" });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toContain(`scope="read write"`);
  });
});

describe("over time", () => {
  it("I13: refreshes after 25 idle hours, and works after 60 days of weekly use, without a browser", async () => {
    const clock = createFakeClock();
    const later = await startApp({ clock });
    try {
      let tokens: IssuedTokens & { client_id?: string } = await obtainTokens(later);
      const clientId = tokens.client_id ?? "";
      const useAgain = async (afterSeconds: number): Promise<void> => {
        clock.advance(afterSeconds);
        const answer = await refresh(clientId, tokens.refresh_token, later);
        expect(answer.status).toBe(200);
        tokens = (await answer.json()) as IssuedTokens;
        expect(await searchContacts(tokens.access_token, later)).toContain(`"contacts"`);
      };
      await useAgain(25 * 3_600);
      for (let day = 0; day < 63; day += 7) await useAgain(7 * 86_400);
    } finally {
      await later.close();
    }
  });

  it("I16: takes 300 refreshes in a minute from clients behind one address", async () => {
    const grants = await Promise.all(Array.from({ length: 20 }, () => obtainTokens(running)));
    const statuses = await Promise.all(
      grants.map(async (grant) => {
        const seen: number[] = [];
        let token = grant.refresh_token;
        for (let round = 0; round < 15; round += 1) {
          const answer = await refresh(grant.client_id, token);
          seen.push(answer.status);
          token = ((await answer.json()) as IssuedTokens).refresh_token;
        }
        return seen;
      }),
    );
    expect(statuses.flat()).toEqual(Array.from({ length: 300 }, () => 200));
  }, 60_000);
});

const sdks = [
  { name: "v1", auth: authV1 as unknown as typeof authV2 },
  { name: "v2", auth: authV2 },
];

it.each(sdks)(
  "I14: the SDK $name goes from discovery to a refreshed token",
  async ({ name, auth }) => {
    const memory = createOAuthProvider(`sdk ${name}`);
    const provider = memory as unknown as OAuthClientProvider;
    const serverUrl = running.mcpUrl;
    expect(await auth(provider, { serverUrl })).toBe("REDIRECT");
    const callback = await signIn(memory.authorizationUrl(), { redirectUri: memory.redirectUrl });
    const { searchParams } = callback;
    expect(
      await auth(provider, {
        serverUrl,
        authorizationCode: searchParams.get("code") ?? "",
        iss: searchParams.get("iss") ?? "",
      }),
    ).toBe("AUTHORIZED");
    const before = memory.currentTokens();
    expect(await listTools(before?.access_token ?? "")).toBe(200);
    expect(await auth(provider, { serverUrl })).toBe("AUTHORIZED");
    const after = memory.currentTokens();
    expect(after?.access_token).not.toBe(before?.access_token);
    expect(await listTools(after?.access_token ?? "")).toBe(200);
  },
);

/** Signs in with a client and redeems the code the way the client was registered. */
async function signInWith(
  client: Registered,
  redirectUri: string,
  parameters: Readonly<Record<string, string | null>> = {},
): Promise<IssuedTokens> {
  const { url, verifier } = createAuthorizationRequest(running, {
    client_id: client.client_id,
    redirect_uri: redirectUri,
    ...parameters,
  });
  const callback = await signIn(url, { redirectUri });
  expect(callback.href.startsWith(`${redirectUri}?`)).toBe(true);
  expect(callback.searchParams.get("state")).toBe(url.searchParams.get("state"));
  expect(callback.searchParams.getAll("iss")).toEqual([running.publicUrl]);
  const answer = await postForm(running, "/oauth/token", {
    grant_type: "authorization_code",
    code: callback.searchParams.get("code") ?? "",
    redirect_uri: redirectUri,
    client_id: client.client_id,
    code_verifier: verifier,
    ...(client.client_secret === undefined ? {} : { client_secret: client.client_secret }),
  });
  const tokens = (await answer.json()) as IssuedTokens;
  expect({ status: answer.status, tokens }).toMatchObject({ status: 200 });
  return tokens;
}

/** Opens an authorization request and stops where the client would be called. */
function openAuthorization(client: Registered, redirectUri: string): Promise<Page> {
  const { url } = createAuthorizationRequest(running, {
    client_id: client.client_id,
    redirect_uri: redirectUri,
  });
  return createBrowser().get(url, { stop: ({ href }) => href.startsWith(redirectUri) });
}

function refresh(clientId: string, token: string, app: RunningApp = running): Promise<Response> {
  return postForm(app, "/oauth/token", {
    grant_type: "refresh_token",
    client_id: clientId,
    refresh_token: token,
  });
}

function callMcp(app: RunningApp, token: string, method: string, params: object) {
  return postJson(
    app,
    "/mcp",
    { jsonrpc: "2.0", id: 1, method, params },
    { authorization: `Bearer ${token}` },
  );
}

async function listTools(token: string): Promise<number> {
  const answer = await callMcp(running, token, "tools/list", {});
  await answer.body?.cancel();
  return answer.status;
}

async function searchContacts(token: string, app: RunningApp): Promise<string> {
  const params = { name: "search_contacts", arguments: { limit: 1 } };
  const answer = await callMcp(app, token, "tools/call", params);
  const result = (await answer.json()) as { result?: { structuredContent?: unknown } };
  return JSON.stringify(result.result?.structuredContent ?? result);
}
