import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { toConnectionId, toLocationId, toOperationId } from "../../../src/core/ids.ts";
import { fail, ok } from "../../../src/core/result.ts";
import { toSecret } from "../../../src/core/secret.ts";
import type { GhlCall, GhlClient } from "../../../src/ghl/call.ts";
import { createGhlClient } from "../../../src/ghl/client.ts";
import type { TokenSource } from "../../../src/ghl/ports.ts";
import { createHttpClient } from "../../../src/net/undici-http-client.ts";
import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";

const http = createHttpClient();
let sandbox: RunningSandbox;
let client: GhlClient;

beforeAll(async () => {
  sandbox = await startSandbox();
  const token = (location: string | undefined): ReturnType<TokenSource["getToken"]> =>
    Promise.resolve(
      ok({
        token: toSecret(sandbox.privateTokens.get(location ?? "") ?? "pit-unknown"),
        kind: "private" as const,
      }),
    );
  const tokens: TokenSource = {
    getToken: ({ locationId }) => token(locationId),
    replaceToken: ({ connectionId }) =>
      Promise.resolve(fail({ kind: "needs_reauth", connectionId, reason: "private token" })),
  };
  const deps = { apiBaseUrl: sandbox.baseUrl, tokens, http, clock: systemClock, log: silentLogger };
  client = createGhlClient(deps);
});

afterAll(async () => {
  await http.close();
  await sandbox.close();
});

const locationAt = (index: number): string => sandbox.locations[index]?.id ?? "";

const call = (operation: string, rest: Partial<GhlCall> = {}): ReturnType<GhlClient["call"]> =>
  client.call({
    connectionId: toConnectionId("conn-1"),
    locationId: toLocationId(locationAt(0)),
    ...rest,
    operation: toOperationId(operation),
  });

const body = (value: object): object => ({ ok: true, value: { body: value } });

describe("against the sandbox, which reads requests on its own, the client", () => {
  it("searches contacts and deals, and lists pipelines, workflows and users", async () => {
    expect(
      await call("contacts.search-contacts-advanced", { body: { pageLimit: 2 } }),
    ).toMatchObject(body({ contacts: [{}, {}] }));
    expect(
      await call("opportunities.search-opportunity", { parameters: { limit: 3 } }),
    ).toMatchObject(body({ opportunities: [{}, {}, {}] }));
    expect(
      await call("opportunities.search-opportunities-advanced", { body: { limit: 1, page: 1 } }),
    ).toMatchObject(body({ opportunities: [{}] }));
    expect(await call("opportunities.get-pipelines")).toMatchObject(
      body({ pipelines: expect.any(Array) as unknown }),
    );
    expect(await call("workflows.get-workflow")).toMatchObject(
      body({ workflows: expect.any(Array) as unknown }),
    );
    expect(await call("locations.get-location")).toMatchObject(
      body({ location: { id: locationAt(0) } }),
    );
  });

  it("creates a contact, recovers the id from a duplicate, and finds nothing elsewhere", async () => {
    const email = "client-test@example.com";
    const created = await call("contacts.create-contact", { body: { firstName: "Ada", email } });
    expect(created).toMatchObject(body({ contact: { email } }));
    const again = await call("contacts.create-contact", { body: { email } });
    expect(again).toMatchObject({
      ok: false,
      failure: { kind: "duplicate_contact", contactId: expect.any(String) as unknown },
    });
    if (again.ok || again.failure.kind !== "duplicate_contact") throw new Error("no duplicate");
    const contactId = again.failure.contactId;
    expect(await call("contacts.get-contact", { parameters: { contactId } })).toMatchObject(
      body({ contact: { id: contactId, email } }),
    );
    const elsewhere = { locationId: toLocationId(locationAt(1)), parameters: { contactId } };
    expect((await call("contacts.get-contact", elsewhere)).ok).toBe(false);
  });

  it("is told that an unknown token is invalid, asks once for another, and gives up", async () => {
    sandbox.control.clearRequests();
    const foreign = await call("contacts.search-contacts-advanced", {
      locationId: toLocationId("no-such-location"),
      body: { pageLimit: 1 },
    });
    expect(foreign).toMatchObject({
      failure: { kind: "token", failure: { kind: "needs_reauth" } },
    });
    expect(sandbox.control.requests()).toHaveLength(1);
  });

  describe("when the sandbox misbehaves once", () => {
    const pathPrefix = "/contacts/";
    type How = Parameters<typeof sandbox.control.misbehave>[0]["how"];
    const after = (how: How, operation: string, rest: Partial<GhlCall>) => {
      sandbox.control.clearRequests();
      sandbox.control.misbehave({ pathPrefix, count: 1, how });
      return call(operation, rest);
    };
    const search = { body: { pageLimit: 1 } };
    const sent = () => sandbox.control.requests().length;

    it.each<How>([
      { kind: "status", status: 503 },
      { kind: "status", status: 429, headers: { "retry-after": "1" } },
      { kind: "cut" },
      { kind: "lose_answer" },
    ])("repeats a search over $kind", async (how) => {
      expect((await after(how, "contacts.search-contacts-advanced", search)).ok).toBe(true);
      expect(sent()).toBe(2);
    });

    it.each<[How, string]>([
      [{ kind: "status", status: 503 }, "upstream_error"],
      [{ kind: "cut" }, "unreachable"],
      [{ kind: "lose_answer" }, "unreachable"],
    ])("sends a new contact once over %j", async (how, kind) => {
      const body = { email: `${kind}-${how.kind}@example.com` };
      expect(await after(how, "contacts.create-contact", { body })).toMatchObject({
        failure: { kind },
      });
      expect(sent()).toBe(1);
    });

    it("sends a new contact again after 429, at the time that it was told", async () => {
      const startedAt = Date.now();
      const how: How = { kind: "status", status: 429, headers: { "retry-after": "1" } };
      const body = { email: "after-429@example.com" };
      expect((await after(how, "contacts.create-contact", { body })).ok).toBe(true);
      expect(sent()).toBe(2);
      expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_000);
    });

    it("gives up at once where the deadline leaves no time", async () => {
      const later: How = { kind: "status", status: 429, headers: { "retry-after": "9" } };
      const operation = "contacts.search-contacts-advanced";
      expect(await after(later, operation, { ...search, deadlineMs: 2_000 })).toEqual(
        fail({ kind: "rate_limited", retryAfterMs: 9_000 }),
      );
      expect(sent()).toBe(1);
    });
  });

  it("takes an HTML page for a block, and does not ask again", async () => {
    sandbox.control.clearRequests();
    const elsewhere = toLocationId(locationAt(1));
    const how = { kind: "status", status: 403, body: "<html>blocked</html>" } as const;
    sandbox.control.misbehave({ pathPrefix: "/contacts/", count: 1, how });
    const search = { locationId: elsewhere, body: { pageLimit: 1 } };
    expect(await call("contacts.search-contacts-advanced", search)).toEqual(
      fail({ kind: "blocked", status: 403 }),
    );
    expect(sandbox.control.requests()).toHaveLength(1);
  });
});
