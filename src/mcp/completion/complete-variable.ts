import { listOperations } from "../../ghl/catalog/index.ts";
import { coversOperation } from "../operations/allow-operation.ts";
import { kindsWithin } from "../resources/resource-kind.ts";
import { LOCATION_TEMPLATE, OPERATION_TEMPLATE } from "../resources/resource-uri.ts";
import { listPlaces } from "../place.ts";
import { type CompletionDeps, type CompletionRequest, matchTyped } from "./completion.ts";

/** The values of a template's variable. A location is found by its name, and completed to its id. */
export const completeVariable = async (
  template: string,
  { principal, argument }: CompletionRequest,
  deps: CompletionDeps,
): Promise<readonly string[]> => {
  if (template === OPERATION_TEMPLATE && argument.name === "operation") {
    return matchTyped(
      listOperations()
        .filter((operation) => coversOperation(operation, principal))
        .map(({ id }) => id),
      argument.value,
    );
  }
  if (template !== LOCATION_TEMPLATE) return [];
  if (argument.name === "resource") {
    return matchTyped(
      kindsWithin(principal.areas).map(({ name }) => name),
      argument.value,
    );
  }
  if (argument.name !== "location") return [];
  const places = await listPlaces(principal, deps, deps.signal);
  if (!places.ok) return [];
  const wanted = argument.value.trim().toLowerCase();
  return places.value
    .filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(wanted))
    .map(({ id }) => id);
};
