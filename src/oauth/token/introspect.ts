import { ok, type Result } from "../../core/result.ts";
import type { EndpointRequest } from "../authorization-server.ts";
import { authenticateClient } from "../clients/authenticate.ts";
import type { OAuthFailure } from "../failure.ts";
import { readForm, requireParameter } from "../wire.ts";
import { intersectReach, toScope } from "../scopes.ts";
import type { GrantTypeDeps } from "./grant-type.ts";

type Introspection = Readonly<Record<string, unknown>>;

const INACTIVE: Introspection = { active: false };

/**
 * Introspection (RFC 7662) for the client that owns the token: whether it works, how far it reaches and
 * until when. Nobody else learns that a token exists, and nothing of GoHighLevel is in the answer.
 */
export const introspectToken = async (
  deps: GrantTypeDeps,
  request: EndpointRequest,
): Promise<Result<Introspection, OAuthFailure>> => {
  const parameters = readForm(request.form);
  if (!parameters.ok) return parameters;
  const client = await authenticateClient(deps, parameters.value, request);
  if (!client.ok) return client;
  const token = requireParameter(parameters.value, "token");
  if (!token.ok) return token;
  const found =
    (await describeAccessToken(deps, token.value)) ??
    (await describeRefreshToken(deps, token.value));
  return ok(found?.["client_id"] === client.value.id ? found : INACTIVE);
};

const describeAccessToken = async (
  deps: GrantTypeDeps,
  token: string,
): Promise<Introspection | undefined> => {
  const record = await deps.accessTokens.find(token);
  if (record === undefined || record.expiresAt <= deps.clock.nowSeconds()) return undefined;
  const grant = await deps.grants.find(record.grantId);
  if (grant === undefined) return undefined;
  return {
    active: true,
    client_id: record.clientId,
    scope: toScope(intersectReach(grant, record)),
    token_type: "Bearer",
    iat: record.issuedAt,
    exp: record.expiresAt,
    aud: record.resource,
    iss: deps.settings.issuer,
  };
};

const describeRefreshToken = async (
  deps: GrantTypeDeps,
  token: string,
): Promise<Introspection | undefined> => {
  const record = (await deps.refreshTokens.find(token))?.value;
  if (record === undefined || record.rotated !== undefined) return undefined;
  const grant = await deps.grants.find(record.grantId);
  if (grant === undefined) return undefined;
  return {
    active: true,
    client_id: record.clientId,
    scope: toScope(grant),
    exp: record.expiresAt,
    aud: record.resource,
    iss: deps.settings.issuer,
  };
};
