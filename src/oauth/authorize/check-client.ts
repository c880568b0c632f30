import { fail, ok, type Result } from "../../core/result.ts";
import type { Client, ClientSource } from "../clients/client.ts";
import type { FetchLimit } from "../clients/fetch-budget.ts";
import type { OAuthFailure } from "../failure.ts";
import { type Parameters, requireParameter } from "../wire.ts";

/** Finds the client of an authorization request. A failure is shown here and never redirects. */
export const checkClient = async (
  clients: Pick<ClientSource, "find">,
  parameters: Parameters,
  fetchLimit?: FetchLimit,
): Promise<Result<Client, OAuthFailure>> => {
  const clientId = requireParameter(parameters, "client_id");
  if (!clientId.ok) return clientId;
  const found = await clients.find(clientId.value, fetchLimit);
  if (!found.ok) return found;
  return found.value === undefined
    ? fail({ kind: "unknown_client", at: "authorize" })
    : ok(found.value);
};
