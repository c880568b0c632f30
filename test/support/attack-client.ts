import {
  type AuthorizationRequest,
  createAuthorizationRequest,
  type IssuedTokens,
  postForm,
  postJson,
  type Registered,
  registerClient,
  type Target,
} from "./interop-oauth.ts";
import { signIn, type SignInChoices } from "./sign-in.ts";

/** An HTTP answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** Form or query parameters; null leaves one out that would be sent otherwise. */
export type Changes = Readonly<Record<string, string | null>>;

/** An authorization that a person granted, before its code is redeemed. */
export interface Authorized {
  readonly code: string;
  readonly verifier: string;
  /** The address at which the browser arrived, with `code`, `state` and `iss`. */
  readonly callback: URL;
}

/** What one authorization may differ in. */
export interface AuthorizeOptions extends Omit<SignInChoices, "redirectUri"> {
  readonly parameters?: Changes;
}

/** How a request to an MCP endpoint may differ. */
export interface McpOptions {
  /** `modern` is 2026-07-28, `legacy` 2025-06-18. */
  readonly era?: "modern" | "legacy";
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
}

/** A raw OAuth and MCP client of one running server: it sends what it is told and judges nothing. */
export interface AttackClient {
  readonly registration: Registered;
  readonly clientId: string;
  /** Registered without its port rules in mind: the first redirect URI. */
  readonly redirectUri: string;
  /** A sound authorization request, with changes. */
  request(changes?: Changes): AuthorizationRequest;
  /** Walks consent and sign-in to a code. */
  authorize(options?: AuthorizeOptions): Promise<Authorized>;
  /** Redeems a code: the form of a sound client, with changes. */
  redeem(authorized: Pick<Authorized, "code" | "verifier">, changes?: Changes): Promise<Answer>;
  /** {@link authorize} and {@link redeem}; anything but tokens is an error. */
  obtain(options?: AuthorizeOptions): Promise<IssuedTokens>;
  refresh(refreshToken: string, changes?: Changes): Promise<Answer>;
  revoke(token: string, changes?: Changes): Promise<Answer>;
  introspect(token: string, changes?: Changes): Promise<Answer>;
}

let created = 0;

/**
 * Registers a client (public unless `metadata` says otherwise) at a running server. Each has a name of
 * its own, since registering the same public metadata again gives the same client.
 */
export async function createAttackClient(
  target: Target,
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<AttackClient> {
  created += 1;
  const registration = await registerClient(target, {
    client_name: `Attack test ${created}`,
    redirect_uris: ["http://127.0.0.1:46001/callback"],
    ...metadata,
  });
  return toAttackClient(target, registration);
}

/** The same client at another instance of the server, or one that was registered elsewhere. */
export function toAttackClient(target: Target, registration: Registered): AttackClient {
  const { client_id: clientId, client_secret: secret } = registration;
  const redirectUri = registration.redirect_uris[0] ?? "";
  const identity = {
    client_id: clientId,
    ...(secret === undefined ? {} : { client_secret: secret }),
  };
  const post = (path: string, fields: Changes): Promise<Answer> =>
    sendForm(target, path, { ...identity, ...fields });

  const client: AttackClient = {
    registration,
    clientId,
    redirectUri,
    request: (changes = {}) =>
      createAuthorizationRequest(target, {
        client_id: clientId,
        redirect_uri: redirectUri,
        ...changes,
      }),
    authorize: async ({ parameters = {}, ...choices } = {}) => {
      const { url, verifier } = client.request(parameters);
      const callback = await signIn(url, {
        ...choices,
        redirectUri: url.searchParams.get("redirect_uri") ?? redirectUri,
      });
      const code = callback.searchParams.get("code");
      if (code === null) throw new Error(`no code: ${callback.href}`);
      return { code, verifier, callback };
    },
    redeem: ({ code, verifier }, changes = {}) =>
      post("/oauth/token", {
        grant_type: "authorization_code",
        code,
        code_verifier: verifier,
        redirect_uri: redirectUri,
        ...changes,
      }),
    obtain: async (options = {}) => {
      const answer = await client.redeem(await client.authorize(options), {
        redirect_uri: options.parameters?.["redirect_uri"] ?? redirectUri,
      });
      return toTokens(answer);
    },
    refresh: (refreshToken, changes = {}) =>
      post("/oauth/token", {
        grant_type: "refresh_token",
        refresh_token: refreshToken,
        ...changes,
      }),
    revoke: (token, changes = {}) => post("/oauth/revoke", { token, ...changes }),
    introspect: (token, changes = {}) => post("/oauth/introspect", { token, ...changes }),
  };
  return client;
}

/** Posts a form and reads the answer. */
export async function sendForm(
  target: Target,
  path: string,
  fields: Changes,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const sent = Object.entries(fields).filter(
    (field): field is [string, string] => field[1] !== null,
  );
  return readAnswer(await postForm(target, path, Object.fromEntries(sent), headers));
}

/** Reads an answer to its end. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parseObject(text) };
}

/** The tokens of a token answer; anything but a 200 is an error. */
export function toTokens(answer: Answer): IssuedTokens {
  if (answer.status !== 200) throw new Error(`token: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text) as IssuedTokens;
}

const CLIENT_INFO = { name: "attack-test", version: "1.0.0" };

const MODERN_ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
  "io.modelcontextprotocol/clientInfo": CLIENT_INFO,
};

/** Sends one JSON-RPC request to `/mcp`; `token` is the whole bearer token, undefined sends none. */
export async function callMcp(
  target: Target,
  token: string | undefined,
  call: { readonly method: string; readonly params?: Readonly<Record<string, unknown>> },
  options: McpOptions = {},
): Promise<Answer> {
  return readAnswer(await openMcp(target, token, call, options));
}

/** {@link callMcp} without reading the answer: for streams. */
export async function openMcp(
  target: Target,
  token: string | undefined,
  { method, params = {} }: Parameters<typeof callMcp>[2],
  { era = "modern", headers = {}, path = "/mcp" }: McpOptions = {},
): Promise<Response> {
  const isModern = era === "modern";
  const name = params["name"];
  const meta = params["_meta"];
  const own = typeof meta === "object" ? meta : {};
  const all = isModern ? { ...params, _meta: { ...MODERN_ENVELOPE, ...own } } : params;
  return postJson(
    target,
    path,
    { jsonrpc: "2.0", id: 1, method, params: all },
    {
      accept: isModern ? "application/json, text/event-stream" : "application/json",
      "mcp-protocol-version": isModern ? "2026-07-28" : "2025-06-18",
      ...(isModern ? { "mcp-method": method } : {}),
      ...(isModern && typeof name === "string" ? { "mcp-name": name } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  );
}

/** Calls a tool; the answer's body is the JSON-RPC message. */
export const callTool = (
  target: Target,
  token: string | undefined,
  tool: { readonly name: string; readonly arguments?: Readonly<Record<string, unknown>> },
  options: McpOptions = {},
): Promise<Answer> =>
  callMcp(target, token, { method: "tools/call", params: { arguments: {}, ...tool } }, options);

/** The status of `tools/list` with this token: 200 where it works. */
export async function probe(target: Target, token: string | undefined): Promise<number> {
  return (await callMcp(target, token, { method: "tools/list" })).status;
}

/** The `result` of a JSON-RPC answer; an error answer throws. */
export function resultOf(answer: Answer): Readonly<Record<string, unknown>> {
  const result = answer.json?.["result"];
  if (typeof result !== "object" || result === null) {
    throw new Error(`no result: ${answer.status} ${answer.text}`);
  }
  return result as Readonly<Record<string, unknown>>;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null
      ? (parsed as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
