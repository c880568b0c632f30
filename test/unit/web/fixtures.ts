import { toEpochSeconds } from "../../../src/core/clock.ts";
import { NO_USAGE } from "../../../src/core/usage.ts";
import type { ActivityView } from "../../../src/web/activity-page.ts";
import type { ConsentView } from "../../../src/web/consent-page.ts";
import type { ConnectionRow } from "../../../src/web/connections-page.ts";
import type { GrantsView } from "../../../src/web/grants-page.ts";
import { toLocationPage } from "../../../src/web/location-list.ts";
import type { UsageSlot } from "../../../src/web/usage-card.ts";
import type { UsageView } from "../../../src/web/usage-page.ts";

/** What the pages of the tests show. */

export const consent: ConsentView = {
  hasApp: true,
  clientName: "Claude",
  redirectHost: "localhost:1234",
  redirectIsLoopback: true,
  requestedAccess: "write",
  requestedAreas: "all",
  transactionId: "transaction-1",
  csrfToken: "csrf-1",
  accounts: [],
  sandbox: true,
};

export const ALLOWED_AT = toEpochSeconds(1_767_225_600);

export const grants: GrantsView = {
  mcpUrl: "https://mcp.example/mcp",
  csrfToken: "csrf-2",
  notice: "The access has ended. None of its tokens works any more.",
  sandbox: false,
  accounts: [
    {
      id: "connection-1",
      name: "Harbor Dental",
      status: "active",
      connectedAt: ALLOWED_AT,
    },
    {
      id: "connection-2",
      name: "your agency (2 locations)",
      detail: "Harbor Dental, Cedar Vet",
      status: "needs_reauth",
      connectedAt: ALLOWED_AT,
    },
  ],
  grants: [
    {
      id: "grant-1",
      clientHost: "claude.ai",
      clientName: "Claude",
      redirectHost: "claude.ai",
      access: "write",
      areas: "all",
      accountName: "Harbor Dental",
      locationNames: [],
      createdAt: ALLOWED_AT,
      lastUsedAt: toEpochSeconds(ALLOWED_AT + 3660),
    },
    {
      id: "grant-2",
      clientName: "Desk Assistant",
      redirectHost: "localhost:1234",
      access: "read",
      areas: ["contacts", "calendars"],
      accountName: "your agency (2 locations)",
      locationNames: ["Cedar Vet"],
      createdAt: ALLOWED_AT,
      lastUsedAt: ALLOWED_AT,
    },
  ],
};

export const connection: ConnectionRow = {
  id: "connection-1",
  kind: "location",
  name: "Harbor Dental",
  accountId: "location-1",
  status: "active",
  connectedAt: ALLOWED_AT,
  lastRefreshAt: toEpochSeconds(ALLOWED_AT + 80_000),
  tokenExpiresAt: toEpochSeconds(ALLOWED_AT + 166_400),
  isSilent: false,
  scopes: ["contacts.readonly", "locations.readonly"],
  missingScopes: [{ scope: "contacts.write", loss: "creating contacts" }],
  clients: ["claude.ai", "Desk <Assistant>"],
  grantsOfOthers: 1,
};

export const manyNames = Array.from({ length: 120 }, (_, index) => `Location ${index + 1}`);

export const connections = {
  csrfToken: "csrf-3",
  notice: undefined,
  sandbox: false,
  connections: [
    connection,
    {
      id: "connection-2",
      kind: "company",
      name: "Your agency (120 locations)",
      accountId: "company-1",
      status: "active",
      connectedAt: ALLOWED_AT,
      tokenExpiresAt: toEpochSeconds(ALLOWED_AT + 86_399),
      isSilent: false,
      scopes: ["oauth.readonly"],
      missingScopes: [],
      clients: [],
      grantsOfOthers: 0,
      locations: toLocationPage(manyNames, 2),
    },
    {
      ...connection,
      id: "connection-3",
      status: "needs_reauth",
      reason: "GoHighLevel no longer accepts the refresh token; sign in again",
      missingScopes: [],
      grantsOfOthers: 0,
    },
    { ...connection, id: "connection-4", status: "suspended", clients: [], grantsOfOthers: 3 },
    {
      id: "connection-5",
      kind: "private",
      name: "Cedar Vet",
      accountId: "location-2",
      status: "active",
      connectedAt: ALLOWED_AT,
      isSilent: false,
      scopes: [],
      missingScopes: [],
      clients: ["claude.ai"],
      grantsOfOthers: 0,
    },
  ],
} as const;

export const activity: ActivityView = {
  sandbox: false,
  fields: { kind: "grant.revoked", client: "", connection: "", from: "2026-01-01", to: "" },
  clients: [{ value: "client-1", label: "claude.ai" }],
  connections: [{ value: "connection-1", label: "Harbor Dental" }],
  rows: [
    {
      at: toEpochSeconds(ALLOWED_AT + 60),
      title: "The access of a client ended",
      actor: "GoHighLevel",
      client: "claude.ai",
      account: "Harbor Dental",
    },
    {
      at: ALLOWED_AT,
      title: "Renewing the tokens",
      actor: "this server",
      outcome: "began to fail",
      account: "your agency (2 locations)",
      location: "Cedar Vet",
    },
  ],
  newest: "/activity?kind=grant.revoked",
  older: "/activity?kind=grant.revoked&before=1",
};

export const slots: readonly UsageSlot[] = Array.from({ length: 24 }, (_, hour) => ({
  start: toEpochSeconds(ALLOWED_AT + hour * 3600),
  counts: {
    ...NO_USAGE,
    read: hour === 3 ? 120 : 0,
    critical: hour === 5 ? 2 : 0,
    refused: hour === 5 ? 1 : 0,
    held_back: hour === 5 ? 1 : 0,
  },
}));

export const usage: UsageView = {
  span: "day",
  sandbox: false,
  hasAccounts: true,
  more: 3,
  place: "connection-1",
  places: [
    { value: "connection-1", label: "Harbor Dental" },
    { value: "connection-2", label: "Your agency (2 locations)" },
  ],
  cards: [
    {
      name: "Harbor Dental",
      slots,
      budget: {
        kind: "location",
        id: "location-1",
        limit: 100,
        remaining: 97,
        intervalMs: 10_000,
        dailyLimit: 200_000,
        dailyRemaining: 1_500,
        toldAtMs: ALLOWED_AT * 1000,
      },
    },
    { name: "Cedar Vet", account: "your agency (2 locations)", slots, budget: undefined },
    {
      name: "Your agency (2 locations)",
      slots: slots.map(({ start }) => ({ start, counts: NO_USAGE })),
      budget: "none",
    },
  ],
};

export const disconnect = {
  id: "connection-1",
  kind: "location",
  name: "Harbor <Dental>",
  grants: 2,
  csrfToken: "csrf-4",
  sandbox: false,
} as const;
