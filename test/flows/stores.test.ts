import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findMissing, postgres, redis, type StorePlace } from "../contract/store-places.ts";
import { createOAuthProvider } from "../support/oauth-client.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { signIn } from "../support/sign-in.ts";

const missing = await findMissing();

for (const kind of [postgres, redis])
  describe.skipIf(missing.has(kind))(`the main job on ${kind.name}`, () => {
    const provider = createOAuthProvider("stores-test");
    let place: StorePlace;
    let running: RunningApp;

    beforeAll(async () => {
      place = await kind.makePlace();
      running = await startApp({ config: { storageUrl: place.url } });
    });
    afterAll(async () => {
      await running.close();
      await place.dispose();
    });

    const transport = () =>
      new StreamableHTTPClientTransport(running.mcpUrl, { authProvider: provider });
    const connect = async (): Promise<Client> => {
      const client = new Client({ name: "stores-test", version: "1.0.0" });
      await client.connect(transport());
      return client;
    };
    const search = async (client: Client): Promise<unknown> => {
      const found = await client.callTool({ name: "search_contacts", arguments: { limit: 3 } });
      return found.structuredContent;
    };

    it("signs a person in and searches contacts", async () => {
      await expect(connect()).rejects.toBeInstanceOf(UnauthorizedError);
      const callback = await signIn(provider.authorizationUrl(), {
        redirectUri: provider.redirectUrl,
      });
      await transport().finishAuth(callback.searchParams);
      const client = await connect();
      expect(await search(client)).toMatchObject({ contacts: expect.any(Array) });
      await client.close();
    });

    it("refreshes the client's token, and still searches contacts", async () => {
      const before = provider.currentTokens();
      expect(before?.refresh_token).toMatch(/^ghlmcp_rt_/u);
      provider.setTokens({ ...before, access_token: "ghlmcp_at_expired", token_type: "Bearer" });
      const client = await connect();
      expect(await search(client)).toMatchObject({ contacts: expect.any(Array) });
      expect(provider.currentTokens()?.refresh_token).not.toBe(before?.refresh_token);
      await client.close();
    });

    it("serves the same sign-in from a second instance on the same store", async () => {
      const second = await startApp({
        sandbox: running.sandbox,
        config: { storageUrl: place.url },
      });
      try {
        const [connection] = await second.app.upstream.listConnections();
        expect(connection).toMatchObject({ status: "active" });
        expect(await running.app.upstream.listConnections()).toEqual([connection]);
      } finally {
        await second.close();
      }
    });
  });
