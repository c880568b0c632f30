import { createHash } from "node:crypto";
import type { Clock } from "../../../src/core/clock.ts";
import type { EventChannel } from "../../../src/core/events.ts";
import { type ConnectionId, toConnectionId, type TransactionId } from "../../../src/core/ids.ts";
import type { LogFields, Logger } from "../../../src/core/logger.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { createKeyring } from "../../../src/crypto/keyring.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import type {
  AuthorizationServer,
  TokenResponse,
} from "../../../src/oauth/authorization-server.ts";
import type { ClientSource } from "../../../src/oauth/clients/client.ts";
import { createAuthorizationServer } from "../../../src/oauth/create-authorization-server.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";
import { createFakeClock } from "../../support/clock.ts";

export const ISSUER = "https://ghl.example";
export const CALLBACK = "https://app.example/cb";
export const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
export const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
export const CONNECTION: ConnectionId = toConnectionId("connection-1");

/** A store that also shows what is in it. */
export interface OpenStore extends RecordStore {
  dump(): Readonly<Record<string, string>>;
  /** How many records were read so far. */
  reads(): number;
  keys(namespace: string): readonly string[];
}

const createOpenStore = (clock: Clock): OpenStore => {
  const store = createMemoryStore({ clock });
  const written = new Map<string, string>();
  let reads = 0;
  const note = (namespace: string, key: string): string => `${namespace}/${key}`;
  return {
    ...store,
    put: async (at, value, options) => {
      const outcome = await store.put(at, value, options);
      if (outcome.ok) written.set(note(at.namespace, at.key), value);
      return outcome;
    },
    take: async (at) => {
      written.delete(note(at.namespace, at.key));
      return store.take(at);
    },
    delete: async (at) => {
      written.delete(note(at.namespace, at.key));
      await store.delete(at);
    },
    get: (at) => {
      reads += 1;
      return store.get(at);
    },
    reads: () => reads,
    dump: () => Object.fromEntries(written),
    keys: (namespace) => [...written.keys()].filter((key) => key.startsWith(`${namespace}/`)),
  };
};

export interface Harness {
  readonly server: AuthorizationServer;
  readonly store: OpenStore;
  readonly clock: Clock & { advance(seconds: number): void };
  readonly logged: { readonly message: string; readonly fields?: LogFields }[];
}

export const createHarness = (
  options: {
    readonly sources?: readonly ClientSource[];
    readonly accessTokenTtlSeconds?: number;
    readonly refreshTokenTtlSeconds?: number;
    readonly events?: EventChannel;
  } = {},
): Harness => {
  const clock = createFakeClock();
  const store = createOpenStore(clock);
  const logged: { message: string; fields?: LogFields }[] = [];
  const write = (message: string, fields?: LogFields): void => {
    logged.push(fields === undefined ? { message } : { message, fields });
  };
  const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };
  const server = createAuthorizationServer({
    settings: {
      issuer: ISSUER,
      accessTokenTtlSeconds: options.accessTokenTtlSeconds ?? 8 * 3600,
      refreshTokenTtlSeconds: options.refreshTokenTtlSeconds ?? 60 * 86_400,
    },
    store,
    keyring: createKeyring([toSecret(Buffer.alloc(32, 7).toString("base64"))]),
    random: systemRandom,
    clock,
    log,
    ...(options.events === undefined ? {} : { events: options.events }),
    ...(options.sources === undefined ? {} : { clientSources: options.sources }),
  });
  return { server, store, clock, logged };
};

export const must = <Value>(
  result:
    | { readonly ok: true; readonly value: Value }
    | { readonly ok: false; readonly failure: unknown },
): Value => {
  if (!result.ok) throw new Error(`expected a success, got ${JSON.stringify(result.failure)}`);
  return result.value;
};

export const failureOf = (
  result: { readonly ok: true } | { readonly ok: false; readonly failure: unknown },
): unknown => (result.ok ? "no failure" : result.failure);

export const register = async (
  server: AuthorizationServer,
  metadata: Record<string, unknown> = {},
): Promise<{ readonly id: string; readonly secret?: string }> => {
  const body = must(await server.register({ redirect_uris: [CALLBACK], ...metadata }));
  const secret = body["client_secret"];
  return { id: String(body["client_id"]), ...(typeof secret === "string" ? { secret } : {}) };
};

export const authorizeParameters = (
  clientId: string,
  changes: Readonly<Record<string, string | undefined>> = {},
): URLSearchParams => {
  const all: Record<string, string | undefined> = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: CALLBACK,
    code_challenge: CHALLENGE,
    code_challenge_method: "S256",
    state: "s t/ä",
    ...changes,
  };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) parameters.append(name, value);
  }
  return parameters;
};

export const openTransaction = async (
  server: AuthorizationServer,
  clientId: string,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<TransactionId> => {
  const outcome = await server.authorize(authorizeParameters(clientId, changes));
  if (outcome.kind !== "consent")
    throw new Error(`expected consent, got ${JSON.stringify(outcome)}`);
  return outcome.transactionId;
};

export const obtainCode = async (
  server: AuthorizationServer,
  clientId: string,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<string> => {
  const id = await openTransaction(server, clientId, changes);
  must(await server.approve(id, { access: "write", areas: "all" }));
  const { location } = must(
    await server.complete(id, { subject: "user-1", connectionId: CONNECTION, locations: "all" }),
  );
  return new URL(location).searchParams.get("code") ?? "";
};

export const form = (
  fields: Readonly<Record<string, string>>,
): { readonly form: URLSearchParams } => ({
  form: new URLSearchParams(fields),
});

export const codeForm = (
  clientId: string,
  code: string,
  changes: Readonly<Record<string, string>> = {},
): { readonly form: URLSearchParams } =>
  form({
    grant_type: "authorization_code",
    client_id: clientId,
    code,
    code_verifier: VERIFIER,
    redirect_uri: CALLBACK,
    ...changes,
  });

export const refreshForm = (
  clientId: string,
  refreshToken: string,
  changes: Readonly<Record<string, string>> = {},
): { readonly form: URLSearchParams } =>
  form({
    grant_type: "refresh_token",
    client_id: clientId,
    refresh_token: refreshToken,
    ...changes,
  });

export const signIn = async (
  server: AuthorizationServer,
  clientId: string,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<TokenResponse> => {
  const code = await obtainCode(server, clientId, changes);
  const redirectUri = changes["redirect_uri"] ?? CALLBACK;
  return must(await server.token(codeForm(clientId, code, { redirect_uri: redirectUri })));
};

export const works = async (server: AuthorizationServer, accessToken: string): Promise<boolean> =>
  (await server.authenticate(`Bearer ${accessToken}`)).ok;

export const sha256 = (value: string): string =>
  createHash("sha256").update(value).digest("base64url");
