import { type Refusal, refuse } from "../gate/outcome.ts";
import type { ApiVersion } from "../gate/version.ts";
import type { OperationFacts, OperationPair } from "./read-catalogue.ts";

/**
 * The generation of an operation that a Version stands for (gohighlevel.md §4.8): v3 for `v3`, v2 for
 * the dated ones. A v3 spec that itself declares a dated Version is the newer word about that one. What
 * only the other generation has is refused.
 */
export const chooseGeneration = (
  { v2, v3 }: OperationPair,
  version: ApiVersion,
): OperationFacts | Refusal => {
  if (version === "v3") {
    return v3 ?? refuse(400, "This API endpoint has been removed in version v3");
  }
  const isDated = v3?.version !== undefined && v3.version !== "v3";
  return (isDated ? v3 : v2) ?? refuse(404, "Not Found");
};
