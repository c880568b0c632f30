import type { AreaId } from "../../core/access.ts";

/** What an argument's values are completed from. */
export type CompletionSource = "locations" | "pipelines" | "users";

/** One argument of a prompt. All are optional: a prompt says what it assumes. */
export interface PromptArgument {
  readonly name: string;
  readonly description: string;
  readonly completeFrom?: CompletionSource;
}

/** A job that people do again and again, worded for an assistant. */
export interface Prompt {
  /** snake_case. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The areas that it reads; a grant without one of them does not get it. */
  readonly areas: readonly AreaId[];
  /** Its own arguments; those of a grant with several locations get `location` in front. */
  readonly arguments: readonly PromptArgument[];
  /** The job in numbered steps. `where` names the location. Pure. */
  readonly toSteps: (
    given: Readonly<Record<string, string | undefined>>,
    where: string,
  ) => readonly string[];
}

/** Declares a prompt. */
export const definePrompt = (prompt: Prompt): Prompt => Object.freeze(prompt);
