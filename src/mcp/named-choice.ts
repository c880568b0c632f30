import { type Result, ok } from "../core/result.ts";
import type { ToolFailure } from "./failure.ts";
import { clip } from "./text.ts";
import { wrongArgument } from "./wrong-argument.ts";

/** Something that a person knows by its name and GoHighLevel by its id. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Whether this is what was asked for: by its id, or by its name with letter case aside. Pure. */
export function isCalled({ id, name }: Named, wanted: string): boolean {
  return id === wanted || name.trim().toLowerCase() === wanted.trim().toLowerCase();
}

/** A failure that names what can be chosen instead, at most ten. Pure. */
export function wrongChoice(
  argument: string,
  choices: readonly string[],
  nothing: string,
): Result<never, ToolFailure> {
  const shown = [...new Set(choices)].slice(0, 10).map((choice) => `"${clip(choice, 60)}"`);
  const problem =
    shown.length === 0 ? `names nothing: ${nothing}` : `must name one of ${shown.join(", ")}`;
  return wrongArgument(argument, problem);
}

/** The one that was asked for by id or name; several of one name are told apart by their ids. Pure. */
export function chooseNamed<One extends Named>(
  argument: string,
  wanted: string,
  all: readonly One[],
): Result<One, ToolFailure> {
  const hits = all.filter((one) => isCalled(one, wanted));
  const [hit] = hits;
  if (hit !== undefined && hits.length === 1) return ok(hit);
  const choices = hits.length > 1 ? hits.map(toLabel) : all.map(({ name }) => name);
  return wrongChoice(argument, choices, "this location has none");
}

/** Name and id. */
export function toLabel({ id, name }: Named): string {
  return `${name} (${id})`;
}
