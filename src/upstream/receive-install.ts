import type { AuditTrail } from "../core/audit.ts";
import { type Clock, addSeconds } from "../core/clock.ts";
import type { HttpClient } from "../core/http-client.ts";
import { toCompanyId } from "../core/ids.ts";
import { type Result, fail, ok } from "../core/result.ts";
import { hashToken } from "../crypto/hash.ts";
import type { Random } from "../crypto/random.ts";
import type { RecordStore } from "../storage/record-store.ts";
import { type ClaimRecord, CLAIM_SECONDS, toClaimAddress } from "./claim-record.ts";
import { describeInstall } from "./describe-install.ts";
import { exchangeCode, type ExchangeDeps } from "./exchange.ts";
import type { LoginStates } from "./login-state.ts";
import type { TokenAnswer } from "./token-answer.ts";
import type { UnclaimedInstalls } from "./unclaimed-installs.ts";
import { CLAIM_COOKIE, type Installs, type LoginCallback, type LoginFailure } from "./upstream.ts";

/** What {@link receiveInstall} works with. */
export interface ReceiveDeps extends ExchangeDeps {
  readonly states: LoginStates;
  readonly unclaimed: UnclaimedInstalls;
  readonly sealed: RecordStore;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditTrail;
}

/**
 * Takes a callback in that has no state. The browser's one open sign-in, if it has exactly one, lends its
 * verifier, and goes on if the person claims; it is not consumed here, since somebody else's code may
 * have been sent to this browser, and must not end what the person has started.
 */
export const receiveInstall = async (
  deps: ReceiveDeps,
  callback: LoginCallback,
): ReturnType<Installs["receive"]> => {
  const code = readCode(callback);
  if (code === undefined) return fail({ kind: "state_missing" });
  const [first, ...others] = await deps.states.findPending(callback.cookies);
  const only = others.length === 0 ? first : undefined;
  const answer = await exchange(deps, { code, verifier: only?.verifier }, callback.signal);
  if (!answer.ok) return answer;

  const token = deps.random.token();
  const arrivedAt = deps.clock.nowSeconds();
  const claimHash = hashToken(token);
  // The tokens first: they exist once, a name can be asked for again.
  const installKey = await deps.unclaimed.keep({ claimHash, arrivedAt, answer: answer.value });
  const record: ClaimRecord = {
    installKey,
    ...(await describeInstall(deps, answer.value)),
    ...(only === undefined ? {} : { login: { key: only.key, purpose: only.purpose } }),
  };
  await deps.sealed.put(toClaimAddress(token), JSON.stringify(record), {
    ifVersion: "absent",
    expiresAt: addSeconds(arrivedAt, CLAIM_SECONDS),
  });
  deps.log.info("an installation came without a state and waits to be claimed", {
    userType: answer.value.userType,
    hasOpenSignIn: only !== undefined,
    isBulkInstallation: answer.value.isBulkInstallation === true,
  });
  const companyId = toCompanyId(answer.value.companyId);
  await deps.audit.record({ kind: "install.unclaimed", companyId });
  return ok({ cookie: { name: CLAIM_COOKIE, value: token, maxAgeSeconds: CLAIM_SECONDS } });
};

const MAX_CODE_LENGTH = 2048;

const readCode = ({ query }: LoginCallback): string | undefined => {
  const [code = "", ...more] = query.getAll("code");
  const isUsable = code !== "" && code.length <= MAX_CODE_LENGTH;
  return isUsable && more.length === 0 && !query.has("error") ? code : undefined;
};

/** No client is told of a failure: nothing proves that the code has to do with its request. */
const exchange = (
  deps: ReceiveDeps,
  { code, verifier }: { readonly code: string; readonly verifier: string | undefined },
  signal: AbortSignal | undefined,
): Promise<Result<TokenAnswer, LoginFailure>> => {
  const started = { purpose: { kind: "sign_in" }, code } as const;
  return exchangeCode(deps, verifier === undefined ? started : { ...started, verifier }, signal);
};
