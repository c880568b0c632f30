import type { App, LoginFailure } from "../app.ts";
import type { Config } from "../config/config.ts";
import type { Connection } from "../core/connection.ts";
import { AppError } from "../core/errors.ts";
import type { BrowserCallback, ClosingPage } from "./callback-server.ts";
import { openCallbackServer } from "./callback-server.ts";
import { explainLoginFailure } from "./login-text.ts";
import { requireCertificate } from "./require-certificate.ts";

/** What a sign-in from the terminal works with. */
export interface SignInDeps {
  readonly config: Config;
  readonly app: App;
  /** 32 random bytes in base64url. */
  readonly startToken: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Shows or opens the address at which the browser begins; called once the listener is ready. */
  onReady(startUrl: string): void;
  /** A browser came back that does not belong to this sign-in; the wait goes on. */
  onStray(explanation: string): void;
}

/** How a browser came back: connected, or with an installation that this browser may claim. */
export type BrowserOutcome =
  | { readonly kind: "connected"; readonly connection: Connection }
  | { readonly kind: "unclaimed"; readonly cookies: ReadonlyMap<string, string> };

/**
 * Waits until a browser has signed in at GoHighLevel. Where GoHighLevel sent no state back, the
 * installation waits to be claimed, since a page on this machine is not where that is asked. Throws
 * `AppError("login_failed")` when that was denied, failed or took longer than `timeoutMs`, `port_in_use`
 * when the callback cannot be listened for, and the signal's reason when it aborts.
 */
export const awaitSignIn = async (deps: SignInDeps): Promise<BrowserOutcome> => {
  const { app, config, signal, startToken, timeoutMs } = deps;
  const tls = await requireCertificate(config);
  const login = await app.upstream.startLogin({ kind: "sign_in" });
  const outcome = Promise.withResolvers<BrowserOutcome>();
  // The wait below may end first, by time or by signal: a late failure then has nobody to tell.
  outcome.promise.catch(() => undefined);
  let pending: Promise<ClosingPage> | undefined;
  const server = await openCallbackServer({
    address: { host: config.host, port: config.port },
    redirectUri: config.redirectUri,
    ...(tls !== undefined && { tls }),
    startPath: `/oauth/start/${startToken}`,
    authorizeUrl: login.authorizeUrl,
    cookie: login.cookie,
    complete: async (callback) => {
      // Browsers ask twice at times; both requests get the outcome of the first.
      pending ??= complete(deps, callback, outcome).finally(() => {
        pending = undefined;
      });
      return pending;
    },
  });
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    deps.onReady(server.startUrl);
    return await Promise.race([
      outcome.promise,
      rejectWhenAborted(signal, () => signal.reason),
      rejectWhenAborted(timeout, () => tookTooLong(timeoutMs)),
    ]);
  } finally {
    await server.close();
  }
};

const complete = async (
  { app, config, onStray, signal }: SignInDeps,
  { cookies, query }: BrowserCallback,
  outcome: PromiseWithResolvers<BrowserOutcome>,
): Promise<ClosingPage> => {
  try {
    const completed = await app.upstream.completeLogin({ query, cookies, signal });
    if (completed.ok) {
      outcome.resolve({ kind: "connected", connection: completed.value.connection });
      return { ...SIGNED_IN, clearCookie: completed.value.cookieName };
    }
    if (completed.failure.kind === "state_missing" && query.has("code")) {
      const received = await app.upstream.installs.receive({ query, cookies, signal });
      if (received.ok) {
        const { name, value } = received.value.cookie;
        outcome.resolve({ kind: "unclaimed", cookies: new Map([...cookies, [name, value]]) });
        return TO_CONFIRM;
      }
      outcome.reject(
        new AppError("login_failed", explainLoginFailure(received.failure, config.redirectUri)),
      );
      return toFailedPage(received.failure);
    }
    const explanation = explainLoginFailure(completed.failure, config.redirectUri);
    if (completed.failure.kind === "state_unknown") {
      onStray(explanation);
      return toFailedPage(completed.failure);
    }
    outcome.reject(new AppError("login_failed", explanation));
    return toFailedPage(completed.failure);
  } catch (cause) {
    outcome.reject(cause);
    throw cause;
  }
};

const SIGNED_IN: ClosingPage = {
  status: 200,
  title: "Signed in",
  text: "GoHighLevel is connected. You can close this page and go back to the terminal.",
};

const TO_CONFIRM: ClosingPage = {
  status: 200,
  title: "Confirm in the terminal",
  text: "The terminal asks whether this is what you chose. Nothing is connected before you say so. You can close this page.",
};

const toFailedPage = (failure: LoginFailure): ClosingPage => ({
  status: failure.kind === "exchange_unavailable" ? 502 : 400,
  title: failure.kind === "denied" ? "Access denied" : "Not signed in",
  text: "The terminal says what happened and what to check. You can close this page.",
});

const tookTooLong = (timeoutMs: number): AppError =>
  new AppError(
    "login_failed",
    `nobody signed in within ${Math.round(timeoutMs / 1000)} s; run ghl-mcp login again, with --timeout for a longer wait`,
  );

const rejectWhenAborted = async (signal: AbortSignal, reason: () => unknown): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(reason() as Error);
    signal.addEventListener("abort", () => reject(reason() as Error), { once: true });
  });
