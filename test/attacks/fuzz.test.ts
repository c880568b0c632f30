import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createFuzzOracle,
  type FuzzOracle,
  INSIDES,
  type Reader,
  UNLIMITED,
} from "../support/interop-fuzz-oracle.ts";
import {
  HOSTILE_ACCEPTS,
  HOSTILE_AUTHORIZATIONS,
  HOSTILE_CONTENT_TYPES,
  HOSTILE_VALUES,
} from "../support/interop-hostile-values.ts";
import {
  type IssuedTokens,
  obtainTokens,
  postJson,
  registerClient,
} from "../support/interop-oauth.ts";
import {
  createWireClient,
  sendBytes,
  type WireClient,
  type WireRequest,
} from "../support/interop-raw-http.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** The same requests in every run. */
const SEED = 20_260_728;

type Fields = Readonly<Record<string, string>>;

/** An endpoint, and what an honest request to it carries, from which hostile ones are made. */
interface Endpoint {
  readonly path: string;
  readonly method: "GET" | "POST";
  readonly reader: Reader;
  readonly query?: Fields;
  readonly form?: Fields;
  readonly json?: Readonly<Record<string, unknown>>;
  readonly bearer?: true;
}

const CALLBACK = "http://127.0.0.1:46001/callback";

let running: RunningApp;
let wire: WireClient;
let tokens: IssuedTokens & { readonly client_id: string };
let oracle: FuzzOracle;
let endpoints: readonly Endpoint[];

beforeAll(async () => {
  running = await startApp({ rates: UNLIMITED });
  wire = createWireClient(running.config.port);
  tokens = await obtainTokens(running, { redirectUri: CALLBACK });
  const confidential = await registerClient(running, {
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: "client_secret_basic",
  });
  oracle = createFuzzOracle({
    running,
    wire,
    secrets: [
      tokens.access_token,
      tokens.refresh_token,
      confidential.client_secret ?? "none",
      running.sandbox.clientSecret,
      Buffer.alloc(32, 7).toString("base64"),
    ],
  });
  endpoints = listEndpoints(tokens.client_id);
}, 60_000);
afterAll(async () => {
  wire.close();
  await running.close();
});

const listEndpoints = (clientId: string): readonly Endpoint[] => {
  const authorize = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: CALLBACK,
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
    state: "s",
    scope: "read",
    resource: running.mcpUrl.href,
    prompt: "consent",
    response_mode: "query",
    request: "",
    request_uri: "",
  };
  const client = { client_id: clientId, client_secret: "x" };
  const code = { code: "c", code_verifier: "v".repeat(43), redirect_uri: CALLBACK };
  const call = { name: "get_oauth_status", arguments: { location: "x" }, _meta: { a: 1 } };
  const get = (path: string, reader: Reader, query: Fields = { a: "b" }): Endpoint => ({
    path,
    method: "GET",
    reader,
    query,
  });
  const post = (path: string, form: Fields): Endpoint => ({
    path,
    method: "POST",
    reader: "machine",
    form,
  });
  const postPage = (path: string, form: Fields): Endpoint => ({
    path,
    method: "POST",
    reader: "page",
    form,
  });
  return [
    get("/.well-known/oauth-authorization-server", "machine"),
    get("/.well-known/openid-configuration", "machine"),
    get("/.well-known/oauth-protected-resource", "machine"),
    get("/.well-known/oauth-protected-resource/mcp", "machine"),
    get("/.well-known/oauth-protected-resource/sse", "machine"),
    {
      path: "/oauth/register",
      method: "POST",
      reader: "machine",
      json: {
        redirect_uris: [CALLBACK],
        client_name: "n",
        scope: "read",
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code"],
        response_types: ["code"],
        application_type: "native",
        client_uri: "https://example.com/",
        jwks: { keys: [] },
      },
    },
    post("/oauth/token", { grant_type: "authorization_code", ...code, ...client }),
    post("/oauth/token", { grant_type: "refresh_token", refresh_token: "r", ...client }),
    post("/oauth/token", { grant_type: "x", assertion: "a", client_assertion: "b", ...client }),
    post("/oauth/revoke", { token: "t", token_type_hint: "access_token", ...client }),
    post("/oauth/introspect", { token: "t", token_type_hint: "refresh_token", ...client }),
    get("/oauth/authorize", "page", authorize),
    get("/oauth/authorize", "page", authorize),
    postPage("/oauth/authorize", authorize),
    get("/oauth/consent", "page", { transaction: "t" }),
    postPage("/oauth/consent", {
      transaction: "t",
      csrf: "c",
      decision: "approve",
      access: "read",
      area: "contacts",
    }),
    get("/oauth/callback", "page", { code: "c", state: "s", error: "e", error_description: "d" }),
    get("/", "page"),
    get("/grants", "page"),
    get("/connections", "page"),
    postPage("/grants/revoke", { grant: "g", csrf: "c" }),
    postPage("/connections/disconnect", { connection: "n", csrf: "c" }),
    postPage("/connections/reconnect", { connection: "n", csrf: "c" }),
    postPage("/sign-out", { csrf: "c" }),
    get("/assets/style.css", "file"),
    get("/health/live", "machine"),
    get("/health/ready", "machine"),
    get("/metrics", "file"),
    get("/nothing-here", "page"),
    {
      path: "/webhooks/ghl",
      method: "POST",
      reader: "machine",
      json: { type: "UNINSTALL", appId: "a", locationId: "l", companyId: "c", timestamp: "t" },
    },
    { path: "/mcp", method: "POST", reader: "machine", bearer: true, json: rpc("tools/list", {}) },
    {
      path: "/mcp",
      method: "POST",
      reader: "machine",
      bearer: true,
      json: rpc("tools/call", call),
    },
    {
      path: "/mcp",
      method: "POST",
      reader: "machine",
      bearer: true,
      query: { location: "x", access: "read", tools: "all" },
      json: rpc("initialize", {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "n", version: "1" },
      }),
    },
    { path: "/sse", method: "GET", reader: "machine", query: { a: "b" } },
    {
      path: "/messages",
      method: "POST",
      reader: "machine",
      bearer: true,
      query: { sessionId: "x" },
      json: rpc("tools/list", {}),
    },
  ];
};

const rpc = (method: string, params: object) => ({ jsonrpc: "2.0", id: 1, method, params });

/** What is done to an honest request. */
interface Mutation {
  readonly endpoint: number;
  readonly method: string | undefined;
  /** Which parameters get which value: `which` counts round the honest ones. */
  readonly changes: readonly { readonly which: number; readonly how: Change; value: string }[];
  readonly jsonValue: fc.JsonValue;
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly authorization: string | undefined;
  readonly rawBody: string | undefined;
}
const CHANGES = ["replace", "repeat", "as_list", "as_object", "drop", "extra_name"] as const;
type Change = (typeof CHANGES)[number];

const hostile = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE_VALUES) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
);
const sometimes = <T>(arbitrary: fc.Arbitrary<T>, freq: number): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq });

const mutations: fc.Arbitrary<Mutation> = fc.record({
  endpoint: fc.nat(),
  method: rarely(fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")),
  changes: fc.array(
    fc.record({ which: fc.nat(), how: fc.constantFrom(...CHANGES), value: hostile }),
    { maxLength: 4 },
  ),
  jsonValue: fc.jsonValue({ maxDepth: 3 }),
  contentType: rarely(fc.constantFrom(...HOSTILE_CONTENT_TYPES)),
  accept: sometimes(fc.constantFrom(...HOSTILE_ACCEPTS), 1),
  authorization: rarely(fc.constantFrom(...HOSTILE_AUTHORIZATIONS)),
  rawBody: rarely(fc.oneof(hostile, fc.json({ maxDepth: 4 }))),
});

/** One time in seven. */
function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: arbitrary as fc.Arbitrary<T | undefined> },
  );
}

const toRequest = (mutation: Mutation): { endpoint: Endpoint; request: WireRequest } => {
  const endpoint = endpoints[mutation.endpoint % endpoints.length] ?? endpoints[0];
  if (endpoint === undefined) throw new Error("no endpoints");
  const inBody = endpoint.form !== undefined || endpoint.json !== undefined;
  const query = encode(endpoint.query ?? {}, inBody ? [] : mutation.changes);
  const method = mutation.method ?? endpoint.method;
  const takesBody = !["GET", "HEAD"].includes(method);
  const body = takesBody ? (mutation.rawBody ?? toBody(endpoint, mutation)) : undefined;
  const json = endpoint.json !== undefined;
  const contentType = json ? "application/json" : "application/x-www-form-urlencoded";
  const bearer = endpoint.bearer === true ? `Bearer ${tokens.access_token}` : undefined;
  const authorization = mutation.authorization ?? bearer;
  return {
    endpoint,
    request: {
      method,
      path: endpoint.path + (query === "" ? "" : `?${query}`),
      headers: {
        host: new URL(running.publicUrl).host,
        ...(body === undefined
          ? {}
          : {
              "content-type": mutation.contentType ?? contentType,
              "content-length": Buffer.byteLength(body),
            }),
        ...(mutation.accept === undefined ? {} : { accept: mutation.accept }),
        ...(authorization === undefined ? {} : { authorization }),
      },
      ...(body === undefined ? {} : { body }),
    },
  };
};

const toBody = (endpoint: Endpoint, { changes, jsonValue }: Mutation): string | undefined => {
  if (endpoint.form !== undefined) return encode(endpoint.form, changes);
  return endpoint.json && JSON.stringify(changeJson(endpoint.json, changes, jsonValue));
};

const encode = (fields: Fields, changes: Mutation["changes"]): string => {
  const names = Object.keys(fields);
  const pairs = Object.entries(fields);
  for (const { how, value, which } of changes) {
    const name = names[which % names.length] ?? "a";
    const at = pairs.findIndex(([one]) => one === name);
    if (how === "drop") pairs.splice(Math.max(at, 0), 1);
    else if (how === "extra_name") pairs.push([value, "x"]);
    else if (how === "repeat") pairs.push([name, value]);
    else if (how === "as_list") pairs.push([`${name}[]`, value]);
    else if (how === "as_object") pairs.push([`${name}[a]`, value]);
    else if (at >= 0) pairs[at] = [name, value];
  }
  return new URLSearchParams(pairs).toString();
};

const changeJson = (
  honest: Readonly<Record<string, unknown>>,
  changes: Mutation["changes"],
  jsonValue: fc.JsonValue,
): Record<string, unknown> => {
  const changed: Record<string, unknown> = structuredClone(honest);
  for (const { how, value, which } of changes) {
    // every other change goes one level deeper, into the parameters of a call
    const inner = changed["params"];
    const target = which % 2 === 1 && isObject(inner) ? inner : changed;
    const names = Object.keys(target);
    const name = names[which % Math.max(names.length, 1)] ?? "a";
    if (how === "drop") delete target[name];
    else if (how === "extra_name") target[value] = jsonValue;
    else if (how === "repeat") target[name] = jsonValue;
    else if (how === "as_list") target[name] = [value, jsonValue];
    else if (how === "as_object") target[name] = { [value]: jsonValue };
    else target[name] = value;
  }
  return changed;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

describe("hostile requests", () => {
  it("get an error of the right shape in time, and never break anything", async () => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(mutations, { minLength: 4, maxLength: 4 }), async (batch) => {
        await Promise.all(
          batch.map(async (mutation) => {
            const { endpoint, request } = toRequest(mutation);
            const answer = await oracle.judge(endpoint.reader, request);
            statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          }),
        );
      }),
      { seed: SEED, numRuns: 400, endOnFailure: true },
    );
    // a run that only ever met one gate would prove little
    for (const status of [200, 201, 303, 400, 401, 404, 405]) {
      expect({ status, answers: statuses.get(status) }).toEqual({
        status,
        answers: expect.toSatisfy((count: number) => count > 5),
      });
    }
    expect(oracle.errorLines()).toEqual([]);
  }, 120_000);

  it("get the same with every hostile value in every parameter", async () => {
    for (const [index, endpoint] of endpoints.entries()) {
      const names = Object.keys(endpoint.form ?? endpoint.json ?? endpoint.query ?? {});
      await Promise.all(
        HOSTILE_VALUES.map(async (value, turn) => {
          const { request } = toRequest({
            endpoint: index,
            changes: [{ which: turn % Math.max(names.length, 1), how: "replace", value }],
            ...NO_OTHER_CHANGE,
          });
          await oracle.judge(endpoint.reader, request);
        }),
      );
    }
    expect(oracle.errorLines()).toEqual([]);
  }, 120_000);
});

describe("hostile headers", () => {
  const CREDENTIALS = new Set(["client_id", "client_secret", "client_assertion"]);
  const headers = [
    ...HOSTILE_AUTHORIZATIONS.map((authorization) => ({ authorization })),
    ...HOSTILE_CONTENT_TYPES.map((contentType) => ({ contentType })),
    ...HOSTILE_ACCEPTS.map((accept) => ({ accept })),
  ];

  it("get an error of the right shape at every endpoint, with and without credentials beside them", async () => {
    for (const [index, endpoint] of endpoints.entries()) {
      const names = Object.keys(endpoint.form ?? endpoint.query ?? {});
      const bare = names.flatMap((name, which) =>
        CREDENTIALS.has(name) ? [{ which, how: "drop" as const, value: "" }] : [],
      );
      for (const changes of bare.length === 0 ? [[]] : [[], bare]) {
        await Promise.all(
          headers.map(async (header) => {
            const mutation = { ...NO_OTHER_CHANGE, endpoint: index, changes, ...header };
            await oracle.judge(endpoint.reader, toRequest(mutation).request);
          }),
        );
      }
    }
    expect(oracle.errorLines()).toEqual([]);
  }, 120_000);
});

const NO_OTHER_CHANGE = {
  method: undefined,
  jsonValue: null,
  contentType: undefined,
  accept: undefined,
  authorization: undefined,
  rawBody: undefined,
} as const;

describe("hostile sizes", () => {
  const big = [
    { what: "a body of 1 MB in one parameter", body: `a=${"b".repeat(1_000_000)}` },
    { what: "10,000 parameters", body: "a=b&".repeat(10_000) },
    { what: "10,000 levels of JSON", body: "[".repeat(10_000) + "]".repeat(10_000) },
    { what: "a JSON string of 1 MB", body: JSON.stringify({ client_name: "x".repeat(1_000_000) }) },
    { what: "a JSON list of 50,000 numbers", body: JSON.stringify(Array(50_000).fill(1e-300)) },
    {
      what: "combining marks",
      body: JSON.stringify({ client_name: "a" + "\u0301".repeat(30_000) }),
    },
  ];

  it.each(big)(
    "of $what are refused in time at every endpoint",
    async ({ body }) => {
      for (const endpoint of endpoints.filter((one) => one.method === "POST")) {
        for (const type of ["application/json", "application/x-www-form-urlencoded"]) {
          const request: WireRequest = {
            method: "POST",
            path: endpoint.path,
            headers: {
              host: new URL(running.publicUrl).host,
              "content-type": type,
              "content-length": Buffer.byteLength(body),
              ...(endpoint.bearer ? { authorization: `Bearer ${tokens.access_token}` } : {}),
            },
            body,
          };
          const answer = await oracle.judge(endpoint.reader, request);
          expect(answer.status).toBeGreaterThanOrEqual(400);
        }
      }
    },
    60_000,
  );
});

describe("what is not HTTP", () => {
  const host = (): string => `Host: ${new URL(running.publicUrl).host}\r\nConnection: close\r\n`;
  const broken: readonly { readonly what: string; readonly bytes: () => string }[] = [
    { what: "no HTTP at all", bytes: () => "\x16\x03\x01\x02\x00\x01\r\n\r\n" },
    { what: "a header with NUL", bytes: () => `GET / HTTP/1.1\r\n${host()}X: a\0b\r\n\r\n` },
    { what: "64 KB of header", bytes: () => `GET / HTTP/1.1\r\nX: ${"a".repeat(65_536)}\r\n\r\n` },
    {
      what: "a target of 20 KB",
      bytes: () => `GET /${"a".repeat(20_000)} HTTP/1.1\r\n${host()}\r\n`,
    },
    {
      what: "a foreign absolute target",
      bytes: () => `GET http://evil/ HTTP/1.1\r\n${host()}\r\n`,
    },
    { what: "two hosts", bytes: () => `GET / HTTP/1.1\r\n${host()}Host: evil\r\n\r\n` },
    { what: "an asterisk", bytes: () => `OPTIONS * HTTP/1.1\r\n${host()}\r\n` },
    { what: "TRACE", bytes: () => `TRACE /oauth/token HTTP/1.1\r\n${host()}\r\n` },
    { what: "a double slash", bytes: () => `GET //evil.example/%2e%2e HTTP/1.1\r\n${host()}\r\n` },
    {
      what: "half an escape",
      bytes: () => `GET /oauth/authorize?a=%&%zz=%f HTTP/1.1\r\n${host()}\r\n`,
    },
    {
      what: "raw bytes in the query",
      bytes: () => `GET /oauth/consent?a=\xff\xfe HTTP/1.1\r\n${host()}\r\n`,
    },
    {
      what: "two lengths",
      bytes: () =>
        `POST /oauth/token HTTP/1.1\r\n${host()}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
    },
    {
      what: "length and chunks",
      bytes: () =>
        `POST /oauth/token HTTP/1.1\r\n${host()}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    },
    {
      what: "a chunk that is none",
      bytes: () =>
        `POST /oauth/token HTTP/1.1\r\n${host()}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    },
    { what: "no Host", bytes: () => "GET / HTTP/1.1\r\nConnection: close\r\n\r\n" },
    {
      what: "an upgrade",
      bytes: () =>
        `GET /mcp HTTP/1.1\r\nHost: ${new URL(running.publicUrl).host}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
    },
    { what: "CONNECT", bytes: () => `CONNECT evil.example:443 HTTP/1.1\r\n${host()}\r\n` },
    {
      what: "an expectation",
      bytes: () =>
        `POST /oauth/token HTTP/1.1\r\n${host()}Expect: the-moon\r\nContent-Length: 0\r\n\r\n`,
    },
  ];

  it.each(broken)("is refused or closed: $what", async ({ bytes }) => {
    const before = oracle.errorLines().length;
    const answer = await sendBytes(running.config.port, Buffer.from(bytes(), "latin1"), 15_000);
    expect(answer).not.toMatch(/^HTTP\/1\.[01] (?:2|3|5)\d\d/m);
    expect(answer).not.toMatch(INSIDES);
    expect(oracle.errorLines()).toHaveLength(before);
  });
});

describe("after all that", () => {
  it("the server is ready, signs a person in and answers a tool call", async () => {
    expect((await fetch(`${running.publicUrl}/health/ready`)).status).toBe(200);
    const fresh = await obtainTokens(running);
    const answer = await postJson(
      running,
      "/mcp",
      rpc("tools/call", { name: "search_contacts", arguments: { limit: 1 } }),
      { authorization: `Bearer ${fresh.access_token}` },
    );
    expect(answer.status).toBe(200);
    expect(JSON.stringify(await answer.json())).toContain("contacts");
  });

  it("no secret is in the log", () => {
    expect(oracle.secretsInLog()).toEqual([]);
  });

  it("nothing has leaked into the prototype of objects", () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
  });
});
