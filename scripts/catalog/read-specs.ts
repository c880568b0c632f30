import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { byCodeUnit, isObject, toList, toObject, toStrings, type JsonObject } from "./json.ts";

/** One method of one path of one spec file. */
export interface SpecOperation {
  readonly generation: "v2" | "v3";
  readonly app: string;
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly node: JsonObject;
  /** Finds the schema behind a `$ref`; undefined where the reference is broken. */
  readonly resolve: (reference: string) => JsonObject | undefined;
  /** Scopes that the documentation names where the spec does not. */
  readonly documentedScopes: readonly string[];
}

const METHODS = ["get", "post", "put", "patch", "delete"];

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));

/** Which of the inputs under `specsFolder` are missing; empty when the catalogue can be built. */
export const findMissingInputs = (specsFolder: string): readonly string[] =>
  [
    join(specsFolder, "v2"),
    join(specsFolder, "v3"),
    join(specsFolder, "common", "common-schemas.json"),
    join(specsFolder, "..", "catalogue.json"),
  ].filter((path) => !existsSync(path));

/** Reads every operation of both generations, in file, path and method order. */
export const readSpecs = (specsFolder: string): readonly SpecOperation[] => {
  const common = toObject(readJson(join(specsFolder, "common", "common-schemas.json")));
  const scopes = readDocumentedScopes(join(specsFolder, "..", "catalogue.json"));
  return (["v2", "v3"] as const).flatMap((generation) =>
    readdirSync(join(specsFolder, generation))
      .filter((name) => name.endsWith(".json"))
      .toSorted(byCodeUnit)
      .flatMap((name) => {
        const spec = toObject(readJson(join(specsFolder, generation, name)));
        const app = name.replace(/(?:-v3)?\.json$/u, "");
        return readFile({ generation, app, spec, resolve: createResolver(spec, common), scopes });
      }),
  );
};

const scopeKey = (generation: unknown, method: unknown, path: unknown): string =>
  [generation, method, path].join(" ");

const readDocumentedScopes = (file: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    toList(readJson(file))
      .filter(isObject)
      .map((entry) => [
        scopeKey(entry["spec"], entry["method"], entry["path"]),
        toStrings(entry["scopesEffective"]),
      ]),
  );

// The v3 specs refer to the common file by a path that does not exist, so only the name counts.
const createResolver =
  (spec: JsonObject, common: JsonObject) =>
  (reference: string): JsonObject | undefined => {
    const source = reference.startsWith("#") ? spec : common;
    const schemas = toObject(toObject(source["components"])["schemas"]);
    const found = schemas[reference.slice(reference.lastIndexOf("/") + 1)];
    return isObject(found) ? found : undefined;
  };

interface SpecFile {
  readonly generation: "v2" | "v3";
  readonly app: string;
  readonly spec: JsonObject;
  readonly resolve: SpecOperation["resolve"];
  readonly scopes: ReadonlyMap<string, readonly string[]>;
}

const readFile = ({ generation, app, spec, resolve, scopes }: SpecFile): SpecOperation[] =>
  Object.entries(toObject(spec["paths"])).flatMap(([path, item]) =>
    Object.entries(toObject(item))
      .filter(([method]) => METHODS.includes(method))
      .map(([lowerCaseMethod, value]) => {
        const node = toObject(value);
        const method = lowerCaseMethod.toUpperCase();
        return {
          generation,
          app,
          method,
          path,
          operationId: String(node["operationId"]),
          node,
          resolve,
          documentedScopes: scopes.get(scopeKey(generation, method, path)) ?? [],
        };
      }),
  );
