import { fail, type Result } from "../../core/result.ts";
import type { EndpointRequest, TokenResponse } from "../authorization-server.ts";
import { authenticateClient } from "../clients/authenticate.ts";
import type { OAuthFailure } from "../failure.ts";
import { readForm, requireParameter } from "../wire.ts";
import { redeemCode } from "./authorization-code.ts";
import type { GrantTypeDeps, GrantTypeHandler } from "./grant-type.ts";
import { refreshGrant } from "./refresh.ts";

/** All grant types there are. */
const GRANT_TYPES: ReadonlyMap<string, GrantTypeHandler> = new Map([
  ["authorization_code", redeemCode],
  ["refresh_token", refreshGrant],
]);

/** The token endpoint (RFC 6749 §3.2): grant type, client, then the grant type's own judgement. */
export const answerTokenRequest = async (
  deps: GrantTypeDeps,
  request: EndpointRequest,
): Promise<Result<TokenResponse, OAuthFailure>> => {
  const parameters = readForm(request.form);
  if (!parameters.ok) return parameters;
  const grantType = requireParameter(parameters.value, "grant_type");
  if (!grantType.ok) return grantType;
  const handler = GRANT_TYPES.get(grantType.value);
  if (handler === undefined) return fail({ kind: "unsupported_grant_type" });
  const client = await authenticateClient(deps, parameters.value, request);
  if (!client.ok) return client;
  const outcome = await handler(deps, client.value, parameters.value);
  if (!outcome.ok) {
    deps.log.info("token request refused", { ...outcome.failure, clientId: client.value.id });
  }
  return outcome;
};
