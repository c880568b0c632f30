import { type Result, fail } from "../core/result.ts";
import type { ToolFailure } from "./failure.ts";

/** A refusal of one argument: what is wrong with it, and what would be right. Pure. */
export function wrongArgument(argument: string, problem: string): Result<never, ToolFailure> {
  return fail({ kind: "invalid_arguments", problems: [{ argument, problem }] });
}
