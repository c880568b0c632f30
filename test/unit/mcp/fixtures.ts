import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { type Clock, addSeconds } from "../../../src/core/clock.ts";
import type { Connection, LocationSummary } from "../../../src/core/connection.ts";
import {
  toClientId,
  toCompanyId,
  toConnectionId,
  toGrantId,
  toLocationId,
} from "../../../src/core/ids.ts";
import type { LocationId } from "../../../src/core/ids.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import type { Principal } from "../../../src/core/principal.ts";
import { type Result, fail, ok } from "../../../src/core/result.ts";
import { type Soon, trySoon } from "../../../src/core/soon.ts";
import type { GhlCall } from "../../../src/ghl/call.ts";
import type { GhlApiClient } from "../../../src/ghl/client.ts";
import type { GhlFailure } from "../../../src/ghl/errors.ts";
import type { RateSnapshot } from "../../../src/ghl/governor.ts";
import type { ConfirmationKeeper, ConnectionDirectory } from "../../../src/mcp/ports.ts";
import type { View } from "../../../src/mcp/connection-options.ts";
import { type McpSurface, createMcpSurface } from "../../../src/mcp/surface.ts";
import { createFakeClock } from "../../support/clock.ts";
import { createMemoryKeeper } from "./confirmation-keeper.ts";

export const BERLIN = toLocationId("BerlinBerlinBerlin01");
export const LYON = toLocationId("LyonLyonLyonLyonLy02");
export const FOREIGN = toLocationId("ForeignForeignForeig");

export const LOCATIONS: readonly LocationSummary[] = [
  { id: BERLIN, name: "Berlin Dental", timezone: "Europe/Berlin", city: "Berlin", country: "DE" },
  { id: LYON, name: "Lyon Yoga", timezone: "Europe/Paris", city: "Lyon", country: "FR" },
];

/** The clock of every harness. */
export const clock = createFakeClock();

/** A principal with full access to all of an agency, unless said otherwise. */
export const toPrincipal = (overrides: Partial<Principal> = {}): Principal => ({
  grantId: toGrantId("grant-1"),
  clientId: toClientId("client-1"),
  subject: "user-1",
  connectionId: toConnectionId("connection-1"),
  access: "critical",
  areas: "all",
  locations: "all",
  expiresAt: addSeconds(clock.nowSeconds(), 900),
  ...overrides,
});

/** A principal that is pinned to one location. */
export const toPinned = (location: LocationId = BERLIN): Principal =>
  toPrincipal({ locations: [location] });

const CONNECTION: Connection = {
  id: toConnectionId("connection-1"),
  kind: "company",
  environment: "sandbox",
  companyId: toCompanyId("company-1"),
  userId: "user-1",
  scopes: ["contacts.readonly", "contacts.write"],
  status: "active",
  connectedAt: clock.nowSeconds(),
  tokenExpiresAt: addSeconds(clock.nowSeconds(), 86_400),
};

/** What GoHighLevel answers to one operation. */
export type Answer =
  | Result<unknown, GhlFailure>
  | ((call: GhlCall) => Promise<Result<unknown, GhlFailure>>);

export interface Harness {
  readonly surface: McpSurface;
  /** Every call that reached the API client. */
  readonly calls: GhlCall[];
  /** How often the locations were asked for. */
  listed(): number;
  /** A client that is connected for several calls. */
  connect(viewer: View | Principal): Promise<Session>;
  /** Runs a tool through a real server and a real in-memory exchange. */
  call(viewer: View | Principal, name: string, args?: Record<string, unknown>): Promise<ToolResult>;
}

/** A connected client of the harness. */
export interface Session {
  call(name: string, args?: Record<string, unknown>): Promise<ToolResult>;
  close(): Promise<void>;
}

export interface ToolResult {
  readonly isError: boolean;
  readonly text: string;
  readonly data: Record<string, unknown>;
}

/** A surface over an API client that answers by operation id and records its calls. */
export const createHarness = (
  answers: Readonly<Record<string, Answer>> = {},
  options: {
    readonly connection?: Partial<Connection> | "missing";
    readonly locations?: readonly LocationSummary[];
    readonly rateLimits?: readonly RateSnapshot[];
    /** Shared by several harnesses: two instances on one store. */
    readonly confirmations?: ConfirmationKeeper;
    readonly scopes?: readonly string[];
    readonly clock?: Clock;
  } = {},
): Harness => {
  const calls: GhlCall[] = [];
  let listed = 0;
  const ghl: Pick<GhlApiClient, "call" | "rateLimits"> = {
    rateLimits: () => options.rateLimits ?? [],
    call: async (call) => {
      calls.push(call);
      const answer = answers[call.operation];
      if (answer === undefined) return fail({ kind: "not_found" });
      const result = typeof answer === "function" ? await answer(call) : answer;
      return result.ok ? ok({ status: 200, body: result.value }) : result;
    },
  };
  const connections: ConnectionDirectory = {
    findConnection: async () =>
      options.connection === "missing" ? undefined : { ...CONNECTION, ...options.connection },
    listLocations: async () => {
      listed += 1;
      return ok(options.locations ?? LOCATIONS);
    },
  };
  const surface = createMcpSurface({
    ghl,
    connections,
    confirmations: options.confirmations ?? createMemoryKeeper(options.clock ?? clock),
    clock: options.clock ?? clock,
    log: silentLogger,
    version: "1.2.3",
    mode: "sandbox",
    ...(options.scopes === undefined ? {} : { scopes: options.scopes }),
  });
  return {
    surface,
    calls,
    listed: () => listed,
    connect: (viewer) => openSession(surface, viewer),
    call: async (viewer, name, args) => {
      const session = await openSession(surface, viewer);
      try {
        return await session.call(name, args);
      } finally {
        await session.close();
      }
    },
  };
};

/** A real client on a server for this viewer, in memory. To be closed. */
export const connectClient = async (
  surface: McpSurface,
  viewer: View | Principal,
): Promise<Client> => {
  const [near, far] = InMemoryTransport.createLinkedPair();
  await surface.createServer(viewer, "legacy").connect(far);
  const client = new Client({ name: "test", version: "1" });
  await client.connect(near);
  return client;
};

const openSession = async (surface: McpSurface, viewer: View | Principal): Promise<Session> => {
  const client = await connectClient(surface, viewer);
  return {
    call: async (name, args = {}) => {
      const result = await client.callTool({ name, arguments: args });
      const [first] = result.content;
      return {
        isError: result.isError === true,
        text: first?.type === "text" ? first.text : "",
        data: (result.structuredContent ?? {}) as Record<string, unknown>,
      };
    },
    close: () => client.close(),
  };
};

export interface RunningHttp {
  readonly url: string;
  readonly server: Server;
  close(): Promise<void>;
}

/** A bare HTTP server on a free port. */
export const listen = async (
  handle: (req: IncomingMessage, res: ServerResponse) => Soon<void>,
): Promise<RunningHttp> => {
  const server = createServer((req, res) => {
    void trySoon(
      () => handle(req, res),
      () => undefined,
      (error) => void res.destroy(error instanceof Error ? error : undefined),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    server,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
};

/** A contact as GoHighLevel's search gives it. */
export const toContact = (
  number: number,
  extra: Record<string, unknown> = {},
): Record<string, unknown> => ({
  id: `contact-${number}`,
  locationId: BERLIN,
  contactName: `Person ${number}`,
  firstName: "Person",
  lastName: String(number),
  firstNameLowerCase: "person",
  email: `person${number}@example.com`,
  phone: `+1202555${String(number).padStart(4, "0")}`,
  companyName: null,
  tags: ["lead"],
  dnd: false,
  source: "",
  dateAdded: "2026-01-02T03:04:05.678Z",
  customFields: [],
  attributions: [{ pageUrl: "https://example.com" }],
  searchAfter: [1_767_000_000_000 + number, `contact-${number}`],
  ...extra,
});
