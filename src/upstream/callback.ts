import type { Logger } from "../core/logger.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { Connections } from "./connections.ts";
import { exchangeCode, type ExchangeDeps } from "./exchange.ts";
import { type LoginStates, toCookieName } from "./login-state.ts";
import type { CompletedLogin, LoginCallback, LoginFailure, LoginPurpose } from "./upstream.ts";

/** What {@link completeLogin} works with. */
export interface CallbackDeps extends ExchangeDeps {
  readonly states: LoginStates;
  readonly connections: Connections;
  readonly log: Logger;
}

/**
 * Finishes a sign-in: the state must be ours, unused and in the browser that it was given to; it is
 * consumed, and only then is GoHighLevel asked. Nothing is stored unless the whole answer is sound.
 */
export const completeLogin = async (
  deps: CallbackDeps,
  callback: LoginCallback,
): Promise<Result<CompletedLogin, LoginFailure>> => {
  const state = readState(callback.query);
  if (!state.ok) return state;
  const started = await deps.states.consume(state.value, callback.cookies);
  if (started === "unknown") return fail({ kind: "state_unknown" });
  if (started === "wrong_browser") return fail({ kind: "wrong_browser" });

  const { purpose } = started;
  const code = readCode(callback.query, purpose);
  if (!code.ok) return code;
  const answer = await exchangeCode(deps, { ...started, code: code.value }, callback.signal);
  if (!answer.ok) return answer;

  const connection = await deps.connections.record(answer.value);
  deps.log.info("connected to GoHighLevel", {
    connectionId: connection.id,
    connectionKind: connection.kind,
    scopeCount: connection.scopes.length,
    ...(answer.value.isBulkInstallation === true ? { isBulkInstallation: true } : {}),
  });
  return ok({ purpose, connection, cookieName: toCookieName(state.value) });
};

const MAX_STATE_LENGTH = 512;

const readState = (query: URLSearchParams): Result<string, LoginFailure> => {
  const [state, ...more] = query.getAll("state");
  if (state === undefined || state === "") return fail({ kind: "state_missing" });
  if (more.length > 0 || state.length > MAX_STATE_LENGTH) return fail({ kind: "state_unknown" });
  return ok(state);
};

// RFC 6749 §4.1.2.1: these two are the server's trouble, all other errors are a refusal.
const TEMPORARY_ERRORS: readonly string[] = ["server_error", "temporarily_unavailable"];

const readCode = (query: URLSearchParams, purpose: LoginPurpose): Result<string, LoginFailure> => {
  const error = query.get("error");
  if (error !== null) {
    const kind = TEMPORARY_ERRORS.includes(error) ? "exchange_unavailable" : "denied";
    return fail({ kind, purpose });
  }
  const code = query.get("code");
  return code === null || code === "" ? fail({ kind: "code_missing", purpose }) : ok(code);
};
