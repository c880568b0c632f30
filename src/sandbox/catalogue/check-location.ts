import type { Placement } from "../../ghl/catalog/operation.ts";
import { reaches } from "../gate/caller.ts";
import { isJsonObject } from "../gate/fields.ts";
import { type Refusal, refuse } from "../gate/outcome.ts";
import { bodyFields, type OperationCall } from "./call.ts";

const NO_ACCESS = "The token does not have access to this location.";
const NO_COMPANY = "The token does not have access to this company.";

/** A request as far as locations go. */
type Placed = Pick<OperationCall, "params" | "query" | "body">;

/** Every place of a request in which a location stands, by the catalogue's name for the place. */
export const findPlacements = ({
  params,
  query,
  body,
}: Placed): Readonly<Partial<Record<Placement, string>>> => {
  const fields = bodyFields(body);
  const places: readonly (readonly [Placement, unknown])[] = [
    ["path:locationId", params["locationId"]],
    ["query:locationId", query["locationId"]?.[0]],
    ["query:location_id", query["location_id"]?.[0]],
    [query["altType"] === undefined ? "query:altId" : "query:altId+altType", query["altId"]?.[0]],
    ["body:locationId", fields["locationId"]],
    [fields["altType"] === undefined ? "body:altId" : "body:altId+altType", fields["altId"]],
  ];
  return Object.fromEntries(places.filter(([, value]) => typeof value === "string"));
};

/**
 * Refuses a request that names a location or a company out of its token's reach, in any place, and
 * one that lacks a location which the operation requires.
 */
export const checkLocation = (call: OperationCall): Refusal | undefined => {
  const { facts, caller } = call;
  const placed = findPlacements(call);
  const missing = facts.location.some(
    (place) => isRequired(facts, place) && placed[place] === undefined,
  );
  const altTypes = [call.query["altType"]?.[0], bodyFields(call.body)["altType"]];
  const isOfLocation = altTypes.every((type) => type === undefined || type === "location");
  const ids = [...Object.values(placed), ...listedLocations(call)];
  if (missing || !isOfLocation || ids.some((id) => !reaches(caller, id))) {
    return refuse(403, NO_ACCESS);
  }
  return namesForeignCompany(call) ? refuse(403, NO_COMPANY) : undefined;
};

const isRequired = (
  { parameters, body }: OperationCall["facts"],
  placement: Placement,
): boolean => {
  const [place = "", names = ""] = placement.split(":");
  return names
    .split("+")
    .some((name) =>
      place === "body"
        ? body?.fields?.[name]?.required === true
        : parameters.some((one) => one.in === place && one.name === name && one.required === true),
    );
};

/** `locationIds` of a body, wherever in it they stand. */
const listedLocations = ({ body }: OperationCall): string[] => {
  const collect = (value: unknown, depth: number): string[] => {
    if (depth > 20 || typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([name, member]: [string, unknown]) =>
      name === "locationIds" && Array.isArray(member)
        ? member.filter((one) => typeof one === "string")
        : collect(member, depth + 1),
    );
  };
  return isJsonObject(body.value) ? collect(body.value, 0) : [];
};

const namesForeignCompany = ({ caller, params, query, body }: OperationCall): boolean =>
  [params["companyId"], query["companyId"]?.[0], bodyFields(body)["companyId"]].some(
    (id) => typeof id === "string" && id !== caller.companyId,
  );
