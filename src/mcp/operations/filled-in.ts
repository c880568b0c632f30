import type { Operation } from "../../ghl/catalog/operation.ts";
import { findPagination } from "../../ghl/catalog/overlays/pagination.ts";
import { pagingNames } from "./list-cursor.ts";

/** The names that mean the location. */
const LOCATION_NAMES: ReadonlySet<string> = new Set([
  "locationId",
  "location_id",
  "altId",
  "altType",
]);

/** The names that a caller of this operation never gives: its location, and its company. */
export function filledInNames({ location }: Operation): ReadonlySet<string> {
  const placed = location.flatMap((place) => place.slice(place.indexOf(":") + 1).split("+"));
  return new Set([...placed.filter((name) => LOCATION_NAMES.has(name)), "companyId"]);
}

/** The names that a caller may leave out even where GoHighLevel requires them: those, and of paging. */
export function optionalNames(operation: Operation): ReadonlySet<string> {
  const pagination = findPagination(operation.id);
  const paging = pagination === undefined ? [] : pagingNames(pagination);
  return new Set([...filledInNames(operation), ...paging]);
}
