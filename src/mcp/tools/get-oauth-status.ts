import { z } from "zod";
import type { Connection, LocationSummary } from "../../core/connection.ts";
import type { EpochSeconds } from "../../core/clock.ts";
import { ok } from "../../core/result.ts";
import { toTokenText } from "../errors.ts";
import { withinGrant } from "../pin-location.ts";
import { type GrantContext, type ToolOutput, defineTool } from "../tool.ts";

const MAX_LOCATIONS = 20;

/** Who is connected, and how far the grant reaches. Answers also when the connection is broken. */
export const getOAuthStatus = defineTool({
  name: "get_oauth_status",
  title: "Connection status",
  description:
    "Who is connected to GoHighLevel, what this grant allows, token health, rate left. Call first.",
  access: "read",
  area: undefined,
  sets: ["core", "crm", "chatgpt"],
  target: "grant",
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: z.strictObject({}),
  run: async (_args, context) => {
    const { connections, principal, signal } = context;
    const connection = await connections.findConnection(principal.connectionId);
    const listed = await connections.listLocations(principal.connectionId, signal);
    const locations = listed.ok ? withinGrant(principal, listed.value) : [];
    return ok({
      server: { name: "ghl-mcp", version: context.server.version, mode: context.server.mode },
      grant: describeGrant(context),
      connection:
        connection === undefined ? { status: "missing" } : describeConnection(connection, context),
      locations: listed.ok
        ? describeLocations(locations)
        : { problem: toTokenText(listed.failure, context.errorText) },
      rate_left: describeBudgets(context, locations),
    });
  },
});

function describeGrant({ principal }: GrantContext): ToolOutput {
  return {
    id: principal.grantId,
    client: principal.clientId,
    access: principal.access,
    areas: principal.areas,
    expires: toIso(principal.expiresAt),
  };
}

function describeConnection(connection: Connection, { clock, server }: GrantContext): ToolOutput {
  return {
    id: connection.id,
    kind: connection.kind,
    environment: connection.environment,
    status: connection.status,
    company: connection.companyId,
    location: connection.locationId,
    user: connection.userId,
    scopes: connection.scopes,
    missing_scopes: toMissingScopes(connection, server.scopes),
    connected: toIso(connection.connectedAt),
    token: toTokenHealth(connection, clock.nowSeconds()),
    token_expires: toIso(connection.tokenExpiresAt),
    token_refreshed: toIso(connection.lastRefreshAt),
  };
}

/** What this server asks for and was not given; a private integration token does not say what it has. */
function toMissingScopes(
  { kind, scopes }: Connection,
  wanted: readonly string[],
): readonly string[] | undefined {
  return kind === "private" ? undefined : wanted.filter((scope) => !scopes.includes(scope));
}

/** Whether the token works: an expired one is no harm, the next call renews it. */
function toTokenHealth({ kind, status, tokenExpiresAt }: Connection, now: EpochSeconds): string {
  switch (status) {
    case "needs_reauth":
      return "refused: the person must sign in again";
    case "suspended":
      return "paused by GoHighLevel";
    case "active":
      if (kind === "private") return "good, does not expire";
      return tokenExpiresAt !== undefined && tokenExpiresAt <= now
        ? "expired, renewed with the next call"
        : "good, renewed by itself";
  }
}

const MAX_BUDGETS = 10;

/** The budgets of this grant alone: others' use is none of its business. Untouched ones are full. */
function describeBudgets(
  { principal, rateLimits }: GrantContext,
  locations: readonly LocationSummary[],
): readonly ToolOutput[] | undefined {
  const budgets = rateLimits()
    .filter(({ kind, id }) =>
      kind === "company"
        ? id === principal.connectionId
        : locations.some((granted) => granted.id === id),
    )
    .slice(0, MAX_BUDGETS)
    .map(({ kind, id, remaining, limit, intervalMs, dailyRemaining }) => ({
      [kind === "company" ? "agency" : "location"]: id,
      now: `${remaining} of ${limit} per ${intervalMs / 1000} s`,
      today: dailyRemaining,
    }));
  return budgets.length === 0 ? undefined : budgets;
}

function describeLocations(locations: readonly LocationSummary[]): ToolOutput {
  return {
    count: locations.length,
    first: locations.slice(0, MAX_LOCATIONS).map(toNamed),
    more: locations.length > MAX_LOCATIONS ? "list_locations shows all" : undefined,
  };
}

function toNamed({ id, name, timezone }: LocationSummary): ToolOutput {
  return { id, name, timezone };
}

function toIso(at: EpochSeconds | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at * 1000).toISOString().replace(".000Z", "Z");
}
