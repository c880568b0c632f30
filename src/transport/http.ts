import type { IncomingMessage, ServerResponse } from "node:http";
import { type AuditTrail, silentAuditTrail } from "../core/audit.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import type { ReadinessChecks } from "../core/readiness.ts";
import type { Soon } from "../core/soon.ts";
import { silentUsageLog, type UsageBudget, type UsageLog } from "../core/usage.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";
import { toResourceMetadata, type ResourcePath } from "../oauth/metadata.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { createBrowserSessions } from "./browser-session.ts";
import type { CookieKeys } from "./cookie-keys.ts";
import type { CorsPolicy } from "./cors.ts";
import type { AddressLimit, Limits } from "./limits/limits.ts";
import { createPeople } from "./person-session.ts";
import { createErrorPages, type ErrorPages } from "./responses.ts";
import type { Route } from "./route.ts";
import { createActivityRoute } from "./routes/activity.ts";
import { createAuthorizeRoute } from "./routes/authorize.ts";
import { createCallbackRoute } from "./routes/callback.ts";
import { createClaimRoute } from "./routes/claim.ts";
import { createConsentRoute } from "./routes/consent.ts";
import { createConnectionsRoute } from "./routes/connections.ts";
import { createConfirmDisconnectRoute, createDisconnectRoute } from "./routes/disconnect.ts";
import { createFormEndpoint, createRegistrationRoute } from "./routes/endpoints.ts";
import { createGrantsRoute, createRevokeRoute, createSignOutRoute } from "./routes/grants.ts";
import { answerLive, createReadyRoute } from "./routes/health.ts";
import { createDocumentRoute } from "./routes/metadata.ts";
import { createMetricsRoute, type MetricsEndpoint } from "./routes/metrics.ts";
import { answerStylesheet, createHomeRoute } from "./routes/pages.ts";
import { createPrivateTokenRoute } from "./routes/private-token.ts";
import { createReconnectRoute } from "./routes/reconnect.ts";
import { createUsageRoute, type IsWantedBudget } from "./routes/usage.ts";
import { createWebhookRoute } from "./routes/webhooks.ts";

/** What the routes work with. */
export interface RouteDeps {
  readonly publicUrl: string;
  readonly sandbox: boolean;
  /** Whether `/sse` and `/messages` are served. */
  readonly enableSse: boolean;
  readonly authorization: AuthorizationServer;
  readonly upstream: Upstream;
  readonly cookieKeys: CookieKeys;
  /** The scopes that sign-ins ask GoHighLevel for. */
  readonly requestedScopes: readonly string[];
  readonly log: Logger;
  readonly limits: Limits;
  /** Where failed sign-ins are recorded, and what the activity page shows. Absent: nowhere, nothing. */
  readonly audit?: AuditTrail;
  readonly clock: Clock;
  /** What the usage page shows. Absent: nothing. */
  readonly usage?: UsageLog;
  /** What `/metrics` shows, and whom. Absent: there is no such path. */
  readonly metricsEndpoint?: Omit<MetricsEndpoint, "equal">;
  /** What is known of the budgets of calls at GoHighLevel. Absent: nothing. */
  rateBudgets?(isWanted: IsWantedBudget): readonly UsageBudget[];
  checkReadiness(): Promise<ReadinessChecks>;
  /** Whether the server is about to stop. */
  isDraining(): boolean;
}

const KB = 1024;
const MB = 1024 * KB;

/** OAuth forms and registrations; the largest honest one is a few kilobytes. */
const OAUTH_LIMIT = 64 * KB;

const DISCOVERY = {
  methods: ["GET", "HEAD"],
  cors: "any",
  reader: "machine",
  maxBodyBytes: 0,
} as const;
const ENDPOINT = {
  methods: ["POST"],
  cors: "any",
  reader: "machine",
  maxBodyBytes: OAUTH_LIMIT,
} as const;
const FORM_PAGE = {
  methods: ["GET", "POST"],
  cors: "none",
  reader: "person",
  maxBodyBytes: OAUTH_LIMIT,
} as const;
/** What GoHighLevel sends by itself; its largest events hold a message with its attachments. */
const WEBHOOK = { methods: ["POST"], cors: "none", reader: "machine", maxBodyBytes: MB } as const;
/** A form of a signed-in person; opened by its address it is a 405. */
const PERSON_FORM = {
  methods: ["POST"],
  cors: "none",
  reader: "person",
  maxBodyBytes: 4 * KB,
} as const;
/** No HEAD: following the link is what it is for, and that works once. */
const ONE_TIME_PAGE = {
  methods: ["GET"],
  cors: "none",
  reader: "person",
  maxBodyBytes: 0,
} as const;
const PAGE = { methods: ["GET", "HEAD"], cors: "none", reader: "person", maxBodyBytes: 0 } as const;
const PROBE = {
  methods: ["GET", "HEAD"],
  cors: "none",
  reader: "machine",
  maxBodyBytes: 0,
} as const;

/** Everything that is served besides the MCP endpoints. Any other method is a 405, any other path a 404. */
export const createRoutes = (deps: RouteDeps): readonly Route[] => {
  const { authorization, limits } = deps;
  const asMetadata = createDocumentRoute(authorization.metadata);
  const resourceMetadata = createDocumentRoute(authorization.resourceMetadata);
  const sseMetadata = createDocumentRoute(toResourceMetadata(deps.publicUrl, "/sse"));
  const pages = { ...deps, ...createPageDeps(deps) };
  const token = createFormEndpoint(limits, (request) => authorization.token(request));
  const revoke = createFormEndpoint(limits, (request) => authorization.revoke(request));
  const introspect = createFormEndpoint(limits, (request) => authorization.introspect(request));
  return [
    { path: "/.well-known/oauth-authorization-server", ...DISCOVERY, handle: asMetadata },
    { path: "/.well-known/oauth-authorization-server/mcp", ...DISCOVERY, handle: asMetadata },
    { path: "/.well-known/openid-configuration", ...DISCOVERY, handle: asMetadata },
    { path: "/.well-known/openid-configuration/mcp", ...DISCOVERY, handle: asMetadata },
    { path: "/.well-known/oauth-protected-resource", ...DISCOVERY, handle: resourceMetadata },
    { path: "/.well-known/oauth-protected-resource/mcp", ...DISCOVERY, handle: resourceMetadata },
    ...(deps.enableSse
      ? [{ path: "/.well-known/oauth-protected-resource/sse", ...DISCOVERY, handle: sseMetadata }]
      : []),
    {
      path: "/oauth/register",
      ...ENDPOINT,
      limits: { POST: limits.registration },
      handle: createRegistrationRoute(authorization),
    },
    { path: "/oauth/token", ...ENDPOINT, handle: token },
    { path: "/oauth/revoke", ...ENDPOINT, handle: revoke },
    { path: "/oauth/introspect", ...ENDPOINT, handle: introspect },
    {
      path: "/oauth/authorize",
      ...FORM_PAGE,
      limits: { GET: limits.authorization, POST: limits.authorization },
      handle: createAuthorizeRoute(pages),
    },
    {
      path: "/oauth/consent",
      ...FORM_PAGE,
      limits: { POST: limits.decision },
      handle: createConsentRoute(pages),
    },
    { path: "/oauth/callback", ...ONE_TIME_PAGE, handle: createCallbackRoute(pages) },
    { path: "/oauth/claim", ...FORM_PAGE, handle: createClaimRoute(pages) },
    { path: "/oauth/private-token", ...FORM_PAGE, handle: createPrivateTokenRoute(pages) },
    { path: "/webhooks/ghl", ...WEBHOOK, handle: createWebhookRoute(deps.upstream) },
    { path: "/", ...PAGE, handle: createHomeRoute(pages) },
    ...createPersonRoutes(pages),
    { path: "/assets/style.css", ...PAGE, handle: answerStylesheet },
    { path: "/health/live", ...PROBE, handle: answerLive },
    { path: "/health/ready", ...PROBE, handle: createReadyRoute(deps) },
    ...createMetricsRoutes(deps),
  ];
};

const createMetricsRoutes = ({ metricsEndpoint, cookieKeys }: RouteDeps): readonly Route[] =>
  metricsEndpoint === undefined
    ? []
    : [
        {
          path: "/metrics",
          ...PROBE,
          handle: createMetricsRoute({ ...metricsEndpoint, equal: cookieKeys.equal }),
        },
      ];

/** The pages of a signed-in person, and their forms. */
const createPersonRoutes = (
  pages: RouteDeps & ReturnType<typeof createPageDeps>,
): readonly Route[] => [
  {
    path: "/activity",
    ...PAGE,
    ...toLimits(pages.limits.activity),
    handle: createActivityRoute({ ...pages, audit: pages.audit ?? silentAuditTrail }),
  },
  {
    path: "/usage",
    ...PAGE,
    ...toLimits(pages.limits.usage),
    handle: createUsageRoute({
      ...pages,
      usage: pages.usage ?? silentUsageLog,
      rateBudgets: (isWanted) => pages.rateBudgets?.(isWanted) ?? [],
    }),
  },
  {
    path: "/grants",
    ...PAGE,
    ...toLimits(pages.limits.personPages),
    handle: createGrantsRoute(pages),
  },
  { path: "/grants/revoke", ...PERSON_FORM, handle: createRevokeRoute(pages) },
  {
    path: "/connections",
    ...PAGE,
    ...toLimits(pages.limits.personPages),
    handle: createConnectionsRoute(pages),
  },
  { path: "/connections/reconnect", ...PERSON_FORM, handle: createReconnectRoute(pages) },
  {
    path: "/connections/confirm-disconnect",
    ...PAGE,
    ...toLimits(pages.limits.personPages),
    handle: createConfirmDisconnectRoute(pages),
  },
  { path: "/connections/disconnect", ...PERSON_FORM, handle: createDisconnectRoute(pages) },
  { path: "/sign-out", ...PERSON_FORM, handle: createSignOutRoute(pages) },
];

/** The limit of looks at a page. */
const toLimits = (limit: AddressLimit): Pick<Route, "limits"> => ({
  limits: { GET: limit, HEAD: limit },
});

/** One row of the table of MCP endpoints: plain node:http, behind Host, Origin and bearer checks. */
export interface McpRoute {
  readonly path: string;
  readonly methods: readonly ("GET" | "POST" | "DELETE")[];
  readonly cors: CorsPolicy;
  readonly maxBodyBytes: number;
  /** The resource that a challenge here points to (RFC 9728). */
  readonly resource: ResourcePath;
  handle(request: IncomingMessage, response: ServerResponse, principal: Principal): Soon<void>;
}

/** The MCP endpoints. `sse` is absent where the legacy transport is switched off. */
export const createMcpRoutes = (transports: {
  readonly mcp: { readonly handle: McpRoute["handle"] };
  readonly sse?: { readonly open: McpRoute["handle"]; readonly message: McpRoute["handle"] };
}): readonly McpRoute[] => {
  const { mcp, sse } = transports;
  const limits = { cors: "any", maxBodyBytes: 4 * MB } as const;
  return [
    {
      path: "/mcp",
      methods: ["POST", "GET", "DELETE"],
      ...limits,
      resource: "/mcp",
      handle: mcp.handle,
    },
    ...(sse === undefined
      ? []
      : ([
          { path: "/sse", methods: ["GET"], ...limits, resource: "/sse", handle: sse.open },
          {
            path: "/messages",
            methods: ["POST"],
            ...limits,
            resource: "/sse",
            handle: sse.message,
          },
        ] as const)),
  ];
};

const createPageDeps = (deps: RouteDeps) => ({
  mcpUrl: `${deps.publicUrl}/mcp`,
  sessions: createBrowserSessions(deps.cookieKeys),
  people: createPeople(deps.authorization.sessions, deps.cookieKeys),
  errorPage: createErrorPages({ sandbox: deps.sandbox }) satisfies ErrorPages,
});
