import { type LocationId, type OperationId, toLocationId, toOperationId } from "../../core/ids.ts";
import { RESOURCE_KINDS, type ResourceKind } from "./resource-kind.ts";

/** What an address names. */
export type ResourceTarget =
  | { readonly of: "location"; readonly locationId: LocationId; readonly kind: ResourceKind }
  | { readonly of: "operation"; readonly operation: OperationId };

/** The template of a location's resources (RFC 6570, level 1). */
export const LOCATION_TEMPLATE = "ghl://locations/{location}/{resource}";

/** The template of the descriptions of operations. */
export const OPERATION_TEMPLATE = "ghl://operations/{operation}";

/** The address of one kind of a location's resources. */
export const toLocationUri = (locationId: LocationId, { name }: Pick<ResourceKind, "name">) =>
  `ghl://locations/${encodeURIComponent(locationId)}/${name}`;

const LOCATION = /^ghl:\/\/locations\/([A-Za-z0-9_-]{1,64})\/([a-z-]{1,32})$/u;
const OPERATION = /^ghl:\/\/operations\/([A-Za-z0-9.-]{1,80})$/u;

/**
 * Reads an address; undefined for whatever is not written exactly as this server writes it, so that one
 * resource has one address.
 */
export const readResourceUri = (uri: string): ResourceTarget | undefined => {
  const operation = OPERATION.exec(uri)?.[1];
  if (operation !== undefined) return { of: "operation", operation: toOperationId(operation) };
  const [, locationId, name] = LOCATION.exec(uri) ?? [];
  const kind = RESOURCE_KINDS.find((one) => one.name === name);
  return locationId === undefined || kind === undefined
    ? undefined
    : { of: "location", locationId: toLocationId(locationId), kind };
};
