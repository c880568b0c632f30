import { type AccessLevel, allowsAccess } from "../core/access.ts";
import type { LocationSummary } from "../core/connection.ts";
import type { Principal } from "../core/principal.ts";
import { type Result, fail, ok } from "../core/result.ts";
import { closest } from "../ghl/catalog/closest.ts";
import { type ErrorTextOptions, toErrorText } from "./errors.ts";
import { chooseLocation } from "./pin-location.ts";
import type { ConnectionDirectory } from "./ports.ts";
import { clip } from "./text.ts";
import { TOOL_CHOICES, type ToolChoice } from "./tool-set.ts";

/** What the address of a connection asks for: `/mcp?location=…&access=…&tools=…`. */
export interface ConnectionOptions {
  /** Id or name of the one location to work in. */
  readonly location?: string;
  /** The highest access level that is wanted. */
  readonly access?: AccessLevel;
  readonly tools?: ToolChoice;
}

/** Why the options of an address cannot be used. */
export interface OptionProblem {
  /** `malformed`: no grant could have them. `refused`: this grant does not reach that far. */
  readonly kind: "malformed" | "refused";
  readonly text: string;
}

const NAMES = ["location", "access", "tools"] as const;
const ACCESS_WORDS: Readonly<Record<string, AccessLevel>> = {
  read: "read",
  write: "write",
  full: "critical",
};

const IS_GOOD: Readonly<Record<(typeof NAMES)[number], (value: string) => boolean>> = {
  location: (value) => value.trim() !== "" && value.length <= 100,
  access: (value) => Object.hasOwn(ACCESS_WORDS, value),
  tools: (value) => TOOL_CHOICES.some((choice) => choice === value),
};
const EXPECTED: Readonly<Record<(typeof NAMES)[number], string>> = {
  location: "must be the id or the name of a location",
  access: `must be one of ${Object.keys(ACCESS_WORDS).join(", ")}`,
  tools: `must be one of ${TOOL_CHOICES.join(", ")}`,
};

/**
 * Reads the options of an address. A value that is unknown or given twice is refused, and so is a name
 * that looks like a mistyped one: `?acess=read` must not pass for unlimited access. Other names are
 * left alone, hosts add their own. Pure.
 */
export function readConnectionOptions(
  query: URLSearchParams,
): Result<ConnectionOptions, OptionProblem> {
  const problem =
    [...new Set(query.keys())].map(toMistake).find((text) => text !== undefined) ??
    NAMES.map((name) => toProblem(name, query.getAll(name))).find((text) => text !== undefined);
  if (problem !== undefined) return fail({ kind: "malformed", text: problem });
  const location = query.get("location");
  const access = ACCESS_WORDS[query.get("access") ?? ""];
  const tools = TOOL_CHOICES.find((choice) => choice === query.get("tools"));
  return ok({
    ...(location === null ? {} : { location }),
    ...(access === undefined ? {} : { access }),
    ...(tools === undefined ? {} : { tools }),
  });
}

/** What is wrong with the values of one option; undefined where there are none, or a good one. */
function toProblem(
  name: (typeof NAMES)[number],
  [value, ...others]: readonly string[],
): string | undefined {
  if (value === undefined) return undefined;
  if (others.length > 0) return `"${name}" is given twice`;
  return IS_GOOD[name](value) ? undefined : `"${name}" ${EXPECTED[name]}`;
}

function toMistake(name: string): string | undefined {
  if (NAMES.some((known) => known === name)) return undefined;
  const [meant] = closest(name, NAMES, 1);
  return meant === undefined
    ? undefined
    : `"${clip(name, 40)}" is no option of this address; did you mean "${meant}"?`;
}

/** A principal within the options of its connection, and what else they decide. */
export interface View {
  readonly principal: Principal;
  readonly tools: ToolChoice;
  /** The highest access level that the options leave; a wider grant would not raise it. */
  readonly ceiling: AccessLevel;
  /** The location that the address pins, for the name of the server. */
  readonly location?: Pick<LocationSummary, "id" | "name">;
}

/** The view of a connection without options. */
export const toWholeView = (principal: Principal): View => ({
  principal,
  tools: "all",
  ceiling: "critical",
});

/** Where {@link narrow} looks locations up, and how it words a refusal. */
export interface NarrowDeps {
  readonly connections: ConnectionDirectory;
  readonly signal: AbortSignal;
  readonly errorText: ErrorTextOptions;
}

/**
 * Applies options to a principal. They only ever narrow: what lies outside the grant is refused, and a
 * location that cannot be settled is none.
 */
export async function narrow(
  principal: Principal,
  options: ConnectionOptions,
  deps: NarrowDeps,
): Promise<Result<View, OptionProblem>> {
  const { access, tools = "all" } = options;
  if (access !== undefined && !allowsAccess(principal.access, access)) {
    return refused(
      `"access" asks for more than this grant has, which is ${toWord(principal.access)} access`,
    );
  }
  const view = {
    principal: access === undefined ? principal : { ...principal, access },
    tools,
    ceiling: access ?? "critical",
  } as const;
  if (options.location === undefined) return ok(view);
  const chosen = await chooseLocation(options.location, principal, deps);
  if (!chosen.ok) return refused(toErrorText(chosen.failure, deps.errorText));
  const location = await nameOf(chosen.value, principal, deps);
  return ok({ ...view, location, principal: { ...view.principal, locations: [chosen.value] } });
}

function refused(text: string): Result<never, OptionProblem> {
  return fail({ kind: "refused", text });
}

/** The name is a courtesy: where the directory does not answer, the id stands for it. */
async function nameOf(
  id: LocationSummary["id"],
  principal: Principal,
  { connections, signal }: NarrowDeps,
): Promise<Pick<LocationSummary, "id" | "name">> {
  const listed = await connections.listLocations(principal.connectionId, signal);
  const found = listed.ok ? listed.value.find((one) => one.id === id) : undefined;
  return { id, name: found?.name ?? id };
}

/** The word for an access level in addresses and on pages. */
function toWord(access: AccessLevel): string {
  return Object.keys(ACCESS_WORDS).find((word) => ACCESS_WORDS[word] === access) ?? access;
}
