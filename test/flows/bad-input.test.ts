import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOAuthProvider } from "../support/oauth-client.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { signIn } from "../support/sign-in.ts";

let running: RunningApp;
let client: Client;

interface ToolAnswer {
  readonly isError?: boolean;
  readonly content: readonly { readonly text?: string }[];
}

const provider = createOAuthProvider("bad-input");

beforeAll(async () => {
  running = await startApp();
  const transport = () =>
    new StreamableHTTPClientTransport(running.mcpUrl, { authProvider: provider });
  client = new Client({ name: "bad-input", version: "1.0.0" });
  await client.connect(transport()).catch(() => {});
  const callback = await signIn(provider.authorizationUrl(), { redirectUri: provider.redirectUrl });
  await transport().finishAuth(callback.searchParams);
  client = new Client({ name: "bad-input", version: "1.0.0" });
  await client.connect(transport());
});
afterAll(async () => {
  await client.close();
  await running.close();
});

const call = async (name: string, args: Record<string, unknown>): Promise<ToolAnswer> =>
  (await client.callTool({ name, arguments: args })) as ToolAnswer;

const text = (answer: ToolAnswer): string => answer.content.map((part) => part.text).join("\n");

const upstreamCalls = (): number => running.sandbox.control.requests().length;

describe("bad input over MCP", () => {
  it("answers an unknown tool with an error that names it", async () => {
    await expect(call("search_contact", {})).rejects.toThrow(/search_contact/);
  });

  it("names the argument that is wrong and what would be right, and calls nobody", async () => {
    const before = upstreamCalls();
    const answer = await call("search_contacts", { limit: "many" });
    expect(answer.isError).toBe(true);
    expect(text(answer)).toMatch(/limit/);
    expect(text(answer)).toMatch(/number|integer/);
    expect(upstreamCalls()).toBe(before);
  });

  it("names an argument that does not exist", async () => {
    const answer = await call("search_contacts", { surname: "Ada" });
    expect(answer.isError).toBe(true);
    expect(text(answer)).toMatch(/surname/);
  });

  it("says what is missing for a new contact, and creates nothing", async () => {
    const before = upstreamCalls();
    const answer = await call("create_contact", { tags: ["x"] });
    expect(answer.isError).toBe(true);
    expect(text(answer)).toMatch(/email|phone|name/);
    expect(upstreamCalls()).toBe(before);
  });

  it("finds no deals for a contact that does not exist, and says so as an empty list", async () => {
    const answer = await call("get_opportunities", { contact_id: "AAAAAAAAAAAAAAAAAAAA" });
    expect(answer.isError).not.toBe(true);
    expect(text(answer)).toMatch(/"opportunities":\[\]|no /i);
  });

  it("gives the id of the contact that is already there, and does not make a second", async () => {
    const email = "twice@example.com";
    const first = await call("create_contact", { first_name: "Once", email });
    expect(first.isError).not.toBe(true);
    const second = await call("create_contact", { first_name: "Again", email });
    expect(second.isError).toBe(true);
    const id = /"id":"([A-Za-z0-9]{20})"/.exec(text(first))?.[1] ?? "none";
    expect(text(second)).toContain(id);
  });

  it("says that GoHighLevel has trouble when a write is answered with 500, and works again", async () => {
    running.sandbox.control.misbehave({
      pathPrefix: "/contacts",
      count: 1,
      how: { kind: "status", status: 500, body: "<html>secret stack</html>" },
    });
    const contact = { first_name: "Five", email: "five@example.com" };
    const answer = await call("create_contact", contact);
    expect(answer.isError).toBe(true);
    expect(text(answer)).toMatch(/GoHighLevel/);
    expect(text(answer)).not.toMatch(/html|stack/);
    expect((await call("create_contact", contact)).isError).not.toBe(true);
  });

  it("reads again by itself when a read is answered with 500 once", async () => {
    running.sandbox.control.misbehave({
      pathPrefix: "/contacts",
      count: 1,
      how: { kind: "status", status: 500 },
    });
    expect((await call("search_contacts", {})).isError).not.toBe(true);
  });

  it("recovers by itself from an access token that GoHighLevel has ended early", async () => {
    running.sandbox.control.expireAccessTokens();
    running.sandbox.control.clearRequests();
    expect((await call("search_contacts", {})).isError).not.toBe(true);
    const refreshes = running.sandbox.control
      .requests()
      .filter((request) => request.grantType === "refresh_token");
    expect(refreshes).toHaveLength(1);
  });

  it("says that a person must sign in again once GoHighLevel refuses the refresh token", async () => {
    running.sandbox.control.revokeRefreshTokens();
    running.sandbox.control.expireAccessTokens();
    const answer = await call("search_contacts", {});
    expect(answer.isError).toBe(true);
    expect(text(answer)).toMatch(/sign in to GoHighLevel again/);
    const status = await call("get_oauth_status", {});
    expect(text(status)).toContain("needs_reauth");
  });

  it("answers a token that has ended with 401 and a challenge", async () => {
    const answer = await fetch(running.mcpUrl, {
      method: "POST",
      headers: { authorization: "Bearer ghlmcp_at_gone", "content-type": "application/json" },
      body: "{}",
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toMatch(/error="invalid_token"/);
  });
});

describe("GoHighLevel out of reach", () => {
  it("is told apart from a mistake of the caller, and the server stays up", async () => {
    const other = await startApp();
    const mine = createOAuthProvider("out-of-reach");
    const transport = () => new StreamableHTTPClientTransport(other.mcpUrl, { authProvider: mine });
    await new Client({ name: "x", version: "1" }).connect(transport()).catch(() => {});
    const callback = await signIn(mine.authorizationUrl(), { redirectUri: mine.redirectUrl });
    await transport().finishAuth(callback.searchParams);
    const connected = new Client({ name: "x", version: "1" });
    await connected.connect(transport());
    await other.sandbox.close();
    const answer = (await connected.callTool({
      name: "search_contacts",
      arguments: {},
    })) as ToolAnswer;
    expect(answer.isError).toBe(true);
    expect(text(answer)).toMatch(/GoHighLevel.*(reach|answer)/i);
    expect((await fetch(`${other.publicUrl}/health/live`)).status).toBe(200);
    await connected.close();
    await other.close();
  });
});
