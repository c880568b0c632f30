import type { JsonObject } from "../gate/fields.ts";
import type { World } from "../world/world.ts";
import type { OperationCall } from "./call.ts";
import { findPlacements } from "./check-location.ts";
import { readParameter } from "./check-value.ts";
import { FAMILIES } from "./families.ts";
import type { FamilyCall, SeedContext } from "./family.ts";
import { type FillContext, fillShape } from "./fill-shape.ts";
import { collectionKind, findRole } from "./find-role.ts";
import { placeholderNames, toBlankPath } from "./match-path.ts";
import { readAnswer } from "./read-catalogue.ts";
import type { RecordStore } from "./record-store.ts";

/** What answering takes besides the call itself. */
export interface AnswerDeps {
  readonly seed: number;
  readonly world: World;
  readonly records: RecordStore;
  /** ISO 8601. */
  readonly now: string;
  readonly isV3: boolean;
  readonly shelve: FamilyCall["shelve"];
  readonly newId: () => string;
  readonly traceId: () => string;
}

/** How many records a listing starts with: more than a page where it has pages. */
const SEED_COUNTS = { pages: 23, list: 5, created: 0, unknown: 5 } as const;

/** Puts together everything that answering a judged call takes. */
export const prepareCall = (deps: AnswerDeps, call: OperationCall): FamilyCall => {
  const { facts, caller, params } = call;
  const locationId = caller.locationId ?? Object.values(findPlacements(call))[0];
  const role = findRole(facts);
  const answer = readAnswer(facts.id, facts.generation);
  const query = readQuery(call);
  const recordId = toRecordId(call);
  const fill: FillContext = {
    seed: deps.seed,
    world: deps.world,
    companyId: caller.companyId,
    ...(locationId !== undefined && { locationId }),
  };
  const owner = locationId ?? caller.companyId;
  return {
    facts,
    call,
    role,
    query,
    fill,
    isV3: deps.isV3,
    world: deps.world,
    now: deps.now,
    shelve: deps.shelve,
    newId: deps.newId,
    traceId: deps.traceId,
    ...(locationId !== undefined && { locationId }),
    ...(recordId !== undefined && { recordId }),
    answer,
    echo: { ...query, ...params, companyId: caller.companyId, statusCode: answer.status },
    fillAny: (shape) => fillShape(shape, { key: facts.id, name: recordId ?? "" }, fill),
    isKept: collectionKind(role.collection) !== "unknown",
    isForeign: (id) =>
      ![undefined, owner].includes(deps.records.ownerOf(fillPath(role.collection, params), id)),
    collection: (template = role.collection) => {
      const path = fillPath(template, params);
      return deps.records.open({
        owner,
        path,
        seeds: () => toSeeds(toBlankPath(template), { ...fill, path }),
      });
    },
  };
};

const toSeeds = (blankPath: string, context: SeedContext): readonly JsonObject[] => {
  const own = FAMILIES.find(({ seeds }) => seeds !== undefined && blankPath in seeds);
  return (
    own?.seeds?.[blankPath]?.(context) ??
    Array.from({ length: SEED_COUNTS[collectionKind(blankPath)] }, () => ({}))
  );
};

/** A path with its placeholders filled in. */
const fillPath = (template: string, params: OperationCall["params"]): string =>
  template.replaceAll(/\{([^}]+)\}/gu, (_, name: string) => params[name] ?? "");

const readQuery = ({ facts, query }: OperationCall): JsonObject =>
  Object.fromEntries(
    facts.parameters.flatMap((parameter) => {
      const texts = parameter.in === "query" ? query[parameter.name] : undefined;
      return texts === undefined ? [] : [[parameter.name, readParameter(parameter, texts)]];
    }),
  );

const toRecordId = ({ facts, params }: OperationCall): string | undefined => {
  const name = placeholderNames(facts.path).at(-1);
  return name === undefined || name === "locationId" ? undefined : params[name];
};
