import type { TokenAuthority } from "../oauth/tokens.ts";
import type { World } from "../world/world.ts";
import type { Caller } from "./caller.ts";
import { type Refusal, refuse } from "./outcome.ts";

/** What bearer tokens are judged by. */
export interface AuthenticateDeps {
  readonly tokens: TokenAuthority;
  /** The private integration tokens, by location id. */
  readonly privateTokens: ReadonlyMap<string, string>;
  /** The private integration token of the agency. */
  readonly agencyPrivateToken: string;
  readonly world: World;
}

/** Finds out who sent a request; expired, revoked, forged and missing tokens are refused alike. */
export const authenticate = (
  deps: AuthenticateDeps,
  authorization: string | undefined,
): Caller | Refusal => {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) return refuse(401, "Invalid JWT");
  if (token.startsWith("pit-")) return findPrivateCaller(deps, token);
  const installation = deps.tokens.readAccess(token);
  if (installation === undefined) return refuse(401, "Invalid JWT");
  const { companyId, locationId, locationIds, scopes, userId } = installation;
  return locationId === undefined
    ? {
        kind: "company",
        companyId,
        locationIds: [...locationIds, ...deps.world.laterLocationIds],
        scopes,
        userId,
      }
    : { kind: "location", companyId, locationId, locationIds, scopes, userId };
};

const findPrivateCaller = (deps: AuthenticateDeps, token: string): Caller | Refusal => {
  if (token === deps.agencyPrivateToken) {
    return {
      kind: "agency_private",
      companyId: deps.world.company.id,
      locationIds: deps.world.locations.map(({ id }) => id),
      scopes: "all",
      userId: "",
    };
  }
  const entry = [...deps.privateTokens].find(([, known]) => known === token);
  if (entry === undefined) return refuse(401, "Invalid Private Integration token");
  const [locationId] = entry;
  return {
    kind: "private",
    companyId: deps.world.company.id,
    locationId,
    locationIds: [locationId],
    scopes: "all",
    userId: "",
  };
};
