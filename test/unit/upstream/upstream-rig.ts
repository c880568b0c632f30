import type { Connection } from "../../../src/core/connection.ts";
import type { HttpClient, HttpRequest } from "../../../src/core/http-client.ts";
import { type Secret, toSecret } from "../../../src/core/secret.ts";
import { createKeyring, type Keyring } from "../../../src/crypto/keyring.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import type { AccessToken, TokenFailure } from "../../../src/ghl/ports.ts";
import { createHttpClient } from "../../../src/net/undici-http-client.ts";
import type { Result } from "../../../src/core/result.ts";
import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";
import {
  createUpstream,
  type UpkeptUpstream,
  type UpstreamDeps,
  type UpstreamSettings,
} from "../../../src/upstream/create-upstream.ts";
import type {
  CompletedLogin,
  LoginFailure,
  LoginPurpose,
  Upstream,
} from "../../../src/upstream/upstream.ts";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";
import { createMemoryLogger } from "../../support/memory-logger.ts";

/** The real upstream part against the real sandbox, over HTTP, on a clock that tests move. */
export interface Rig {
  readonly upstream: UpkeptUpstream;
  readonly sandbox: RunningSandbox;
  readonly clock: FakeClock;
  readonly store: RecordStore;
  readonly settings: UpstreamSettings;
  /** Every line logged so far, as JSON. */
  readonly logged: string[];
  /** Every request sent to GoHighLevel so far. */
  readonly sent: HttpRequest[];
  /** The form of each request that had one. */
  forms(): URLSearchParams[];
  /** Starts another server process's worth of upstream on the same store. */
  another(changes?: Partial<UpstreamSettings>, store?: RecordStore): UpkeptUpstream;
  /** Walks through a sign-in as a browser would, at this process or another. */
  signIn(
    choice: string,
    purpose?: LoginPurpose,
    at?: Upstream,
  ): Promise<Result<CompletedLogin, LoginFailure>>;
  /** Signs in and gives the connection. */
  connect(choice: string): Promise<Connection>;
  /** How many requests of this grant type the sandbox has seen. */
  grants(grantType: "refresh_token" | "authorization_code"): number;
  close(): Promise<void>;
}

export const REDIRECT_URI = "http://localhost:8000/oauth/callback";

/** Starts a rig; `store` defaults to memory. */
export const startRig = async (
  options: {
    readonly makeStore?: (clock: FakeClock) => RecordStore;
    readonly settings?: Partial<UpstreamSettings>;
    readonly ports?: Pick<UpstreamDeps, "audit" | "revokeGrantsOf" | "spool" | "trace">;
  } = {},
): Promise<Rig> => {
  const clock = createFakeClock();
  const sandbox = await startSandbox({ clock });
  const store = options.makeStore?.(clock) ?? createMemoryStore({ clock });
  const keyring: Keyring = createKeyring([toSecret(systemRandom.bytes(32).toString("base64"))]);
  const { log, lines: logged } = createMemoryLogger();
  const sent: HttpRequest[] = [];
  const network = createHttpClient();
  const http: HttpClient = {
    send: (request) => {
      sent.push(request);
      return network.send(request);
    },
    close: () => network.close(),
  };
  const settings: UpstreamSettings = {
    environment: "sandbox",
    apiBaseUrl: sandbox.baseUrl,
    authorizeUrl: sandbox.authorizeUrl,
    clientId: sandbox.clientId,
    clientSecret: toSecret(sandbox.clientSecret),
    redirectUri: REDIRECT_URI,
    webhookKeys: { current: sandbox.webhookPublicKey },
    scopes: ["contacts.readonly", "locations.readonly", "oauth.readonly", "oauth.write"],
    ...options.settings,
  };
  const another: Rig["another"] = (changes = {}, ownStore = store) =>
    createUpstream({
      config: { ...settings, ...changes },
      store: ownStore,
      keyring,
      random: systemRandom,
      clock,
      http,
      log,
      ...options.ports,
    });
  const upstream = another();

  const signIn: Rig["signIn"] = async (choice, purpose = { kind: "sign_in" }, at = upstream) => {
    const { authorizeUrl, cookie } = await at.startLogin(purpose);
    return at.completeLogin({
      query: await chooseAtSandbox(authorizeUrl, { choice, decision: "allow" }),
      cookies: new Map([[cookie.name, cookie.value]]),
    });
  };
  return {
    upstream,
    sandbox,
    clock,
    store,
    settings,
    logged,
    sent,
    another,
    signIn,
    forms: () =>
      sent.flatMap(({ body }) => (typeof body === "string" ? [new URLSearchParams(body)] : [])),
    connect: async (choice) => {
      const login = await signIn(choice);
      if (!login.ok) throw new Error(`the sign-in failed: ${JSON.stringify(login.failure)}`);
      return login.value.connection;
    },
    grants: (grantType) =>
      sandbox.control.requests().filter((request) => request.grantType === grantType).length,
    close: async () => {
      await store.close();
      await network.close();
      await sandbox.close();
    },
  };
};

/** Chooses on the sandbox's page, and gives the query that the browser is sent back with. */
export const chooseAtSandbox = async (
  authorizeUrl: string,
  choice: { readonly choice?: string; readonly decision: "allow" | "cancel" },
): Promise<URLSearchParams> => {
  const url = new URL(authorizeUrl);
  const form = new URLSearchParams(url.search);
  for (const [name, value] of Object.entries(choice)) form.set(name, value);
  const answer = await fetch(`${url.origin}${url.pathname}`, {
    method: "POST",
    body: form,
    redirect: "manual",
  });
  const location = answer.headers.get("location");
  if (location === null) throw new Error(`the sandbox answered ${answer.status}`);
  return new URL(location).searchParams;
};

/** The token of a result that must be one. */
export const tokenOf = (given: Result<AccessToken, TokenFailure>): Secret => {
  if (!given.ok) throw new Error(`no token: ${JSON.stringify(given.failure)}`);
  return given.value.token;
};
