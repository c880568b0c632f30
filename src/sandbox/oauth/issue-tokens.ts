import { createHash } from "node:crypto";
import type { PkceMode } from "../sandbox.ts";
import { answer, type Outcome, type Refusal, refuse } from "../gate/outcome.ts";
import type { CodeBook, PendingCode } from "./codes.ts";
import { type TokenParameters, toWireName } from "./parameters.ts";
import type { Installation, TokenAuthority, TokenPair } from "./tokens.ts";

/** The marketplace app that the sandbox knows. */
export interface SandboxApp {
  readonly appId: string;
  readonly versionId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the token endpoint works on. */
export interface TokenEndpointDeps {
  readonly app: SandboxApp;
  readonly codes: CodeBook;
  readonly tokens: TokenAuthority;
  /** Locations that the agency has paused. */
  readonly pausedLocations: ReadonlySet<string>;
  readonly pkce: PkceMode;
  traceId(): string;
}

/**
 * Answers `POST /oauth/token`. A code is looked for before the credentials are judged, and a refresh
 * token is used up only by an answer that carries its successor. `user_type` is read and ignored: the
 * install decides the class of the token.
 */
export const issueTokens = (
  deps: TokenEndpointDeps,
  parameters: TokenParameters,
  isV3: boolean,
): Outcome => {
  switch (parameters.grantType) {
    case undefined:
      return refuseMissing("grantType", isV3);
    case "authorization_code":
      return redeemCode(deps, parameters, isV3);
    case "refresh_token":
      return redeemRefreshToken(deps, parameters, isV3);
    default:
      return refuse(400, "Unsupported grant type: grant_type is invalid");
  }
};

const redeemCode = (
  deps: TokenEndpointDeps,
  parameters: TokenParameters,
  isV3: boolean,
): Outcome => {
  // Unknown fields are complained about before anything is looked up, so the code stays good.
  if (deps.pkce === "refuse_at_token" && parameters.codeVerifier !== undefined) {
    return refuse(422, [`property ${toWireName("codeVerifier", isV3)} should not exist`]);
  }
  if (parameters.code === undefined) return refuseMissing("code", isV3);
  const pending = deps.codes.find(parameters.code);
  if (pending === undefined) return refuse(401, "Authorization code not found");
  const refusal = checkClient(deps.app, parameters, isV3);
  if (refusal !== undefined) return refusal;
  if (pending.redirectUri !== parameters.redirectUri) {
    return refuse(400, "Invalid grant: redirect_uri does not match the authorization request");
  }
  if (deps.pkce === "verify" && !isVerified(pending, parameters)) {
    return refuse(400, "Invalid grant: code_verifier does not match the code_challenge");
  }
  deps.codes.retire(parameters.code);
  return toTokenAnswer(deps, pending.installation, isV3);
};

/** RFC 7636 §4.6; a verifier for a code without a challenge is refused too (RFC 9700 §2.1.1). */
const isVerified = ({ codeChallenge }: PendingCode, { codeVerifier }: TokenParameters): boolean =>
  codeVerifier === undefined
    ? codeChallenge === undefined
    : createHash("sha256").update(codeVerifier).digest("base64url") === codeChallenge;

const redeemRefreshToken = (
  deps: TokenEndpointDeps,
  parameters: TokenParameters,
  isV3: boolean,
): Outcome => {
  if (parameters.refreshToken === undefined) return refuseMissing("refreshToken", isV3);
  const refusal = checkClient(deps.app, parameters, isV3);
  if (refusal !== undefined) return refusal;
  const found = deps.tokens.readRefresh(parameters.refreshToken);
  if (found === undefined) return refuse(400, "Invalid grant: refresh token is invalid");
  const { installation, id } = found;
  if (installation.locationId !== undefined && deps.pausedLocations.has(installation.locationId)) {
    return refuse(400, "Location is not active");
  }
  deps.tokens.retireRefresh(id);
  return toTokenAnswer(deps, installation, isV3);
};

const checkClient = (
  app: SandboxApp,
  parameters: TokenParameters,
  isV3: boolean,
): Refusal | undefined => {
  if (parameters.clientId === undefined) return refuseMissing("clientId", isV3);
  if (parameters.clientSecret === undefined) return refuseMissing("clientSecret", isV3);
  return parameters.clientId === app.clientId && parameters.clientSecret === app.clientSecret
    ? undefined
    : refuse(401, "Invalid client credentials!");
};

const refuseMissing = (name: keyof TokenParameters, isV3: boolean): Refusal =>
  refuse(400, `Missing parameter: ${toWireName(name, isV3)}`);

const toTokenAnswer = (
  deps: TokenEndpointDeps,
  installation: Installation,
  isV3: boolean,
): Outcome => {
  const isCompany = installation.userType === "Company";
  return answer(200, {
    ...toTokenFields(deps.tokens.issue(installation), installation.scopes, isV3),
    userType: installation.userType,
    companyId: installation.companyId,
    ...(installation.locationId === undefined ? {} : { locationId: installation.locationId }),
    userId: installation.userId,
    isBulkInstallation: installation.isBulk === true,
    ...(isCompany && installation.isBulk === true
      ? {
          approvedLocations: installation.locationIds,
          installToFutureLocations: installation.withFutureLocations === true,
        }
      : {}),
    traceId: deps.traceId(),
  });
};

/** The fields that every token answer has, in the casing of its version. */
export const toTokenFields = (
  pair: TokenPair,
  scopes: readonly string[],
  isV3: boolean,
): Readonly<Record<string, unknown>> => {
  const scope = scopes.join(" ");
  return isV3
    ? {
        accessToken: pair.accessToken,
        tokenType: "Bearer",
        expiresIn: pair.expiresInSeconds,
        refreshToken: pair.refreshToken,
        refreshTokenId: pair.refreshTokenId,
        scope,
      }
    : {
        access_token: pair.accessToken,
        token_type: "Bearer",
        expires_in: pair.expiresInSeconds,
        refresh_token: pair.refreshToken,
        refreshTokenId: pair.refreshTokenId,
        scope,
      };
};
