/**
 * How bad a finding is. `note`: worth knowing, or cannot be known from here. `warning`: works, but maybe
 * not as meant. `problem`: something does not work.
 */
export type Level = "ok" | "note" | "warning" | "problem";

/** What a check found, and what to do about it. */
export interface Finding {
  /** The name of the check. */
  readonly check: string;
  readonly level: Level;
  readonly text: string;
  /** There with every warning and problem. */
  readonly fix?: string;
}

/** A finding before it knows its check. */
export type Found = Omit<Finding, "check">;

/** All is well. */
export const well = (text: string): Found => ({ level: "ok", text });

/** Something to know. */
export const note = (text: string, fix?: string): Found => ({
  level: "note",
  text,
  ...(fix === undefined ? {} : { fix }),
});

/** Something that may not be as meant. */
export const warning = (text: string, fix: string): Found => ({ level: "warning", text, fix });

/** Something that does not work. */
export const problem = (text: string, fix: string): Found => ({ level: "problem", text, fix });
