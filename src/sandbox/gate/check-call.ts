import type { World } from "../world/world.ts";
import { type Caller, reaches } from "./caller.ts";
import { checkFields, type Fields, type JsonObject } from "./fields.ts";
import { type Refusal, refuse } from "./outcome.ts";
import type { LocationPlace, Route } from "./route.ts";

/** A request with a known version and caller, and a route that it fits. */
export interface GateInput {
  readonly route: Route;
  readonly caller: Caller;
  readonly isV3: boolean;
  readonly params: Readonly<Record<string, string>>;
  readonly query: JsonObject;
  readonly body: JsonObject;
  readonly world: World;
}

const WRONG_USER_TYPE = "Token's user type mismatch!";
const WRONG_CLASS =
  "This authClass type is not allowed to access this scope. Please reach out to the Developer Support team.";
const NO_ACCESS = "The token does not have access to this location.";

/** The checks after the token itself, in the order in which GoHighLevel makes them. */
const CHECKS: readonly ((input: GateInput) => Refusal | undefined)[] = [
  ({ route, caller }) =>
    route.callers.includes(caller.kind)
      ? undefined
      : refuse(401, caller.kind === "agency_private" ? WRONG_USER_TYPE : WRONG_CLASS),
  ({ route, caller }) =>
    caller.scopes === "all" || route.scope === undefined || caller.scopes.includes(route.scope)
      ? undefined
      : refuse(401, "The token is not authorized for this scope."),
  (input) => checkLocation(input, input.route.location),
  ({ route, query, isV3 }) => checkAgainst(route.query?.(isV3) ?? {}, query, isV3),
  ({ route, body, isV3 }) => checkAgainst(route.body?.(isV3) ?? {}, body, isV3),
];

/** The first thing that is wrong with a request; undefined: it may be handled. */
export const checkCall = (input: GateInput): Refusal | undefined => {
  for (const check of CHECKS) {
    const refusal = check(input);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

const checkLocation = (input: GateInput, place: LocationPlace): Refusal | undefined => {
  switch (place.in) {
    case "caller":
      return undefined;
    case "record": {
      const id = input.params["id"] ?? "";
      const record = place.find(input.world, id);
      if (record === undefined) return refuse(404, `${place.name} with id ${id} not found`);
      return reaches(input.caller, record.locationId) ? undefined : refuse(403, NO_ACCESS);
    }
    case "path":
      return checkAccess(input.caller, input.params[place.param]);
    case "query":
      return checkAccess(input.caller, input.query[input.isV3 ? place.v3 : place.dated]);
    case "body":
      return checkAccess(input.caller, input.body[input.isV3 ? place.v3 : place.dated]);
  }
};

/** A missing location is refused like a foreign one. */
const checkAccess = (caller: Caller, locationId: unknown): Refusal | undefined =>
  typeof locationId === "string" && reaches(caller, locationId)
    ? undefined
    : refuse(403, NO_ACCESS);

const checkAgainst = (fields: Fields, value: JsonObject, isV3: boolean): Refusal | undefined => {
  const complaints = checkFields(fields, value, isV3);
  return complaints.length === 0 ? undefined : refuse(422, complaints);
};
