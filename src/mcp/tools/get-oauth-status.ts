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
    "Who is connected to GoHighLevel and what this grant allows: access, areas, locations, scopes, token health. Call first.",
  access: "read",
  area: undefined,
  target: "grant",
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: z.strictObject({}),
  run: async (_args, context) => {
    const connection = await context.connections.findConnection(context.principal.connectionId);
    return ok({
      server: { name: "ghl-mcp", ...context.server },
      grant: describeGrant(context),
      connection: connection === undefined ? { status: "missing" } : describeConnection(connection),
      locations: await describeLocations(context),
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

function describeConnection(connection: Connection): ToolOutput {
  return {
    id: connection.id,
    kind: connection.kind,
    environment: connection.environment,
    status: connection.status,
    company: connection.companyId,
    location: connection.locationId,
    user: connection.userId,
    scopes: connection.scopes,
    connected: toIso(connection.connectedAt),
    token_expires: toIso(connection.tokenExpiresAt),
    token_refreshed: toIso(connection.lastRefreshAt),
  };
}

async function describeLocations(context: GrantContext): Promise<ToolOutput> {
  const { connections, principal, signal, errorText } = context;
  const listed = await connections.listLocations(principal.connectionId, signal);
  if (!listed.ok) return { problem: toTokenText(listed.failure, errorText) };
  const locations = withinGrant(principal, listed.value);
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
