import { toOperationId } from "../../core/ids.ts";
import type {
  GeneratedIndex,
  GeneratedOperation,
  Operation,
  OperationSummary,
} from "./operation.ts";
import { findArea } from "./overlays/area.ts";
import { patchBody, patchedPlacements } from "./overlays/body.ts";
import { classify } from "./overlays/class.ts";
import { patchParameters } from "./overlays/parameter.ts";
import { chooseTokenClass } from "./overlays/token-class.ts";
import { chooseGeneration } from "./overlays/version.ts";
import { appOf, wordsOf } from "./words.ts";

/** An index entry with its class, area and summary. */
export const toSummary = (entry: GeneratedIndex["operations"][number]): OperationSummary => {
  const app = appOf(entry.id);
  const area = findArea(entry.id, app);
  if (area === undefined) throw new Error(`app "${app}" has no area`);
  return {
    id: toOperationId(entry.id),
    app,
    method: entry.method,
    path: entry.path,
    class: classify(entry.id, entry.method),
    area,
    deprecated: entry.deprecated === true,
    summary: wordsOf(entry.id).summary,
  };
};

/** Chooses the generation to call and applies every overlay. */
export const resolveOperation = (generated: GeneratedOperation): Operation => {
  const { id, method } = generated;
  const { generation, version, facts } = chooseGeneration(generated);
  const body = patchBody(id, facts.body);
  return {
    ...toSummary({ id, method, path: facts.path }),
    deprecated: facts.deprecated === true,
    generation,
    version,
    parameters: patchParameters(id, facts.parameters),
    ...(body !== undefined && { body }),
    scopes: facts.scopes,
    tokenClass: chooseTokenClass(id, facts.tokenClass),
    oauthOnly: facts.oauthOnly === true,
    upload: facts.upload === true,
    location: [...facts.location, ...patchedPlacements(id)],
  };
};
