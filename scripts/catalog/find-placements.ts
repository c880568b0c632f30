import type { Body, Parameter, Placement } from "../../src/ghl/catalog/operation.ts";

/**
 * Where an operation takes the location, read off the names of its parameters and top-level body
 * fields. An operation may take it in several places at once.
 */
export const findPlacements = (
  parameters: readonly Parameter[],
  body: Body | undefined,
): readonly Placement[] => {
  const inPath = new Set(parameters.filter((one) => one.in === "path").map((one) => one.name));
  const inQuery = new Set(parameters.filter((one) => one.in === "query").map((one) => one.name));
  const inBody = new Set(Object.keys(body?.fields ?? {}));
  const rules: readonly (readonly [boolean, Placement])[] = [
    [inPath.has("locationId"), "path:locationId"],
    [inQuery.has("locationId"), "query:locationId"],
    [inQuery.has("location_id"), "query:location_id"],
    [inQuery.has("altId") && inQuery.has("altType"), "query:altId+altType"],
    [inQuery.has("altId") && !inQuery.has("altType"), "query:altId"],
    [inBody.has("locationId"), "body:locationId"],
    [inBody.has("altId") && inBody.has("altType"), "body:altId+altType"],
    [inBody.has("altId") && !inBody.has("altType"), "body:altId"],
  ];
  return rules.filter(([applies]) => applies).map(([, placement]) => placement);
};
