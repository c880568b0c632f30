import { ok, type Result } from "../../core/result.ts";
import type { EndpointRequest } from "../authorization-server.ts";
import { authenticateClient } from "../clients/authenticate.ts";
import type { OAuthFailure } from "../failure.ts";
import { readForm, requireParameter } from "../wire.ts";
import type { GrantTypeDeps } from "./grant-type.ts";

/**
 * Revocation (RFC 7009). A refresh token, used or not, ends its grant with all tokens; an access token
 * ends alone. Unknown tokens succeed (§2.2), and so do those of other clients, without effect: the
 * answer tells nothing about tokens that the client has no business with. The type hint is not needed,
 * tokens carry their type.
 */
export const revokeToken = async (
  deps: GrantTypeDeps,
  request: EndpointRequest,
): Promise<Result<void, OAuthFailure>> => {
  const parameters = readForm(request.form);
  if (!parameters.ok) return parameters;
  const client = await authenticateClient(deps, parameters.value, request);
  if (!client.ok) return client;
  const token = requireParameter(parameters.value, "token");
  if (!token.ok) return token;

  const refresh = await deps.refreshTokens.find(token.value);
  if (refresh?.value.clientId === client.value.id) {
    await deps.grants.revoke(refresh.value.grantId, "client");
  }
  const access = await deps.accessTokens.find(token.value);
  if (access?.clientId === client.value.id) await deps.accessTokens.remove(token.value);
  return ok(undefined);
};
