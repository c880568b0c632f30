import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { z } from "zod";
import { isRecord, tryParseJson } from "../../core/json.ts";
import { clip } from "../text.ts";

/** The request that a handler was given. */
export interface GivenRequest {
  readonly params?: unknown;
}

/**
 * What to answer for what a handler of the SDK's server has thrown: where the params did not fit the schema
 * of their method, `InvalidParams` (JSON-RPC 2.0 §5.1) with a text that names each parameter and what it
 * must be; everything else as it is. Values are not repeated.
 *
 * SDK 2.4 throws a plain `Error` then, which it answers as an internal error, and whose message is zod's
 * list of issues in JSON. For tools/call the code is right, and the list stands behind a few words. May go
 * once the SDK answers with the code and a text of its own.
 */
export function toInvalidParams(thrown: unknown, request: GivenRequest): unknown {
  const issues = readIssues(thrown);
  if (issues === undefined) return thrown;
  const problems = issues.slice(0, MAX_PROBLEMS).map((issue) => describe(issue, request));
  return new ProtocolError(ProtocolErrorCode.InvalidParams, [...new Set(problems)].join("; "));
}

const MAX_PROBLEMS = 5;
const MAX_ALTERNATIVES = 4;
const MAX_VALUES = 10;
const TOOLS_CALL_PREFIX = "Invalid tools/call request: ";

/** What is read of an issue of zod 4. In a union there is a list of issues for each alternative. */
interface Issue {
  readonly path: readonly (string | number)[];
  readonly expected?: string | undefined;
  readonly values?: readonly (string | number | boolean)[] | undefined;
  readonly errors?: readonly (readonly Issue[])[] | undefined;
}

const issueSchema: z.ZodType<Issue> = z.object({
  path: z.array(z.union([z.string(), z.number()])),
  expected: z.string().optional(),
  values: z.array(z.union([z.string(), z.number(), z.boolean()])).optional(),
  get errors() {
    return z.array(z.array(issueSchema)).optional();
  },
});

/** As the SDK judges requests: each issue is in the params, or the error is none of its judgements. */
const issuesSchema = z
  .array(issueSchema)
  .min(1)
  .refine((issues) => issues.every(({ path }) => path[0] === "params"));

function readIssues(thrown: unknown): readonly Issue[] | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { message } = thrown;
  const list = message.startsWith(TOOLS_CALL_PREFIX)
    ? message.slice(TOOLS_CALL_PREFIX.length)
    : message;
  if (!list.startsWith("[")) return undefined;
  return issuesSchema.safeParse(tryParseJson(list)).data;
}

function describe(issue: Issue, request: GivenRequest): string {
  const alternatives = (issue.errors ?? []).flatMap(([first]) =>
    first === undefined
      ? []
      : [describe({ ...first, path: [...issue.path, ...first.path] }, request)],
  );
  if (alternatives.length > 0) {
    return [...new Set(alternatives)].slice(0, MAX_ALTERNATIVES).join(", or ");
  }
  const name = issue.path.length === 1 ? "params" : issue.path.slice(1).join(".");
  const missing = valueAt(request, issue.path) === undefined ? ", and is missing" : "";
  return `"${clip(name, 64)}" must be ${whatIsRight(issue)}${missing}`;
}

function whatIsRight({ expected, values }: Issue): string {
  if (values !== undefined) {
    return values
      .slice(0, MAX_VALUES)
      .map((value) => JSON.stringify(value))
      .join(" or ");
  }
  if (expected === undefined) return "what the schema of this method says";
  const type = NAMES[expected] ?? expected;
  return `${/^[aeiou]/u.test(type) ? "an" : "a"} ${type}`;
}

/** Zod's names of types whose name in JSON is another. */
const NAMES: Readonly<Record<string, string>> = { record: "object", int: "integer" };

const valueAt = (value: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (found, key) => (isRecord(found) || Array.isArray(found) ? Reflect.get(found, key) : undefined),
    value,
  );
