import { type AuditTrail, silentAuditTrail } from "../core/audit.ts";
import type { ChangeFeed } from "../core/changes.ts";
import type { EventChannel, HeardEvent } from "../core/events.ts";
import type { Clock, EpochSeconds } from "../core/clock.ts";
import type { Connection } from "../core/connection.ts";
import type { HttpClient } from "../core/http-client.ts";
import { type ConnectionId, toConnectionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { Metrics } from "../core/metrics.ts";
import type { Tracing } from "../core/tracing.ts";
import { ok, type Result } from "../core/result.ts";
import { type Soon, whenThere } from "../core/soon.ts";
import { equalSecret } from "../crypto/hash.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { Random } from "../crypto/random.ts";
import type { TokenFailure } from "../ghl/ports.ts";
import type { RecordStore } from "../storage/record-store.ts";
import { createSealedStore } from "../storage/sealed-store.ts";
import { type Connections, createConnections } from "./connections.ts";
import { createCredentialRecall } from "./credential-recall.ts";
import { createLocationDirectory, type LocationDirectory } from "./locations.ts";
import { createLocationTokens } from "./location-token.ts";
import { createConnectionPlaces } from "./place-index.ts";
import { createPlaceUpkeep } from "./place-upkeep.ts";
import {
  createPrivateConnections,
  isPrivateId,
  type PrivateConnections,
} from "./private-connections.ts";
import { createRefresher, type Refresher } from "./refresh.ts";
import type { RefreshCourier } from "./refresh-courier.ts";
import { createRefreshLeases } from "./refresh-lease.ts";
import { createRefreshRequest } from "./refresh-request.ts";
import { createLogTrace, type RefreshTrace } from "./refresh-trace.ts";
import type { Removal, RemovalOutcome } from "./removal.ts";
import { createRotationSpool } from "./rotation-spool.ts";
import { createRotationWriter, type RotationWriter } from "./save-rotation.ts";
import type { UpstreamSettings } from "./settings.ts";
import { createSignIns } from "./sign-ins.ts";
import { noSpool, type Spool } from "./spool.ts";
import { createTokenEndpoint } from "./token-endpoint.ts";
import { createTokenSource } from "./token-source.ts";
import { createTokenUpkeep, type TokenUpkeep } from "./token-upkeep.ts";
import { createUnclaimedInstalls } from "./unclaimed-installs.ts";
import { uninstallApp } from "./uninstall.ts";
import type { Upstream } from "./upstream.ts";
import { createVault, type HeldConnection, type Vault } from "./vault.ts";
import { waitUnlessAborted } from "./wait-unless-aborted.ts";
import { createWebhookReceiver, type WebhookDeps } from "./webhooks/receive-webhook.ts";

export type { UpstreamSettings } from "./settings.ts";

/** What {@link createUpstream} needs. */
export interface UpstreamDeps {
  readonly config: UpstreamSettings;
  readonly store: RecordStore;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly log: Logger;
  /** Where tokens lie that the store does not have yet. Absent: in memory alone. */
  readonly spool?: Spool;
  /** Carries refreshes to GoHighLevel. Absent: this process sends them itself. */
  readonly courier?: RefreshCourier;
  /** Hears the steps of refreshes. Absent: the log does. */
  readonly trace?: RefreshTrace;
  /** Where events of connections are recorded. Absent: nowhere. */
  readonly audit?: AuditTrail;
  /** Hears of connections whose locations changed. Absent: nobody does. */
  readonly changes?: Pick<ChangeFeed, "publish">;
  /** Tells and hears of connections that changed. Absent: nothing is remembered between calls. */
  readonly events?: EventChannel;
  /** Counts refreshes. Absent: nobody does. */
  readonly metrics?: Pick<Metrics, "refresh">;
  /** Follows refreshes. Absent: nobody does. */
  readonly tracing?: Tracing;
  /**
   * Ends every grant on a connection that a webhook ends, or only those given by a time, and says how
   * many there were.
   */
  revokeGrantsOf?(id: ConnectionId, givenBy?: EpochSeconds): Promise<number>;
}

/** {@link Upstream}, and what keeps its tokens good. */
export interface UpkeptUpstream extends Upstream {
  readonly upkeep: TokenUpkeep;
  /** As {@link Upstream.findConnection}, from memory while the connection is unchanged: for calls. */
  recallConnection(id: ConnectionId): Soon<Connection | undefined>;
}

/** Wires everything that has to do with GoHighLevel sign-ins, connections and their tokens. */
export const createUpstream = (given: UpstreamDeps): UpkeptUpstream => {
  const { config: settings, audit = silentAuditTrail } = given;
  const { environment } = settings;
  const log = given.log.child({ part: "upstream" });
  const trace = given.trace ?? createLogTrace(log);
  const base = { ...given, settings, log, audit, trace };
  const sealed = createSealedStore(given);
  const endpoint = createTokenEndpoint(base);
  const kept = createKept({ ...base, sealed, environment });
  const { vault, connections } = kept;
  const { writer, refresher } = createRefreshing({ ...base, connections, vault });
  const locationTokens = createLocationTokens(base);
  const privates = createPrivateConnections({ ...base, sealed });
  const held = { ...base, connections, privates };
  const credentials = createCredentialRecall(held);
  const tokens = createTokenSource({ ...held, credentials, refresher, locationTokens });
  const locations = createLocationDirectory({ ...held, tokens });

  const findConnection: Upstream["findConnection"] = async (id) =>
    toConnection(await (isPrivateId(id) ? privates : connections).find(id));

  given.events?.subscribe((event) => forgetLocations(locations, event));

  const forget = (id: ConnectionId): void => {
    locationTokens.forget(id);
    locations.forget(id);
  };

  const signIns = createSignIns({ ...held, ...kept, endpoint, sealed, forget });

  const remove = createRemove({ ...held, writer, forget });

  return {
    tokens,
    ...signIns,
    upkeep: createTokenUpkeep({ ...base, ...kept, refresher, writer, tokens }),
    findConnection,
    recallConnection: (id) => whenThere(credentials.find(id), (found) => toConnection(found?.held)),
    listConnections: async () =>
      newestFirst([...(await privates.list()), ...(await connections.list())]),
    removeConnection: async (id) => {
      await remove(id, { by: "person" });
    },
    uninstall: (id) => uninstallApp({ ...base, tokens, findConnection }, id),
    receiveWebhook: createWebhookReceiver({
      ...base,
      ...toWebhookPorts(given),
      ...kept,
      removeConnection: (id, at) => remove(id, { by: "webhook", at }),
      dropUninstalled: (whom, at) => signIns.dropUninstalled(whom, at),
      findPrivate: (locationId) => privates.findOf(locationId),
      forgetLocations: (id) => locations.forget(id),
    }),
    listLocations: (id, signal) => waitUnlessAborted(locations.list(id), signal),
    refreshNow: async (id, signal) => {
      const own = isPrivateId(id) ? await privates.find(id) : undefined;
      return own === undefined
        ? waitUnlessAborted(refreshNow({ connections, refresher }, id), signal)
        : ok(own.connection);
    },
  };
};

/** Removes a connection with all that is kept of it elsewhere. */
const createRemove =
  (deps: {
    readonly privates: Pick<PrivateConnections, "remove">;
    readonly connections: Pick<Connections, "remove">;
    readonly writer: Pick<RotationWriter, "forget">;
    forget(id: ConnectionId): void;
  }) =>
  async (id: ConnectionId, removal: Removal): Promise<RemovalOutcome> => {
    const outcome = await (isPrivateId(id) ? deps.privates : deps.connections).remove(id, removal);
    if (outcome !== "gone") return outcome;
    await deps.writer.forget(id);
    deps.forget(id);
    return outcome;
  };

/** What the store holds of connections and installations, and how webhooks find it. */
const createKept = (
  deps: Omit<Parameters<typeof createConnections>[0], "vault"> &
    Pick<UpstreamDeps, "events"> & { readonly sealed: RecordStore },
) => {
  const vault = createVault(deps);
  const connections = createConnections({ ...deps, vault });
  const places = createConnectionPlaces(deps);
  const unclaimed = createUnclaimedInstalls(deps);
  const placeUpkeep = createPlaceUpkeep({ ...deps, places, vault, connections, unclaimed });
  return { vault, connections, places, unclaimed, placeUpkeep };
};

const forgetLocations = (locations: LocationDirectory, event: HeardEvent): void => {
  if (event.kind === "missed") locations.forgetAll();
  if (event.kind === "connection_changed" || event.kind === "lists_changed") {
    locations.forget(toConnectionId(event.connectionId));
  }
};

const newestFirst = (all: readonly Connection[]): readonly Connection[] =>
  all.toSorted((a, b) => b.connectedAt - a.connectedAt);

/** What webhooks reach beyond this layer. */
const toWebhookPorts = ({
  revokeGrantsOf,
  changes,
}: UpstreamDeps): Pick<WebhookDeps, "revokeGrantsOf" | "announceLocations"> => ({
  revokeGrantsOf: async (id, givenBy) => (await revokeGrantsOf?.(id, givenBy)) ?? 0,
  announceLocations: (connectionId) => changes?.publish({ kind: "locations", connectionId }),
});

/** The connection without its tokens, and with the reason of its status. */
const toConnection = (
  entry: Pick<HeldConnection, "connection" | "statusReason"> | undefined,
): Connection | undefined =>
  entry?.statusReason === undefined || entry.connection.status !== "needs_reauth"
    ? entry?.connection
    : { ...entry.connection, statusReason: entry.statusReason };

type RefreshingDeps = UpstreamDeps & {
  readonly settings: UpstreamSettings;
  readonly trace: RefreshTrace;
  readonly connections: Connections;
  readonly vault: Vault;
};

/** What refreshes, and what writes down what comes of it. */
const createRefreshing = (
  base: RefreshingDeps,
): { readonly writer: RotationWriter; readonly refresher: Refresher } => {
  const { environment } = base.settings;
  const spooled = createRotationSpool({ ...base, environment, spool: base.spool ?? noSpool });
  const writer = createRotationWriter({ ...base, spooled });
  const request = createRefreshRequest({ ...base, writer });
  const leases = createRefreshLeases(base);
  return { writer, refresher: createRefresher({ ...base, request, leases, writer }) };
};

/** Refreshes whatever is held now, even while the connection rests after a failure. */
const refreshNow = async (
  deps: { readonly connections: Connections; readonly refresher: Refresher },
  id: ConnectionId,
): Promise<Result<Connection, TokenFailure>> => {
  const held = (await deps.connections.find(id))?.tokens.accessToken.reveal() ?? "";
  const outcome = await deps.refresher.refresh(id, {
    force: true,
    isStale: ({ tokens: now }) => equalSecret(now.accessToken.reveal(), held),
  });
  return outcome.ok ? ok(outcome.value.connection) : outcome;
};
