import type { LocationFailure } from "../failure.ts";
import type { GhlFailure } from "../../ghl/errors.ts";

/** What a call may name. */
export interface Bounds {
  /** The one location of the call, or all that it may touch where it has none of its own. */
  readonly locations: readonly string[];
  /** The company of the connection, where it is known. */
  readonly company: string | undefined;
}

type Foreign = LocationFailure | Extract<GhlFailure, { readonly kind: "invalid_parameter" }>;

/** Deeper bodies than this are no real ones. */
const MAX_DEPTH = 32;

/**
 * Looks for a location or a company outside the bounds, anywhere in what a caller wrote: under every
 * spelling of the names, in lists, nested, and as the value of a filter. Runs before anything is asked
 * of GoHighLevel; the API client checks the places that it fills in once more (place-location.ts).
 */
export function findForeign(value: unknown, bounds: Bounds, depth = 0): Foreign | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > MAX_DEPTH) return wrong("body", "is nested too deeply");
  const entries = [...Object.entries(value), ...toFilter(value)];
  for (const [name, member] of entries) {
    const found = judge(name, member, bounds) ?? findForeign(member, bounds, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A filter says the name of a field in one member and its value in another. */
function toFilter(value: object): readonly (readonly [string, unknown])[] {
  const field: unknown = Reflect.get(value, "field");
  return typeof field === "string" ? [[field, Reflect.get(value, "value")]] : [];
}

function judge(name: string, member: unknown, bounds: Bounds): Foreign | undefined {
  if (member === undefined || member === null) return undefined;
  const values: readonly unknown[] = Array.isArray(member) ? member : [member];
  switch (toKey(name)) {
    case "locationid":
    case "locationids":
      return outside(name, values, bounds.locations);
    case "altid":
      return outside(name, values, toAltIds(bounds));
    case "companyid":
      return bounds.company === undefined || values.every((one) => one === bounds.company)
        ? undefined
        : wrong(name, "names another company than that of the connection; leave it out");
    default:
      return undefined;
  }
}

/** `locationId`, `location_id`, `LOCATION-ID` are one name. */
const toKey = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/gu, "");

/** A call of a whole company may stand for the company, too; one of a location may not. */
const toAltIds = ({ locations, company }: Bounds): readonly string[] =>
  locations.length === 1 || company === undefined ? locations : [...locations, company];

function outside(
  name: string,
  values: readonly unknown[],
  inside: readonly string[],
): Foreign | undefined {
  const foreign = values.find((one) => typeof one !== "string" || !inside.includes(one));
  if (foreign === undefined) return undefined;
  return inside.length === 1
    ? wrong(name, "names another location than the one of this call; leave it out, it is filled in")
    : {
        kind: "location_not_in_grant",
        given: typeof foreign === "string" ? foreign : JSON.stringify(foreign),
      };
}

function wrong(parameter: string, problem: string): Foreign {
  return { kind: "invalid_parameter", parameter, problem };
}
