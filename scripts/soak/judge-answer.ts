import { findExcuse } from "./excused.ts";
import type { Tenant } from "./tenant.ts";
import type { WireAnswer } from "./wire.ts";

/** An answer that no fault excuses. */
export class WrongAnswer extends Error {}

/** What an answer came to. */
export interface Verdict {
  /** The kinds of the errors that were told, of the whole call or of a part of it. None: all is right. */
  readonly told: readonly string[];
  /** The answer's structure; undefined where the call failed as a whole. */
  readonly value: unknown;
}

interface ToolResult {
  readonly isError?: boolean;
  readonly content?: readonly { readonly text?: string }[];
  readonly structuredContent?: unknown;
}

/**
 * Judges the answer to one tool call or list. Every part of `expect` must be in it, unless it tells of
 * an error; an error must be one that a fault explains; and nothing may be in it that belongs to others.
 *
 * @throws WrongAnswer where it is not so.
 */
export const judgeAnswer = (
  tenant: Pick<Tenant, "foreign">,
  answer: WireAnswer,
  expect: readonly string[],
): Verdict => {
  const { text, status } = answer;
  if (status !== 200) throw new WrongAnswer(`status ${status}: ${text.slice(0, 600)}`);
  const leaked = tenant.foreign.find((id) => text.includes(id));
  if (leaked !== undefined) throw new WrongAnswer(`data of another location: ${leaked} in ${text}`);
  // A message of an event stream has its prefix, a plain answer has none.
  const json = /^data: (\{.*)$/mu.exec(text)?.[1] ?? text;
  const { result } = JSON.parse(json) as { readonly result?: ToolResult };
  if (result === undefined) throw new WrongAnswer(`no result: ${text.slice(0, 600)}`);
  if (result.isError === true) {
    return { told: [toKind(result.content?.[0]?.text ?? "")], value: undefined };
  }
  const told = findProblems(result.structuredContent).map(toKind);
  const missing = expect.find((part) => !text.includes(part));
  if (missing !== undefined && told.length === 0) {
    throw new WrongAnswer(`no ${missing} in ${text.slice(0, 600)}`);
  }
  return { told, value: result.structuredContent ?? result };
};

const toKind = (text: string): string => {
  const kind = findExcuse(text);
  if (kind === undefined) throw new WrongAnswer(`an error without a fault: ${text.slice(0, 600)}`);
  return kind;
};

/** What an answer tells of parts that failed: `problem` of a location, `notes_problem` of a contact. */
const findProblems = (value: unknown): readonly string[] => {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) =>
    typeof part === "string" && /(?:^|_)problem$/u.test(name) ? [part] : findProblems(part),
  );
};
