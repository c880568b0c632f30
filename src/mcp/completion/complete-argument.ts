import type { LocationId } from "../../core/ids.ts";
import { findPlace, listPlaces } from "../place.ts";
import { LOCATION_ARGUMENT } from "../location-fields.ts";
import { chooseLocation } from "../pin-location.ts";
import { promptsWithin, toArguments } from "../prompts/list-prompts.ts";
import type { CompletionSource } from "../prompts/prompt.ts";
import { kindsWithin } from "../resources/resource-kind.ts";
import { readRecords } from "../resources/read-resource.ts";
import { type CompletionDeps, type CompletionRequest, matchTyped } from "./completion.ts";

/**
 * The values of a prompt's argument: names, since people read them and every tool takes them. Nothing
 * for what the grant does not reach, or while GoHighLevel does not answer: a completion is a courtesy.
 */
export const completeArgument = async (
  promptName: string,
  request: CompletionRequest,
  deps: CompletionDeps,
): Promise<readonly string[]> => {
  const { principal, argument } = request;
  const prompt = promptsWithin(principal).find(({ name }) => name === promptName);
  if (prompt === undefined) return [];
  const pinned = await findPlace(principal, deps);
  const source = toArguments(prompt, pinned).find(({ name }) => name === argument.name);
  if (source?.completeFrom === undefined) return [];
  return matchTyped(
    await namesOf(source.completeFrom, { ...request, pinned }, deps),
    argument.value,
  );
};

/** A request, and the one location of its grant if there is but one. */
interface PlacedRequest extends CompletionRequest {
  readonly pinned: LocationId | undefined;
}

const namesOf = async (
  source: CompletionSource,
  { principal, context, pinned }: PlacedRequest,
  deps: CompletionDeps,
): Promise<readonly string[]> => {
  if (source === "locations") {
    const places = await listPlaces(principal, deps, deps.signal);
    return places.ok ? places.value.map(({ name }) => name) : [];
  }
  const kind = kindsWithin(principal.areas).find(({ name }) => name === source);
  const location = pinned ?? (await findNamed(principal, context[LOCATION_ARGUMENT], deps));
  if (kind === undefined || location === undefined) return [];
  const records = await readRecords({ kind, location, principal }, deps);
  return records.ok
    ? records.value.flatMap(({ name }) => (typeof name === "string" ? [name] : []))
    : [];
};

/** The location that the other arguments name; undefined where they name none of the grant. */
const findNamed = async (
  principal: CompletionRequest["principal"],
  named: string | undefined,
  deps: CompletionDeps,
): Promise<LocationId | undefined> => {
  if (named === undefined) return undefined;
  const chosen = await chooseLocation(named, principal, deps);
  return chosen.ok ? chosen.value : undefined;
};
