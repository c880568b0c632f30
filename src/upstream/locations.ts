import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import type { LocationSummary } from "../core/connection.ts";
import type { HttpClient } from "../core/http-client.ts";
import { type ConnectionId, type LocationId, toLocationId } from "../core/ids.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { TokenFailure, TokenRequest, TokenSource } from "../ghl/ports.ts";
import { createApproval } from "./approved-locations.ts";
import { type ApiFailure, callApi } from "./call-api.ts";
import type { Connections } from "./connections.ts";
import { toApiUrl, toAppId } from "./endpoints.ts";
import { type UpstreamSettings, getAppCredentials } from "./settings.ts";
import { isPrivateId, type PrivateConnections } from "./private-connections.ts";
import { createLocationLists } from "./location-lists.ts";
import { createSingleFlight } from "./single-flight.ts";
import { parseWith } from "./token-answer.ts";

type Listed = Result<readonly LocationSummary[], TokenFailure>;

/** The locations that connections reach. */
export interface LocationDirectory {
  /** All locations of a connection by name; asks GoHighLevel at most once a minute. */
  list(id: ConnectionId): Promise<Listed>;
  /** Forgets what was cached for a connection. */
  forget(id: ConnectionId): void;
  /** Forgets everything that was cached. */
  forgetAll(): void;
}

/** What {@link createLocationDirectory} needs. */
export interface LocationDirectoryDeps {
  readonly settings: UpstreamSettings;
  readonly connections: Connections;
  readonly privates: PrivateConnections;
  readonly tokens: TokenSource;
  readonly http: HttpClient;
  readonly clock: Clock;
}

/** Makes the directory of this process. */
export const createLocationDirectory = (deps: LocationDirectoryDeps): LocationDirectory => {
  const cache = createLocationLists(deps.clock);
  const flights = createSingleFlight<Listed>();

  const look = async (id: ConnectionId): Promise<Listed> => {
    const found = await find(deps, id);
    if (!found.ok) return found;
    const sorted = found.value.toSorted((a, b) => a.name.localeCompare(b.name));
    cache.keep(id, sorted);
    return ok(sorted);
  };

  return {
    list: async (id) => {
      const cached = cache.find(id);
      if (cached !== undefined) return ok(cached);
      return (await flights.run(id, () => look(id))).value;
    },
    forget: (id) => {
      cache.drop(id);
    },
    forgetAll: () => {
      cache.clear();
    },
  };
};

const find = async (deps: LocationDirectoryDeps, id: ConnectionId): Promise<Listed> => {
  if (isPrivateId(id)) {
    const own = await deps.privates.find(id);
    return own === undefined
      ? fail({ kind: "connection_missing", connectionId: id })
      : readOne(deps, id, own.connection.locationId);
  }
  const held = await deps.connections.find(id);
  if (held === undefined) return fail({ kind: "connection_missing", connectionId: id });
  const { companyId, locationId } = held.connection;
  if (locationId !== undefined) return readOne(deps, id, locationId);
  const all = await readInstalled(deps, id, companyId ?? "");
  if (!all.ok) return all;
  const isApproved = createApproval(held);
  return ok(all.value.filter(({ id }) => isApproved(id)));
};

const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
/** What `/locations/{id}` answers, as far as we use it. */
export const locationAnswer = z.object({
  location: z.object({ name: text, timezone: text, city: text, country: text }),
});

const readOne = async (
  deps: LocationDirectoryDeps,
  connectionId: ConnectionId,
  locationId: LocationId,
): Promise<Listed> => {
  const answer = await callWithToken(
    deps,
    { connectionId, tokenClass: "location", locationId },
    {
      url: toApiUrl(deps.settings, `/locations/${encodeURIComponent(locationId)}`),
      parse: (body) => parseWith(locationAnswer, body),
    },
  );
  if (answer.ok) {
    const { name, timezone, city, country } = answer.value.location;
    return ok([
      {
        id: locationId,
        name: name ?? locationId,
        ...(timezone === undefined ? {} : { timezone }),
        ...(city === undefined ? {} : { city }),
        ...(country === undefined ? {} : { country }),
      },
    ]);
  }
  // A grant without "locations.readonly" still knows which location it is for, only not its name.
  return answer.failure.kind === "unreadable"
    ? ok([{ id: locationId, name: locationId }])
    : fail(answer.failure);
};

const PAGE_SIZE = 100;
const MAX_PAGES = 200;

/** What `/oauth/installedLocations` answers, as far as we use it. */
export const installedAnswer = z.object({
  locations: z.array(z.object({ _id: z.string().transform(toLocationId), name: text })),
  count: z.number().optional(),
});

const readInstalled = async (
  deps: LocationDirectoryDeps,
  connectionId: ConnectionId,
  companyId: string,
): Promise<Listed> => {
  const { clientId } = getAppCredentials(deps.settings);
  const found = new Map<LocationId, LocationSummary>();
  let skip = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const url = toApiUrl(deps.settings, "/oauth/installedLocations", {
      companyId,
      appId: toAppId(clientId),
      isInstalled: "true",
      skip: String(skip),
      limit: String(PAGE_SIZE),
    });
    const answer = await callWithToken(
      deps,
      { connectionId, tokenClass: "company" },
      { url, parse: (body) => parseWith(installedAnswer, body) },
    );
    if (!answer.ok) {
      const { failure } = answer;
      return fail(failure.kind === "unreadable" ? { kind: "upstream_unavailable" } : failure);
    }
    const { locations, count } = answer.value;
    for (const { _id, name } of locations) found.set(_id, { id: _id, name: name ?? _id });
    // A page may be shorter than was asked for, so only an empty one, or the count, ends the list.
    skip += locations.length;
    if (locations.length === 0 || (count !== undefined && skip >= count)) break;
  }
  return ok([...found.values()]);
};

type CallFailure = TokenFailure | { readonly kind: "unreadable" };

/** Calls with the connection's token, and once more with a newer one if it is refused. */
const callWithToken = async <Answer>(
  deps: LocationDirectoryDeps,
  request: TokenRequest,
  call: { readonly url: string; parse(body: string): Result<Answer, string> },
): Promise<Result<Answer, CallFailure>> => {
  const given = await deps.tokens.getToken(request);
  if (!given.ok) return given;
  const first = await callApi(deps.http, { ...call, token: given.value.token });
  if (first.ok) return first;
  if (first.failure.kind !== "token_refused") return fail(toFailure(first.failure, request));
  const newer = await deps.tokens.replaceToken(request, given.value);
  if (!newer.ok) return newer;
  const second = await callApi(deps.http, { ...call, token: newer.value.token });
  return second.ok ? second : fail(toFailure(second.failure, request));
};

const toFailure = (failure: ApiFailure, { connectionId }: TokenRequest): CallFailure => {
  switch (failure.kind) {
    case "refused":
      return { kind: "unreadable" };
    case "location_inactive":
      return { kind: "suspended", connectionId };
    case "token_refused":
    case "malformed":
      return { kind: "upstream_unavailable" };
    case "unavailable":
      return {
        kind: "upstream_unavailable",
        ...(failure.retryAfterSeconds === undefined
          ? {}
          : { retryAfterSeconds: failure.retryAfterSeconds }),
      };
  }
};
