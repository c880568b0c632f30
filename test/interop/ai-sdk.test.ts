import {
  auth,
  createMCPClient,
  type MCPClient,
  type OAuthClientProvider,
  UnauthorizedError,
} from "@ai-sdk/mcp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createOAuthProvider } from "../support/oauth-client.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { signIn } from "../support/sign-in.ts";

const memory = createOAuthProvider("ai-sdk");
const provider: OAuthClientProvider = {
  ...memory,
  storedState: () => memory.expectedState(),
  invalidateCredentials: (scope) => {
    invalidated.push(scope);
    memory.setTokens(undefined);
  },
};
const invalidated: string[] = [];

/** The protocol versions that its requests name. */
const versions = new Set<string>();

let running: RunningApp;
let client: MCPClient | undefined;

beforeAll(async () => {
  running = await startApp();
});
afterAll(async () => {
  await client?.close();
  await running.close();
});

const connect = (): Promise<MCPClient> =>
  createMCPClient({
    transport: {
      type: "http",
      url: running.mcpUrl.href,
      authProvider: provider,
      fetch: (input, init) => {
        versions.add(new Headers(init?.headers).get("mcp-protocol-version") ?? "none");
        return fetch(input, init);
      },
    },
  });

it("is turned away, discovers the server, registers and wants to send the browser", async () => {
  await expect(connect()).rejects.toBeInstanceOf(UnauthorizedError);
  const url = memory.authorizationUrl();
  expect(`${url.origin}${url.pathname}`).toBe(`${running.publicUrl}/oauth/authorize`);
  expect(url.searchParams.get("resource")).toBe(running.mcpUrl.href);
});

it("redeems the code after it has checked state and issuer", async () => {
  const callback = await signIn(memory.authorizationUrl(), { redirectUri: memory.redirectUrl });
  const [code, state, issuer] = ["code", "state", "iss"].map(
    (name) => callback.searchParams.get(name) ?? "",
  );
  const result = await auth(provider, {
    serverUrl: running.mcpUrl,
    authorizationCode: code ?? "",
    callbackState: state ?? "",
    callbackIssuer: issuer ?? "",
  });
  expect(result).toBe("AUTHORIZED");
});

it("speaks the newest protocol, lists tools and calls one", async () => {
  versions.clear();
  client = await connect();
  const { tools } = await client.listTools();
  expect(tools.map((tool) => tool.name)).toContain("search_contacts");
  const found = await client.callTool({ name: "search_contacts", arguments: { limit: 2 } });
  expect(found).not.toHaveProperty("isError", true);
  expect(versions).toContain("2026-07-28");
  expect(found).toMatchObject({ structuredContent: { contacts: expect.any(Array) } });
});

it("refreshes by itself once the access token is no good", async () => {
  const before = memory.currentTokens();
  memory.setTokens({ ...before, access_token: "ghlmcp_at_expired", token_type: "Bearer" });
  const again = await connect();
  expect((await again.listTools()).tools.length).toBeGreaterThan(0);
  expect(memory.currentTokens()?.refresh_token).not.toBe(before?.refresh_token);
  expect(invalidated).toEqual([]);
  await again.close();
});
