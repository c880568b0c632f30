import { chooseGeneration } from "./catalogue/choose-generation.ts";
import { createPathMatcher, placeholderNames, toBlankPath } from "./catalogue/match-path.ts";
import { type OperationFacts, readIndex, readOperation } from "./catalogue/read-catalogue.ts";
import { type Refusal, refuse } from "./gate/outcome.ts";
import type { Route } from "./gate/route.ts";
import { type ApiVersion, checkVersion } from "./gate/version.ts";

/** What stands behind a path: an endpoint with code of its own, an operation of the catalogue, or both. */
interface Place {
  readonly method: string;
  readonly path: string;
  readonly routes: readonly Route[];
  readonly operationId?: string;
}

/** Where a request goes. */
export interface Target {
  /** The operation that the request is for; absent for endpoints that the catalogue lacks. */
  readonly facts?: OperationFacts;
  /** The endpoint that answers it; absent where the answer follows from the catalogue alone. */
  readonly route?: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds where a request goes, if anywhere. The Version decides between paths that both fit. */
export type TargetFinder = (
  method: string,
  path: string,
  version: ApiVersion,
) => Target | Refusal | undefined;

/** Joins the endpoints with code of their own and the whole catalogue. */
export const createTargetFinder = (routes: readonly Route[]): TargetFinder => {
  const places = new Map<string, Place>();
  const placeOf = (method: string, path: string): Place =>
    places.get(`${method} ${toBlankPath(path)}`) ?? { method, path, routes: [] };
  const put = (place: Place): void => {
    places.set(`${place.method} ${toBlankPath(place.path)}`, place);
  };
  for (const { id, method, path } of readIndex()) {
    put({ ...placeOf(method, path), operationId: id });
  }
  for (const route of routes) {
    const place = placeOf(route.method, route.path);
    put({ ...place, routes: [...place.routes, route] });
  }
  const match = createPathMatcher(
    [...places.values()].map((place) => ({ ...place, value: place })),
  );
  return (method, path, version) => {
    const found = match(method, path).map(({ value, texts }) => toTarget(value, texts, version));
    return found.find((one) => !isRefusal(one)) ?? found[0];
  };
};

/** Whether a finding is a refusal. */
export const isRefusal = (found: object): found is Refusal => "kind" in found;

const toTarget = (
  place: Place,
  texts: readonly string[],
  version: ApiVersion,
): Target | Refusal => {
  const inVersion = place.routes.find(({ versions }) => !checkVersion(version, versions));
  const facts =
    place.operationId === undefined
      ? refuse(404, "Not Found")
      : chooseGeneration(readOperation(place.operationId), version);
  if (inVersion === undefined) {
    const [closed] = place.routes;
    // An endpoint that says in which versions it is has the last word.
    if (closed !== undefined)
      return checkVersion(version, closed.versions) ?? refuse(404, "Not Found");
    return isRefusal(facts) ? facts : { facts, params: toParams(facts.path, texts) };
  }
  return {
    ...(isRefusal(facts) ? {} : { facts }),
    route: inVersion,
    params: toParams(inVersion.path, texts),
  };
};

const toParams = (path: string, texts: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(placeholderNames(path).map((name, index) => [name, texts[index] ?? ""]));
