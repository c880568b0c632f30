import type { Connection } from "../core/connection.ts";
import type { HttpClient } from "../core/http-client.ts";
import { toLocationId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import { type Result, fail, ok } from "../core/result.ts";
import { type ApiFailure, callApi } from "./call-api.ts";
import { toApiUrl } from "./endpoints.ts";
import type { PrivateConnections } from "./private-connections.ts";
import type { UpstreamSettings } from "./settings.ts";
import type { PrivateTokenEntry, PrivateTokenFailure } from "./upstream.ts";

/** What {@link connectPrivate} works with. */
export interface ConnectPrivateDeps {
  readonly settings: UpstreamSettings;
  readonly http: HttpClient;
  readonly privates: PrivateConnections;
  readonly log: Logger;
}

/** The form of such tokens (gohighlevel.md §4.5), and of ids. */
const TOKEN = /^pit-[A-Za-z0-9-]{8,200}$/;
const LOCATION_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** What the call that checks a token needs. */
const SCOPE = "locations.readonly";

/**
 * Checks a private integration token with one call, and keeps it. The call is one that only a token of
 * this very location may make: `GET /locations/{id}` alone would take an agency's token too.
 */
export const connectPrivate = async (
  deps: ConnectPrivateDeps,
  { token, locationId }: PrivateTokenEntry,
  signal?: AbortSignal,
): Promise<Result<Connection, PrivateTokenFailure>> => {
  if (!TOKEN.test(token.reveal())) return fail({ kind: "not_a_token" });
  if (!LOCATION_ID.test(locationId)) return fail({ kind: "not_a_location_id" });
  const checked = await callApi(deps.http, {
    url: toApiUrl(deps.settings, `/locations/${locationId}/timezones`),
    token,
    parse: () => ok(undefined),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!checked.ok) {
    const failure = toFailure(checked.failure);
    deps.log.warn("a private integration token was not taken", { failure: failure.kind });
    return fail(failure);
  }
  const connection = await deps.privates.save({ token, locationId: toLocationId(locationId) });
  deps.log.info("connected to GoHighLevel", {
    connectionId: connection.id,
    connectionKind: connection.kind,
  });
  return ok(connection);
};

const toFailure = (failure: ApiFailure): PrivateTokenFailure => {
  switch (failure.kind) {
    case "token_refused":
      return { kind: "token_invalid" };
    case "location_inactive":
      return { kind: "location_inactive" };
    case "malformed":
      return { kind: "unavailable" };
    case "unavailable":
      return failure;
    case "refused":
      return toRefusal(failure);
  }
};

const toRefusal = ({
  status,
  complaint,
}: Extract<ApiFailure, { readonly kind: "refused" }>): PrivateTokenFailure => {
  if (complaint === "wrong_user_type") return { kind: "agency_token" };
  if (complaint === "scope_missing") return { kind: "scope_missing", scope: SCOPE };
  if (status === 401) return { kind: "token_invalid" };
  // An id that does not exist is refused as a foreign one, or as a bad request.
  return [400, 403, 404, 422].includes(status)
    ? { kind: "wrong_location" }
    : { kind: "refused", status };
};
