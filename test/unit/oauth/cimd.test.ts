import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/core/logger.ts";
import { fail, ok } from "../../../src/core/result.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { createMetadataDocumentClients } from "../../../src/oauth/clients/cimd.ts";
import type { ClientSource } from "../../../src/oauth/clients/client.ts";
import type { DocumentFetcher } from "../../../src/oauth/clients/document-fetcher.ts";
import { createPreRegisteredClients } from "../../../src/oauth/clients/pre-registered.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";
import {
  authorizeParameters,
  codeForm,
  createHarness,
  failureOf,
  must,
  obtainCode,
  openTransaction,
  refreshForm,
  signIn,
} from "./support.ts";

const ID = "https://app.example/oauth/client.json";
const documentOf = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  client_id: ID,
  client_name: "App",
  redirect_uris: ["https://app.example/cb"],
  ...changes,
});

interface Setup {
  readonly source: ClientSource;
  readonly clock: FakeClock;
  readonly fetched: string[];
  answer: Awaited<ReturnType<DocumentFetcher["fetch"]>>;
}

const setUp = (changes: Record<string, unknown> = {}, cacheControl?: string): Setup => {
  const clock = createFakeClock();
  const fetched: string[] = [];
  const headers = cacheControl === undefined ? {} : { "cache-control": cacheControl };
  const setup = {
    clock,
    fetched,
    answer: ok({
      status: 200,
      headers,
      body: JSON.stringify(documentOf(changes)),
    }) as Setup["answer"],
  };
  const source = createMetadataDocumentClients({
    store: createMemoryStore({ clock }),
    clock,
    log: silentLogger,
    fetcher: {
      fetch: async (url) => {
        fetched.push(url.href);
        return setup.answer;
      },
    },
  });
  return Object.assign(setup, { source });
};

const unreachable = { kind: "client_document", problem: "unreachable" };

describe("client metadata documents", () => {
  it("reads a client from its document, with the host that is proven", async () => {
    const { source } = setUp();
    expect(must(await source.find(ID))).toEqual({
      id: ID,
      name: "App",
      host: "app.example",
      redirectUris: ["https://app.example/cb"],
    });
  });

  it.each([
    ["C01", "https://127.0.0.1:8443/c.json"],
    ["C01", "https://localhost:8443/c.json"],
    ["C01", "https://[::1]:8443/c.json"],
    ["C02", "https://169.254.169.254/latest"],
    ["C02", "https://[fd00:ec2::254]/c"],
    ["C02", "https://metadata.google.internal/c"],
    ["C03", "https://2130706433/c"],
    ["C03", "https://0x7f.1/c"],
    ["C03", "https://0177.0.0.1/c"],
    ["C03", "https://127.1/c"],
    ["C03", "https://①②⑦.⓪.⓪.①/c"],
    ["C10", "https://u:p@app.example/c"],
    ["C10", "https://app.example/a/../c"],
    ["C10", "https://app.example/a/./c"],
    ["C10", "https://app.example/%2e%2e/c"],
    ["C10", "https://app.example/a/.%2E"],
    ["C10", "https://app.example/c#f"],
    ["C10", "https:app.example/c"],
    ["C10", "https:\\\\app.example\\c"],
    ["C10", "https://app.example\\c"],
    ["C10", "https://app.example"],
    ["C10", "https://app.example/"],
    ["C10", "http://app.example/c"],
    ["C10", "https://app.example/c\n"],
    ["C10", `https://app.example/${"a".repeat(2000)}`],
  ])("%s: refuses the id %s before any fetch", async (_id, clientId) => {
    const { source, fetched } = setUp();
    expect(failureOf(await source.find(clientId))).toEqual({
      kind: "client_document",
      problem: "url",
    });
    expect(fetched).toEqual([]);
  });

  it("leaves ids that are no address to other sources", async () => {
    const { source, fetched } = setUp();
    expect(must(await source.find("ghlmcp_client_x"))).toBeUndefined();
    expect(fetched).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["C11", { client_secret: "x" }, "shared_secret"],
    ["C11", { token_endpoint_auth_method: "client_secret_post" }, "shared_secret"],
    ["C11", { token_endpoint_auth_method: "client_secret_jwt" }, "shared_secret"],
    ["C11", { jwks: { keys: [{ kty: "EC", d: "x" }] } }, "private_key"],
    ["C11", { token_endpoint_auth_method: "private_key_jwt" }, "auth_method"],
    ["C12", { redirect_uris: ["javascript:alert(1)"] }, "redirect_uris"],
    ["C12", { redirect_uris: ["http://evil.example/"] }, "redirect_uris"],
    ["C12", { redirect_uris: ["https://*.evil.example/*"] }, "redirect_uris"],
    ["C12", { redirect_uris: ["https://evil.example/*"] }, "redirect_uris"],
    ["C12", { redirect_uris: [] }, "redirect_uris"],
    ["A4", { client_id: "https://app.example/oauth/client.json/" }, "client_id_mismatch"],
    ["A4", { client_id: "https://APP.example/oauth/client.json" }, "client_id_mismatch"],
    ["A4", { client_name: undefined }, "fields"],
    ["A4", { redirect_uris: "https://app.example/cb" }, "fields"],
  ])("%s: refuses a document with %j", async (_id, changes, problem) => {
    const { source } = setUp(changes);
    expect(failureOf(await source.find(ID))).toEqual({ kind: "client_document", problem });
  });

  it("I07: takes a client that prefers an assertion and can do without", async () => {
    const { source } = setUp({
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_methods_supported: ["none", "private_key_jwt"],
      grant_types: [
        "authorization_code",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
      ],
      response_types: ["code", "id_token"],
      jwks: { keys: [{ kty: "EC", crv: "P-256", x: "a", y: "b" }] },
    });
    expect(must(await source.find(ID))).toMatchObject({ id: ID });
  });

  it.each([301, 302, 404, 500, 204])(
    "C07, C17: takes no document from a %d, and caches none",
    async (status) => {
      const setup = setUp();
      const good = setup.answer;
      setup.answer = ok({ status, headers: {}, body: JSON.stringify(documentOf()) });
      expect(failureOf(await setup.source.find(ID))).toEqual(unreachable);
      setup.answer = good;
      must(await setup.source.find(ID));
      expect(setup.fetched).toHaveLength(2);
    },
  );

  it("refuses what is not JSON", async () => {
    const setup = setUp();
    setup.answer = ok({ status: 200, headers: {}, body: "<html>" });
    expect(failureOf(await setup.source.find(ID))).toMatchObject({ problem: "not_json" });
  });

  it.each<[string | undefined, number]>([
    [undefined, 3600],
    ["public, max-age=7200", 7200],
    ["max-age=0", 60],
    ["no-store", 60],
    ["max-age=99999999", 86_400],
    ["s-maxage=5", 3600],
  ])("caches a document with Cache-Control %j for %d s", async (cacheControl, seconds) => {
    const { source, clock, fetched } = setUp({}, cacheControl);
    must(await source.find(ID));
    clock.advance(seconds - 1);
    must(await source.find(ID));
    expect(fetched).toHaveLength(1);
    clock.advance(1);
    must(await source.find(ID));
    expect(fetched).toHaveLength(2);
  });

  it("C17: a stale copy serves a day while the host is away, and not while it serves a bad one", async () => {
    const setup = setUp();
    must(await setup.source.find(ID));
    setup.clock.advance(3600);
    setup.answer = fail({ kind: "timeout" });
    expect(must(await setup.source.find(ID))).toMatchObject({ id: ID });
    setup.answer = ok({
      status: 200,
      headers: {},
      body: JSON.stringify(documentOf({ client_secret: "x" })),
    });
    expect(failureOf(await setup.source.find(ID))).toMatchObject({ problem: "shared_secret" });
    setup.answer = fail({ kind: "timeout" });
    setup.clock.advance(86_400);
    expect(failureOf(await setup.source.find(ID))).toEqual(unreachable);
  });

  it("fetches a document once for 20 who ask at once", async () => {
    const { source, fetched } = setUp();
    const found = await Promise.all(Array.from({ length: 20 }, () => source.find(ID)));
    expect(found.every((one) => one.ok)).toBe(true);
    expect(fetched).toHaveLength(1);
  });

  it("C15: fetches at most 30 a minute from an origin, and cached ones still work", async () => {
    const setup = setUp();
    must(await setup.source.find(ID));
    const outcomes = [];
    for (let n = 0; n < 100; n += 1)
      outcomes.push(await setup.source.find(`https://app.example/c/${n}`));
    expect(setup.fetched).toHaveLength(30);
    expect(failureOf(outcomes[99] ?? ok(0))).toEqual({
      kind: "client_document_budget",
      retryAfterSeconds: 60,
    });
    must(await setup.source.find(ID));
    setup.clock.advance(60);
    await setup.source.find("https://app.example/c/later");
    expect(setup.fetched).toHaveLength(31);
  });

  it("C15: fetches at most 120 a minute from all origins, 16 at once", async () => {
    const setup = setUp();
    for (let n = 0; n < 300; n += 1) await setup.source.find(`https://a${n}.example/c`);
    expect(setup.fetched).toHaveLength(120);
    setup.clock.advance(60);
    const at = (n: number): Promise<unknown> => setup.source.find(`https://b${n}.example/c`);
    await Promise.all(Array.from({ length: 40 }, (_, n) => at(n)));
    expect(setup.fetched).toHaveLength(136);
  });

  it("C15: reads a known client again while strangers ask for 100 documents of its origin a minute", async () => {
    const setup = setUp();
    must(await setup.source.find(ID));
    for (let hour = 1; hour <= 30; hour += 1) {
      setup.clock.advance(3600);
      for (let n = 0; n < 100; n += 1) await setup.source.find(`https://app.example/c/${n}`);
      must(await setup.source.find(ID));
      expect(setup.fetched.at(-1)).toBe(ID);
    }
  });

  it("C15: serves the copy to whoever may have nothing fetched, and fetches nothing", async () => {
    const { source, clock, fetched } = setUp();
    const limit = () => ({ retryAfterSeconds: 7 });
    expect(failureOf(await source.find(ID, limit))).toEqual({
      kind: "client_document_budget",
      retryAfterSeconds: 7,
    });
    expect(fetched).toEqual([]);
    must(await source.find(ID));
    must(await source.find(ID, limit));
    clock.advance(3600);
    must(await source.find(ID, limit));
    expect(fetched).toEqual([ID]);
  });

  it("C13, C17: goes through the whole flow, shows the host, and survives its host at refresh", async () => {
    const setup = setUp({ client_name: "Claude" });
    const { server, clock } = createHarness({ sources: [setup.source] });
    const transaction = await openTransaction(server, ID);
    expect(await server.findAuthorization(transaction)).toMatchObject({
      clientHost: "app.example",
      clientName: "Claude",
    });
    const tokens = await signIn(server, ID);
    setup.answer = fail({ kind: "unreachable" });
    setup.clock.advance(7200);
    clock.advance(7200);
    const refreshed = must(await server.token(refreshForm(ID, tokens.refresh_token)));
    setup.clock.advance(2 * 86_400);
    clock.advance(2 * 86_400);
    expect(failureOf(await server.token(refreshForm(ID, refreshed.refresh_token)))).toMatchObject({
      kind: "client_document_unavailable",
    });
    expect(await server.authorize(authorizeParameters(ID))).toMatchObject({
      kind: "page",
      failure: unreachable,
    });
    setup.answer = ok({ status: 200, headers: {}, body: JSON.stringify(documentOf()) });
    must(await server.token(refreshForm(ID, refreshed.refresh_token)));
  });

  it("reads from allowed hosts only, where some are named", async () => {
    const clock = createFakeClock();
    const source = createMetadataDocumentClients({
      store: createMemoryStore({ clock }),
      clock,
      log: silentLogger,
      allowedHosts: ["claude.ai"],
      fetcher: { fetch: () => Promise.reject(new Error("nothing must be fetched")) },
    });
    expect(failureOf(await source.find(ID))).toMatchObject({ problem: "url" });
  });
});

describe("pre-registered clients", () => {
  it("A7: sign in with the id and the secret of the settings", async () => {
    const source = createPreRegisteredClients([
      {
        clientId: "team",
        redirectUris: ["https://app.example/cb"],
        authentication: { method: "secret", secret: toSecret("s3cret") },
      },
    ]);
    const { server } = createHarness({ sources: [source] });
    const code = await obtainCode(server, "team");
    expect((await server.token(codeForm("team", code))).ok).toBe(false);
    must(await server.token(codeForm("team", code, { client_secret: "s3cret" })));
    expect(server.metadata).not.toHaveProperty("client_id_metadata_document_supported");
  });
});
