import { describe, expect, it } from "vitest";
import { toTransactionId } from "../../../src/core/ids.ts";
import {
  authorizeParameters,
  CALLBACK,
  CHALLENGE,
  CONNECTION,
  createHarness,
  failureOf,
  ISSUER,
  must,
  openTransaction,
  register,
} from "./support.ts";

type Changes = Readonly<Record<string, string | undefined>>;

const expectRedirectError = (location: string, error: string): void => {
  const url = new URL(location);
  expect(location.startsWith(`${CALLBACK}?`)).toBe(true);
  expect(url.searchParams.get("error")).toBe(error);
  expect(url.searchParams.get("state")).toBe("s t/ä");
  expect(url.searchParams.getAll("iss")).toEqual([ISSUER]);
  expect(url.searchParams.has("code")).toBe(false);
};

describe("the authorization endpoint", () => {
  it.each<[string, Changes, Record<string, unknown>]>([
    ["Z01", { redirect_uri: "https://evil.example/cb" }, { kind: "redirect_uri_not_registered" }],
    ["Z01", { redirect_uri: "https://app.example/cb/" }, { kind: "redirect_uri_not_registered" }],
    ["Z04", { client_id: "nobody" }, { kind: "unknown_client", at: "authorize" }],
    ["Z04", { client_id: "__proto__" }, { kind: "unknown_client" }],
    ["Z04", { client_id: "' OR 1=1 --" }, { kind: "unknown_client" }],
    ["Z04", { client_id: "x".repeat(10_240) }, { kind: "parameter", parameter: "client_id" }],
    ["Z04", { client_id: undefined }, { kind: "parameter", parameter: "client_id" }],
  ])("%s: shows the error of %j here and stores nothing", async (_id, changes, failure) => {
    const { server, store } = createHarness();
    const { id } = await register(server);
    const outcome = await server.authorize(authorizeParameters(id, changes));
    expect(outcome).toMatchObject({ kind: "page", failure });
    expect(store.keys("authorization")).toEqual([]);
  });

  it.each<[string, string]>([
    ["http://127.0.0.1:1234/cb", "http://127.0.0.1:1234/other"],
    ["http://127.0.0.1:1234/cb", "http://localhost:1234/cb"],
    ["http://localhost:1234/cb", "http://127.0.0.1:1234/cb"],
    ["http://127.0.0.1:1234/cb", "https://127.0.0.1:1234/cb"],
    ["http://127.0.0.1:1234/cb", "http://127.0.0.1:1234/cb?x=1"],
    ["http://127.0.0.1:1234/cb", "http://127.0.0.1:99999/cb"],
    ["http://127.0.0.1:1234/cb", "http://127.0.0.1:1@evil.example/cb"],
  ])("Z03: registered %s, refuses %s here", async (registered, presented) => {
    const { server, store } = createHarness();
    const { id } = await register(server, { redirect_uris: [registered] });
    const outcome = await server.authorize(authorizeParameters(id, { redirect_uri: presented }));
    expect(outcome).toMatchObject({ kind: "page" });
    expect(store.keys("authorization")).toEqual([]);
  });

  it.each<[string, string, string]>([
    ["I03", "http://localhost/callback", "http://localhost:58135/callback"],
    ["I06", "http://127.0.0.1/", "http://127.0.0.1:61234/"],
    ["I04", "http://[::1]:1/cb", "http://[::1]:2/cb"],
  ])("%s: registered %s, takes %s", async (_id, registered, presented) => {
    const { server } = createHarness();
    const { id } = await register(server, { redirect_uris: [registered] });
    const transaction = await openTransaction(server, id, { redirect_uri: presented });
    expect(await server.findAuthorization(transaction)).toMatchObject({
      redirectUri: presented,
      redirectIsLoopback: true,
    });
  });

  it.each<[string, Changes, string]>([
    ["Z05", { code_challenge: undefined }, "invalid_request"],
    ["Z06", { code_challenge_method: undefined }, "invalid_request"],
    ["Z06", { code_challenge_method: "plain" }, "invalid_request"],
    ["Z06", { code_challenge_method: "s256" }, "invalid_request"],
    ["Z06", { code_challenge_method: "S512" }, "invalid_request"],
    ["Z06", { code_challenge: "a".repeat(42) }, "invalid_request"],
    ["Z06", { code_challenge: "a".repeat(129) }, "invalid_request"],
    ["Z06", { code_challenge: `${"a".repeat(42)}=` }, "invalid_request"],
    ["Z08", { response_type: "token" }, "unsupported_response_type"],
    ["Z08", { response_type: "code token" }, "unsupported_response_type"],
    ["Z08", { response_type: undefined }, "invalid_request"],
    ["Z08", { response_mode: "fragment" }, "invalid_request"],
    ["Z08", { response_mode: "form_post" }, "invalid_request"],
    ["Z08", { response_mode: "web_message" }, "invalid_request"],
    ["Z08", { response_mode: "jwt" }, "invalid_request"],
    ["Z09", { request: "ey.J.x" }, "request_not_supported"],
    ["Z09", { request_uri: "http://169.254.169.254/" }, "request_uri_not_supported"],
    ["Z10", { resource: "https://other.example/mcp" }, "invalid_target"],
    ["Z10", { resource: `${ISSUER}/mcp#f` }, "invalid_target"],
    ["Z10", { resource: "/mcp" }, "invalid_target"],
    ["Z10", { resource: "" }, "invalid_target"],
    ["Z10", { resource: `${ISSUER}/other` }, "invalid_target"],
    ["Z10", { resource: "https://u@ghl.example/mcp" }, "invalid_target"],
    ["Z10", { resource: "http://ghl.example/mcp" }, "invalid_target"],
    ["Z14", { prompt: "none" }, "login_required"],
    ["Z14", { prompt: "login none" }, "login_required"],
  ])("%s: redirects %j with %s and stores nothing", async (_id, changes, error) => {
    const { server, store } = createHarness();
    const { id } = await register(server);
    const outcome = await server.authorize(authorizeParameters(id, changes));
    expect(outcome.kind).toBe("redirect");
    if (outcome.kind === "redirect") expectRedirectError(outcome.location, error);
    expect(store.keys("authorization")).toEqual([]);
  });

  it("Z10: refuses two resources", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const parameters = authorizeParameters(id, { resource: `${ISSUER}/mcp` });
    parameters.append("resource", "https://other.example/mcp");
    const outcome = await server.authorize(parameters);
    expect(outcome).toMatchObject({ kind: "redirect" });
    if (outcome.kind === "redirect") expectRedirectError(outcome.location, "invalid_target");
  });

  it.each([
    undefined,
    ISSUER,
    `${ISSUER}/`,
    `${ISSUER}/mcp`,
    `${ISSUER}/mcp/`,
    "https://GHL.EXAMPLE/mcp",
    `${ISSUER}/mcp?kb=1`,
    `${ISSUER}/sse`,
    "https://ghl.example:443/mcp",
  ])("Z11: takes the resource %s as the MCP endpoint", async (resource) => {
    const { server, store } = createHarness();
    const { id } = await register(server);
    const transaction = await openTransaction(server, id, { resource });
    const record: unknown = JSON.parse(store.dump()[`authorization/${transaction}`] ?? "{}");
    expect(record).toMatchObject({ resource: "https://ghl.example/mcp" });
  });

  it.each<[string | undefined, string, unknown]>([
    [undefined, "write", "all"],
    ["read", "read", "all"],
    ["read write critical", "critical", "all"],
    ["claudeai offline_access", "write", "all"],
    ["read area:contacts area:nonsense", "read", ["contacts"]],
    [`read ${"x".repeat(10_000)}`, "read", "all"],
    ["read\u0000 critical\n", "write", "all"],
    ["READ", "write", "all"],
  ])("Z12: of the scope %j asks the person for %s in %j", async (scope, access, areas) => {
    const { server } = createHarness();
    const { id } = await register(server);
    const transaction = await openTransaction(server, id, { scope });
    expect(await server.findAuthorization(transaction)).toMatchObject({
      requestedAccess: access,
      requestedAreas: areas,
    });
  });

  it.each(["state", "scope", "code_challenge", "response_type", "prompt"])(
    "redirects invalid_request when %s comes twice, equal or not",
    async (name) => {
      const { server, store } = createHarness();
      const { id } = await register(server);
      const parameters = authorizeParameters(id, { scope: "read", prompt: "consent" });
      parameters.append(name, parameters.get(name) ?? "");
      const outcome = await server.authorize(parameters);
      expect(outcome.kind === "redirect" && outcome.location).toContain("error=invalid_request");
      if (name === "state") expect(JSON.stringify(outcome)).not.toContain("state=");
      expect(store.keys("authorization")).toEqual([]);
    },
  );

  it.each(["client_id", "redirect_uri"])(
    "shows the error here when %s comes twice",
    async (name) => {
      const { server } = createHarness();
      const { id } = await register(server);
      const parameters = authorizeParameters(id);
      parameters.append(name, "https://evil.example/cb");
      expect(await server.authorize(parameters)).toMatchObject({ kind: "page" });
    },
  );

  it("M03: answers with one iss and one code, whatever query was registered", async () => {
    const { server } = createHarness();
    const registered = "https://app.example/cb?iss=https%3A%2F%2Fevil&keep=a%20b&code=old&%63ode=x";
    const { id } = await register(server, { redirect_uris: [registered] });
    const transaction = await openTransaction(server, id, { redirect_uri: registered });
    must(await server.approve(transaction, { access: "read", areas: "all" }));
    const { location } = must(
      await server.complete(transaction, {
        subject: "u",
        connectionId: CONNECTION,
        locations: "all",
      }),
    );
    const query = new URL(location).searchParams;
    expect(query.getAll("iss")).toEqual([ISSUER]);
    expect(query.getAll("code")).toHaveLength(1);
    expect(query.get("code")).toMatch(/^ghlmcp_ac_[\w-]{43}$/);
    expect(location).toContain("?keep=a%20b&");
  });

  it("I10: takes a request without scope, state and resource, and sends no state back", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const transaction = await openTransaction(server, id, { state: undefined });
    const { location } = must(await server.refuse(transaction, "access_denied", "denied"));
    expect(new URL(location).searchParams.has("state")).toBe(false);
    expect(CHALLENGE).toHaveLength(43);
  });
});

describe("consent", () => {
  const authorized = { subject: "u", connectionId: CONNECTION, locations: "all" } as const;

  it("B09: tells the page who asks, where it leads and what is asked", async () => {
    const { server, clock } = createHarness();
    const { id } = await register(server, {
      client_name: "App",
      redirect_uris: ["cursor://anysphere.cursor-mcp/oauth/callback"],
    });
    const transaction = await openTransaction(server, id, {
      redirect_uri: "cursor://anysphere.cursor-mcp/oauth/callback",
    });
    expect(await server.findAuthorization(transaction)).toEqual({
      transactionId: transaction,
      clientId: id,
      clientName: "App",
      redirectUri: "cursor://anysphere.cursor-mcp/oauth/callback",
      redirectHost: "cursor:",
      redirectIsLoopback: false,
      requestedAccess: "write",
      requestedAreas: "all",
      status: "open",
      expiresAt: clock.nowSeconds() + 600,
    });
  });

  it("B09: a refusal redirects with access_denied, state and iss, and ends the transaction", async () => {
    const { server, store } = createHarness();
    const { id } = await register(server);
    const transaction = await openTransaction(server, id);
    const { location } = must(await server.refuse(transaction, "access_denied", 'no "x"\r\n'));
    expectRedirectError(location, "access_denied");
    expect(new URL(location).searchParams.get("error_description")).toBe("no x");
    expect(store.keys("authorization")).toEqual([]);
    expect(failureOf(await server.complete(transaction, authorized))).toEqual({
      kind: "transaction",
      reason: "gone",
    });
  });

  it("B12: the same approval again answers the same, another one changes nothing", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const transaction = await openTransaction(server, id);
    const first = await server.approve(transaction, { access: "read", areas: ["contacts", "ai"] });
    const again = await server.approve(transaction, { access: "read", areas: ["ai", "contacts"] });
    expect(again).toEqual(first);
    const other = await server.approve(transaction, { access: "critical", areas: "all" });
    expect(failureOf(other)).toEqual({ kind: "transaction", reason: "already_decided" });
    must(await server.complete(transaction, authorized));
    expect(await server.listGrants(CONNECTION)).toMatchObject([
      { access: "read", areas: ["contacts", "ai"] },
    ]);
  });

  it("refuses an approval without a single area and leaves the transaction open", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const transaction = await openTransaction(server, id);
    const outcome = await server.approve(transaction, { access: "read", areas: [] });
    expect(failureOf(outcome)).toMatchObject({ reason: "nothing_chosen" });
    expect(await server.findAuthorization(transaction)).toMatchObject({ status: "open" });
  });

  it("does not complete a transaction that nobody approved, nor consume it", async () => {
    const { server, store } = createHarness();
    const { id } = await register(server);
    const transaction = await openTransaction(server, id);
    expect(failureOf(await server.complete(transaction, authorized))).toEqual({
      kind: "transaction",
      reason: "not_approved",
    });
    expect(store.keys("authorization")).toHaveLength(1);
    expect(store.keys("grant")).toEqual([]);
    expect(store.keys("code")).toEqual([]);
  });

  it("gives one of 20 concurrent completions the code and makes one grant", async () => {
    const { server, store } = createHarness();
    const { id } = await register(server);
    const transaction = await openTransaction(server, id);
    must(await server.approve(transaction, { access: "read", areas: "all" }));
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => server.complete(transaction, authorized)),
    );
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
    expect(store.keys("grant")).toHaveLength(1);
    expect(store.keys("code")).toHaveLength(1);
  });

  it("B17: ids have 128 random bits, and an unknown one is nothing", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    const one = await openTransaction(server, id);
    expect(one).toMatch(/^[\w-]{22}$/);
    expect(await openTransaction(server, id)).not.toBe(one);
    expect(await server.findAuthorization(toTransactionId("1"))).toBeUndefined();
  });

  it("B18: a transaction ends after 10 minutes, approved or not", async () => {
    const { server, clock, store } = createHarness();
    const { id } = await register(server);
    const transaction = await openTransaction(server, id);
    clock.advance(300);
    must(await server.approve(transaction, { access: "read", areas: "all" }));
    clock.advance(299);
    expect(await server.findAuthorization(transaction)).toMatchObject({ status: "approved" });
    clock.advance(1);
    expect(failureOf(await server.complete(transaction, authorized))).toMatchObject({
      reason: "gone",
    });
    expect(store.keys("grant")).toEqual([]);
  });

  it("A17: a second sign-in with more scope works beside the first", async () => {
    const { server } = createHarness();
    const { id } = await register(server);
    for (const access of ["read", "critical"] as const) {
      const transaction = await openTransaction(server, id);
      must(await server.approve(transaction, { access, areas: "all" }));
      must(await server.complete(transaction, authorized));
    }
    expect(await server.listGrants(CONNECTION)).toHaveLength(2);
  });
});
