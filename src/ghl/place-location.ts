import type { LocationId } from "../core/ids.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Operation, Placement } from "./catalog/operation.ts";
import { isPlainObject } from "./coerce-value.ts";
import type { GhlFailure } from "./errors.ts";

type Values = Readonly<Record<string, unknown>>;

/** What a caller gave for an operation, by wire names. */
export interface CallValues {
  readonly parameters: Values;
  readonly body: unknown;
}

const SINGLE_NAMES: readonly string[] = ["locationId", "location_id", "altId"];
const LIST_NAMES: readonly string[] = ["locationIds"];
const LOCATION_NAMES: readonly string[] = [...SINGLE_NAMES, "altType"];

/** Deeper bodies than this are no real ones. */
const MAX_DEPTH = 32;

/**
 * Puts the location into every place where the operation takes it. Refuses a call that names another
 * location anywhere, top level or nested: nothing a caller writes can move a call out of the location
 * that it was given. A matching location in a place that the operation does not know is dropped.
 */
export const placeLocation = (
  operation: Operation,
  values: CallValues,
  locationId: LocationId,
): Result<CallValues, GhlFailure> => {
  const conflict =
    findConflict(values.parameters, locationId) ?? findConflict(values.body, locationId);
  if (conflict !== undefined) return fail(conflict);
  const inQueryOrPath = operation.location.filter((placement) => !placement.startsWith("body:"));
  const inBody = operation.location.filter((placement) => placement.startsWith("body:"));
  return ok({
    parameters: place(values.parameters, inQueryOrPath, locationId),
    body: placeInBody(values.body, inBody, locationId),
  });
};

const place = (
  values: Values,
  placements: readonly Placement[],
  locationId: LocationId,
): Values => {
  if (placements.length === 0 && !LOCATION_NAMES.some((name) => Object.hasOwn(values, name))) {
    return values;
  }
  return {
    ...Object.fromEntries(
      Object.entries(values).filter(([name]) => !LOCATION_NAMES.includes(name)),
    ),
    ...Object.assign({}, ...placements.map((placement) => toValues(placement, locationId))),
  };
};

const placeInBody = (
  body: unknown,
  placements: readonly Placement[],
  locationId: LocationId,
): unknown => {
  if (body === undefined) {
    return placements.length === 0 ? undefined : place({}, placements, locationId);
  }
  return isPlainObject(body) ? place(body, placements, locationId) : body;
};

const toValues = (placement: Placement, locationId: LocationId): Values => {
  switch (placement) {
    case "path:locationId":
    case "query:locationId":
    case "body:locationId":
      return { locationId };
    case "query:location_id":
      return { location_id: locationId };
    case "query:altId":
    case "body:altId":
      return { altId: locationId };
    case "query:altId+altType":
    case "body:altId+altType":
      return { altId: locationId, altType: "location" };
  }
};

const findConflict = (
  value: unknown,
  locationId: LocationId,
  depth = 0,
): GhlFailure | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > MAX_DEPTH) {
    return { kind: "invalid_parameter", parameter: "body", problem: "is nested too deeply" };
  }
  for (const [name, member] of Object.entries(value)) {
    const found = namesAnother(name, member, locationId)
      ? conflictOver(name)
      : findConflict(member, locationId, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
};

const namesAnother = (name: string, member: unknown, locationId: LocationId): boolean => {
  if (member === undefined || member === null) return false;
  if (SINGLE_NAMES.includes(name)) return member !== locationId;
  if (name === "altType") return member !== "location";
  if (!LIST_NAMES.includes(name)) return false;
  return !Array.isArray(member) || member.some((one) => one !== locationId);
};

const conflictOver = (name: string): GhlFailure => ({
  kind: "invalid_parameter",
  parameter: name,
  problem: "names another location than the one of this call; leave it out, it is filled in",
});
