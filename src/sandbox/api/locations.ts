import { toFieldRules } from "../gate/field-rules.ts";
import { numberOf } from "../gate/fields.ts";
import { reaches } from "../gate/caller.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { ANY_CALLERS, type ApiCall, type Route } from "../gate/route.ts";
import type { Location } from "../world/people.ts";

/** The location that a path names. */
export const IN_PATH = { in: "path", param: "id" } as const;
const shared = { method: "GET", versions: "all" } as const;

/** The endpoints that read locations. */
export const locationRoutes: readonly Route[] = [
  {
    ...shared,
    path: "/locations/search",
    scope: "locations.readonly",
    callers: ANY_CALLERS,
    location: { in: "caller" },
    query: () =>
      toFieldRules("companyId:string skip:number limit:number order:string email:string"),
    handle: (call) => searchLocations(call),
  },
  {
    ...shared,
    path: "/locations/:id",
    scope: "locations.readonly",
    callers: ANY_CALLERS,
    location: IN_PATH,
    handle: ({ world, params, traceId }) => {
      const location = world.locations.find(({ id }) => id === params["id"]);
      return location === undefined
        ? refuse(404, "Location not found")
        : answer(200, { location: presentLocation(location), traceId: traceId() });
    },
  },
];

/** A private integration token of a location may not search, whatever its scopes. */
const searchLocations = ({ caller, query, world }: ApiCall): Outcome => {
  const { companyId, email } = query;
  const isForeign = companyId !== undefined && companyId !== caller.companyId;
  if (caller.kind === "private" || isForeign) {
    return refuse(403, "The token does not have access to this location.");
  }
  const direction = query["order"] === "desc" ? -1 : 1;
  const skip = numberOf(query["skip"], 0);
  const limit = numberOf(query["limit"], 10);
  const found = world.locations
    .filter(
      (location) =>
        reaches(caller, location.id) && (email === undefined || location.email === email),
    )
    .toSorted((left, right) => left.name.localeCompare(right.name, "en") * direction);
  return answer(200, { locations: found.slice(skip, skip + limit).map(presentLocation) });
};

/** A location as every endpoint answers it. */
export const presentLocation = (location: Location) => {
  const { allowDuplicateContact, ...rest } = location;
  const { name, address, city, state, country, postalCode, website, timezone } = location;
  return {
    ...rest,
    business: { name, address, city, state, country, postalCode, website, timezone },
    social: {},
    settings: {
      allowDuplicateContact,
      allowDuplicateOpportunity: false,
      allowFacebookNameMerge: false,
      disableContactTimezone: false,
    },
  };
};
