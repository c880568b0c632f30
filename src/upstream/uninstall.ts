import type { AuditEvent, AuditTrail } from "../core/audit.ts";
import type { HttpClient, HttpResponse } from "../core/http-client.ts";
import type { Connection } from "../core/connection.ts";
import type { ConnectionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { Secret } from "../core/secret.ts";
import type { TokenFailure, TokenRequest, TokenSource } from "../ghl/ports.ts";
import { toApiUrl, toAppId } from "./endpoints.ts";
import { type UpstreamSettings, getAppCredentials } from "./settings.ts";
import { toRefusalReason } from "./upstream-error.ts";

/** Why the app could not be uninstalled. */
export type UninstallFailure =
  /** A private integration token belongs to no app. */
  | { readonly kind: "private_token" }
  /** GoHighLevel cannot be asked in the name of this connection. */
  | { readonly kind: "no_token"; readonly failure: TokenFailure }
  /** The connection lacks the scope `oauth.write`. */
  | { readonly kind: "missing_scope" }
  | { readonly kind: "refused"; readonly status: number }
  /** No answer: whether it happened is not known. */
  | { readonly kind: "unavailable" };

/** What {@link uninstallApp} works with. */
export interface UninstallDeps {
  readonly settings: UpstreamSettings;
  readonly tokens: TokenSource;
  readonly http: HttpClient;
  readonly log: Logger;
  readonly audit: AuditTrail;
  findConnection(id: ConnectionId): Promise<Connection | undefined>;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;
const VERSION = "2021-07-28";

/**
 * Uninstalls the marketplace app from the location or agency of a connection, with the connection's own
 * token (`DELETE /marketplace/app/{appId}/installations`, gohighlevel.md §4.4). The connection itself
 * stays: its tokens are dead, and removing it is another step. The audit trail hears how it went.
 */
export const uninstallApp = async (
  deps: UninstallDeps,
  connectionId: ConnectionId,
): Promise<Result<void, UninstallFailure>> => {
  const result = await ask(deps, connectionId);
  const outcome = toAuditOutcome(result);
  await deps.audit.record({ kind: "connection.uninstalled", connectionId, by: "person", outcome });
  return result;
};

const ask = async (
  deps: UninstallDeps,
  connectionId: ConnectionId,
): Promise<Result<void, UninstallFailure>> => {
  const connection = await deps.findConnection(connectionId);
  if (connection === undefined) {
    return fail({ kind: "no_token", failure: { kind: "connection_missing", connectionId } });
  }
  if (connection.kind === "private") return fail({ kind: "private_token" });
  const request: TokenRequest =
    connection.kind === "company"
      ? { connectionId, tokenClass: "company" }
      : {
          connectionId,
          tokenClass: "location",
          ...(connection.locationId === undefined ? {} : { locationId: connection.locationId }),
        };
  const given = await deps.tokens.getToken(request);
  if (!given.ok) return fail({ kind: "no_token", failure: given.failure });
  const first = await send(deps, connection, given.value.token);
  if (first !== "token_refused") return first;
  // Refused for the token's age alone, so nothing was done yet.
  const newer = await deps.tokens.replaceToken(request, given.value);
  if (!newer.ok) return fail({ kind: "no_token", failure: newer.failure });
  const second = await send(deps, connection, newer.value.token);
  return second === "token_refused" ? fail({ kind: "refused", status: 401 }) : second;
};

const send = async (
  deps: UninstallDeps,
  { id: connectionId, companyId, locationId }: Connection,
  token: Secret,
): Promise<Result<void, UninstallFailure> | "token_refused"> => {
  const appId = toAppId(getAppCredentials(deps.settings).clientId);
  const sent = await deps.http.send({
    method: "DELETE",
    url: toApiUrl(deps.settings, `/marketplace/app/${encodeURIComponent(appId)}/installations`),
    headers: {
      accept: "application/json",
      authorization: `Bearer ${token.reveal()}`,
      "content-type": "application/json",
      version: VERSION,
    },
    body: JSON.stringify({ companyId, locationId }),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
  });
  if (sent.ok && sent.value.status >= 200 && sent.value.status < 300) return ok(undefined);
  const failure = sent.ok ? toFailure(sent.value) : { kind: "unavailable" as const };
  if (failure === "token_refused") return failure;
  deps.log.warn("GoHighLevel did not uninstall the app", { connectionId, ...failure });
  return fail(failure);
};

const toFailure = ({ status, body }: HttpResponse): UninstallFailure | "token_refused" => {
  if (status >= 500) return { kind: "unavailable" };
  if (status === 401 && toRefusalReason(body) === "invalid_token") return "token_refused";
  return status === 401 && /not authorized for this scope/iu.test(body)
    ? { kind: "missing_scope" }
    : { kind: "refused", status };
};

const toAuditOutcome = (
  result: Result<void, UninstallFailure>,
): Extract<AuditEvent, { readonly kind: "connection.uninstalled" }>["outcome"] => {
  if (result.ok) return "done";
  switch (result.failure.kind) {
    case "missing_scope":
    case "refused":
      return "refused";
    case "unavailable":
      return "unknown";
    case "no_token":
    case "private_token":
      return "not_asked";
  }
};
