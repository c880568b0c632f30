import { toFieldRules } from "../gate/field-rules.ts";
import { textOf, numberOf } from "../gate/fields.ts";
import { type Caller, reaches } from "../gate/caller.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import {
  ANY_CALLERS,
  type ApiCall,
  LOCATION_CALLERS,
  LOCATION_IN_QUERY,
  type Route,
} from "../gate/route.ts";
import type { User } from "../world/people.ts";

const shared = { method: "GET", scope: "users.readonly" } as const;

/** The endpoints of users. */
export const userRoutes: readonly Route[] = [
  {
    ...shared,
    path: "/users/",
    versions: "dated",
    callers: LOCATION_CALLERS,
    location: LOCATION_IN_QUERY,
    query: () => toFieldRules("locationId:string!"),
    handle: ({ world, query }) =>
      answer(200, {
        users: world.users
          .filter((user) => user.locationIds.includes(textOf(query["locationId"])))
          .map(presentUser),
      }),
  },
  {
    ...shared,
    path: "/users/search",
    versions: "all",
    callers: ANY_CALLERS,
    location: { in: "caller" },
    query: () =>
      toFieldRules(
        `companyId:string! query:string skip:number limit:number locationId:string type:string
         role:string ids:string sort:string sortDirection:string enabled2waySync:boolean`,
      ),
    handle: (call) => searchUsers(call),
  },
  {
    ...shared,
    path: "/users/:id",
    versions: "all",
    callers: ANY_CALLERS,
    location: { in: "caller" },
    handle: ({ world, params, caller }) => {
      const user = world.users.find(({ id }) => id === params["id"]);
      if (user === undefined) return refuse(404, `User with id ${textOf(params["id"])} not found`);
      return isVisible(caller, user)
        ? answer(200, presentUser(user))
        : refuse(403, "The token does not have access to this location.");
    },
  },
];

const searchUsers = ({ caller, query, world }: ApiCall): Outcome => {
  const { companyId, locationId, type, role, ids } = query;
  const isForeign = locationId !== undefined && !reaches(caller, textOf(locationId));
  if (companyId !== caller.companyId || isForeign) {
    return refuse(403, "The token does not have access to this location.");
  }
  const words = textOf(query["query"]).toLowerCase();
  const wantedIds = typeof ids === "string" ? ids.split(",") : undefined;
  const found = world.users.filter(
    (user) =>
      isVisible(caller, user) &&
      (locationId === undefined || user.locationIds.includes(textOf(locationId))) &&
      (type === undefined || user.type === type) &&
      (role === undefined || user.role === role) &&
      (wantedIds === undefined || wantedIds.includes(user.id)) &&
      `${user.firstName} ${user.lastName} ${user.email}`.toLowerCase().includes(words),
  );
  const skip = numberOf(query["skip"], 0);
  const limit = numberOf(query["limit"], 25);
  return answer(200, {
    users: found.slice(skip, skip + limit).map(presentUser),
    count: found.length,
  });
};

/** An agency sees everyone; a location sees those who work in it. */
export const isVisible = (caller: Caller, user: User): boolean =>
  caller.kind === "company" || user.locationIds.some((id) => reaches(caller, id));

/** A user as every endpoint answers it; never with a password. */
export const presentUser = (user: User) => ({
  id: user.id,
  name: `${user.firstName} ${user.lastName}`,
  firstName: user.firstName,
  lastName: user.lastName,
  email: user.email,
  phone: user.phone,
  extension: "",
  permissions: { contactsEnabled: true, opportunitiesEnabled: true, assignedDataOnly: false },
  scopes: [],
  roles: {
    type: user.type,
    role: user.role,
    locationIds: user.locationIds,
    restrictSubAccount: false,
  },
  deleted: false,
});
