import type { z } from "zod";
import type { ArgumentProblem } from "./failure.ts";
import { clip } from "./text.ts";

const MAX_PROBLEMS = 5;

/**
 * Turns zod's findings into what the caller should change: the argument by name, what is wrong, what
 * would be right. Values are not echoed; they may be long, or private.
 */
export function toArgumentProblems(
  error: z.ZodError,
  rawArguments: unknown,
  accepted: z.ZodObject,
): readonly ArgumentProblem[] {
  return error.issues
    .flatMap((issue) => toProblems(issue, rawArguments, accepted))
    .slice(0, MAX_PROBLEMS);
}

function toProblems(
  issue: z.core.$ZodIssue,
  rawArguments: unknown,
  accepted: z.ZodObject,
): readonly ArgumentProblem[] {
  const argument = clip(issue.path.map(String).join("."), 80);
  if (issue.code === "unrecognized_keys") {
    const known = issue.path.length === 0 ? Object.keys(accepted.shape) : [];
    return issue.keys.map((key) => ({
      argument: clip([...issue.path.map(String), key].join("."), 80),
      problem: `is not an argument of this tool${known.length === 0 ? "" : `; it takes ${known.join(", ") || "none"}`}`,
    }));
  }
  if (isMissing(issue, rawArguments)) return [{ argument, problem: "is required" }];
  return [{ argument, problem: textOf(issue.code, issue) }];
}

function isMissing(issue: z.core.$ZodIssue, rawArguments: unknown): boolean {
  return (
    issue.code === "invalid_type" &&
    issue.path.length > 0 &&
    valueAt(rawArguments, issue.path) === undefined
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

type IssueTexts = {
  readonly [Code in z.core.$ZodIssue["code"]]: (
    issue: Extract<z.core.$ZodIssue, { readonly code: Code }>,
  ) => string;
};

const ISSUE_TEXT: IssueTexts = {
  invalid_type: ({ expected }) => `must be ${withArticle(expected)}`,
  invalid_value: ({ values }) =>
    `must be one of ${values.map((value) => JSON.stringify(value)).join(", ")}`,
  too_big: ({ maximum, origin }) => `must be at most ${String(maximum)}${UNITS[origin] ?? ""}`,
  too_small: ({ minimum, origin }) => `must be at least ${String(minimum)}${UNITS[origin] ?? ""}`,
  invalid_format: ({ format }) => `must be a valid ${format}`,
  not_multiple_of: ({ divisor }) => `must be a multiple of ${String(divisor)}`,
  invalid_union: () => "has none of the types that are accepted here",
  invalid_key: () => "holds a name that is not accepted here",
  invalid_element: () => "holds an entry that is not accepted here",
  unrecognized_keys: ({ keys }) => `must not have ${keys.map((key) => clip(key, 40)).join(", ")}`,
  custom: ({ message }) => message,
};

const textOf = <Code extends keyof IssueTexts>(
  code: Code,
  issue: Extract<z.core.$ZodIssue, { readonly code: Code }>,
): string => ISSUE_TEXT[code](issue);

const UNITS: Readonly<Record<string, string>> = {
  string: " characters long",
  array: " entries",
  set: " entries",
};

function withArticle(type: string): string {
  const name = type === "int" ? "integer" : type;
  return `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;
}
