import { describe, expect, it } from "vitest";
import { createHarness, failureOf, must, obtainCode, register, codeForm } from "./support.ts";

const badRedirects: readonly [string, string][] = [
  ["R01", "javascript:alert(1)"],
  ["R01", "JavaScript:alert(1)"],
  ["R01", " javascript:alert(1)"],
  ["R01", "java\nscript:alert(1)"],
  ["R01", "\u0001javascript:alert(1)"],
  ["R02", "data:text/html,x"],
  ["R02", "vbscript:x"],
  ["R02", "blob:https://x/1"],
  ["R02", "file:///etc/passwd"],
  ["R02", "about:blank"],
  ["R02", "mailto:a@b.example"],
  ["R02", "ws://a.example/"],
  ["R02", "wss://a.example/"],
  ["R02", "intent://x#Intent;end"],
  ["R02", "view-source:https://a.example/"],
  ["R03", "http://evil.example/cb"],
  ["R03", "http://127.0.0.1.evil.example/cb"],
  ["R03", "http://127.1/cb"],
  ["R04", "http://localhost:80@evil.example/cb"],
  ["R04", "https://claude.ai@evil.example/cb"],
  ["R04", "http://localhost:1234\\@evil.example/"],
  ["R04", "app://user@host/cb"],
  ["R", "https://app.example/cb#f"],
  ["R", "https:app.example/cb"],
  ["R", "https:///app.example/cb"],
  ["R", "https:\\\\app.example\\cb"],
  ["R", "https://*.example/cb|x"],
  ["R", "https://localhost/cb"],
  ["R", "http://localhost:99999/cb"],
  ["R", "https://app.example/c b"],
  ["R", "https://äpp.example/cb"],
  ["R", "/cb"],
  ["R", "app:"],
  ["R", `https://app.example/${"a".repeat(500)}`],
];

describe("dynamic registration", () => {
  it.each(badRedirects)("%s: refuses the redirect URI %j and stores nothing", async (_id, uri) => {
    const { server, store } = createHarness();
    const outcome = await server.register({ redirect_uris: ["https://app.example/ok", uri] });
    expect(failureOf(outcome)).toMatchObject({ kind: "invalid_redirect_uri", index: 1 });
    expect(store.dump()).toEqual({});
  });

  it.each([
    [undefined],
    [[]],
    ["https://app.example/cb"],
    [[1]],
    [Array.from({ length: 1000 }, (_, index) => `https://app.example/${index}`)],
  ])("R07: refuses a list of redirect URIs that is none, and stores nothing", async (value) => {
    const { server, store } = createHarness();
    const outcome = await server.register({ redirect_uris: value });
    expect(failureOf(outcome)).toMatchObject({ kind: "invalid_redirect_uri" });
    expect(store.dump()).toEqual({});
  });

  it.each([[null], ["x"], [[]], [42], [undefined]])(
    "refuses the body %j and stores nothing",
    async (body) => {
      const { server, store } = createHarness();
      expect((await server.register(body)).ok).toBe(false);
      expect(store.dump()).toEqual({});
    },
  );

  it("R07: refuses a client name of 60 KB and stores nothing", async () => {
    const { server, store } = createHarness();
    const body = { redirect_uris: ["https://a.example/"], client_name: "x".repeat(60_000) };
    expect(failureOf(await server.register(body))).toEqual({
      kind: "invalid_client_metadata",
      field: "client_name",
    });
    expect(store.dump()).toEqual({});
  });

  it("R08: ignores ids, secrets, dates and prototype keys of the client's choosing", async () => {
    const { server } = createHarness();
    const body: unknown = JSON.parse(
      `{"redirect_uris":["https://a.example/cb"],"client_id":"claude","client_secret":"x",
        "registration_access_token":"t","client_id_issued_at":1,"__proto__":{"a":1},"constructor":{"a":1}}`,
    );
    const answer = must(await server.register(body));
    expect(answer["client_id"]).toMatch(/^ghlmcp_client_[\w-]{43}$/);
    expect(answer["client_id_issued_at"]).not.toBe(1);
    expect(Object.keys(answer).toSorted()).toEqual([
      "client_id",
      "client_id_issued_at",
      "grant_types",
      "redirect_uris",
      "response_types",
      "token_endpoint_auth_method",
    ]);
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
  });

  it.each([
    ["<script>alert(1)</script>", "<script>alert(1)</script>"],
    ["abc\u202Edef", "abcdef"],
    ["Cla\u200Bude\u0000", "Claude"],
    ["a\r\nb", "a b"],
    ["\u{E0041}\u2066x\u2069", "x"],
    ["😀".repeat(300), "😀".repeat(80)],
  ])("R09: keeps the name %j as one visible, short line", async (name, kept) => {
    const { server } = createHarness();
    const answer = must(
      await server.register({ redirect_uris: ["https://a.example/cb"], client_name: name }),
    );
    expect(answer["client_name"]).toBe(kept);
  });

  it("R10, R11: drops links that are not plain https, and every jwks_uri", async () => {
    const { server } = createHarness();
    const answer = must(
      await server.register({
        redirect_uris: ["https://a.example/cb"],
        logo_uri: "javascript:alert(1)",
        policy_uri: "http://169.254.169.254/",
        tos_uri: "//evil",
        client_uri: "https://a.example/about",
        jwks_uri: "https://169.254.169.254/jwks",
      }),
    );
    expect(answer).toMatchObject({ client_uri: "https://a.example/about" });
    for (const dropped of ["logo_uri", "policy_uri", "tos_uri", "jwks_uri"]) {
      expect(answer).not.toHaveProperty(dropped);
    }
  });

  it("R12: issues a secret for client_secret_post, stores only its hash, and checks it", async () => {
    const { server, store } = createHarness();
    const client = await register(server, { token_endpoint_auth_method: "client_secret_post" });
    expect(client.secret).toMatch(/^ghlmcp_cs_[\w-]{43}$/);
    expect(JSON.stringify(store.dump())).not.toContain(client.secret);
    const code = await obtainCode(server, client.id);
    const wrong = await server.token(codeForm(client.id, code, { client_secret: "ghlmcp_cs_no" }));
    expect(failureOf(wrong)).toMatchObject({ kind: "client_authentication" });
    const right = await server.token(
      codeForm(client.id, code, { client_secret: client.secret ?? "" }),
    );
    expect(right.ok).toBe(true);
  });

  it("R12: says none for a method that it cannot check", async () => {
    const { server } = createHarness();
    const body = {
      redirect_uris: ["https://a.example/cb"],
      token_endpoint_auth_method: "private_key_jwt",
    };
    const answer = must(await server.register(body));
    expect(answer["token_endpoint_auth_method"]).toBe("none");
    expect(answer).not.toHaveProperty("client_secret");
  });

  it("R13: gives the same public metadata the same id and one record, in any order of URIs", async () => {
    const { server, store } = createHarness();
    const uris = ["https://a.example/1", "https://a.example/2"];
    const ids = new Set<string>();
    for (let round = 0; round < 50; round += 1) {
      const redirectUris = round % 2 === 0 ? uris : uris.toReversed();
      ids.add((await register(server, { redirect_uris: redirectUris })).id);
    }
    expect(ids.size).toBe(1);
    expect(store.keys("client")).toHaveLength(1);
    const other = await register(server, { redirect_uris: uris, client_name: "other" });
    expect(ids.has(other.id)).toBe(false);
  });

  it("R13: reaps an unused registration after a day, keeps a used one past 60 days", async () => {
    const { server, clock } = createHarness();
    const unused = await register(server);
    const used = await register(server, { client_name: "used" });
    const code = await obtainCode(server, used.id);
    must(await server.token(codeForm(used.id, code)));
    clock.advance(86_400 - 1);
    const asks = async (id: string): Promise<string> =>
      (await server.authorize(new URLSearchParams({ client_id: id }))).kind;
    expect(await asks(unused.id)).toBe("redirect");
    clock.advance(1);
    expect(await asks(unused.id)).toBe("page");
    clock.advance(61 * 86_400);
    expect(await asks(used.id)).toBe("redirect");
  });

  it("makes a new client with its own secret at each confidential registration", async () => {
    const { server } = createHarness();
    const metadata = { token_endpoint_auth_method: "client_secret_basic" };
    const one = await register(server, metadata);
    const other = await register(server, metadata);
    expect(one.id).not.toBe(other.id);
    expect(one.secret).not.toBe(other.secret);
  });

  it("R16: answers with what it will do, whatever grant and response types were asked", async () => {
    const { server } = createHarness();
    const answer = must(
      await server.register({
        redirect_uris: ["https://a.example/cb"],
        grant_types: ["client_credentials", "password", "implicit"],
        response_types: ["token"],
      }),
    );
    expect(answer).toMatchObject({
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    });
  });

  it.each<[string, Record<string, unknown>]>([
    [
      "I01",
      {
        redirect_uris: ["https://claude.ai/api/mcp/auth_callback"],
        token_endpoint_auth_method: "client_secret_post",
        scope: "claudeai",
        client_name: "Claude",
      },
    ],
    ["I04", { redirect_uris: ["http://localhost:54213/callback"], application_type: "native" }],
    [
      "I05",
      {
        redirect_uris: [
          "cursor://anysphere.cursor-mcp/oauth/callback",
          "https://www.cursor.com/agents/mcp/oauth/callback",
          "http://localhost:8787/callback",
        ],
      },
    ],
    [
      "I06",
      {
        redirect_uris: [
          "https://insiders.vscode.dev/redirect",
          "https://vscode.dev/redirect",
          "http://127.0.0.1/",
          "http://127.0.0.1:33418/",
        ],
        grant_types: [
          "authorization_code",
          "refresh_token",
          "urn:ietf:params:oauth:grant-type:device_code",
        ],
        token_endpoint_auth_method: "none",
        response_types: ["code"],
      },
    ],
    ["I08", { redirect_uris: ["http://localhost:6274/oauth/callback"], scope: "" }],
    ["I09", { redirect_uris: ["https://a.example/cb"] }],
    ["I09", { redirect_uris: ["http://[::1]:4000/cb"], client_name: null }],
  ])("%s: accepts what the real client sends", async (_id, body) => {
    const { server } = createHarness();
    const answer = must(await server.register(body));
    expect(answer["redirect_uris"]).toEqual(body["redirect_uris"]);
    expect(answer).not.toHaveProperty("scope");
  });
});
