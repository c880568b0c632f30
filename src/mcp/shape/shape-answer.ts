import type { Operation } from "../../ghl/catalog/operation.ts";
import { MOST_TOKENS_PER_CHARACTER, estimateTokens } from "../estimate-tokens.ts";
import { type UpstreamRecord, isRecord, toText } from "../record.ts";
import { type FittedRecords, MAX_RESULT_TOKENS, fitRecords, pruneObject } from "../result.ts";
import type { ToolOutput } from "../tool.ts";
import { findKindFields } from "./kinds.ts";
import { findUnknownPaths, projectRecord } from "./project.ts";
import { ROOMY, type ShownBudget, type SlimLimits, TIGHT, slimRecord, slimValue } from "./slim.ts";

/** How a caller wants records. */
export interface ShapeOptions {
  /** Dotted paths to show instead of the usual fields. */
  readonly fields?: readonly string[] | undefined;
}

/** A record of a list as a result shows it. What is no record is shown as it is, under `value`. */
export function shapeRow(
  row: unknown,
  listed: { readonly operation: Pick<Operation, "id" | "app">; readonly name: string },
  { fields }: ShapeOptions,
): UpstreamRecord {
  if (!isRecord(row)) return { value: slimValue("", row, ROOMY) };
  if (fields !== undefined) return slimRecord(projectRecord(row, fields), ROOMY);
  const usual = findKindFields(listed.operation, listed.name);
  if (usual === undefined) return slimRecord(row, ROOMY);
  const shown = withOneName(projectRecord(row, usual));
  // A record with hardly any of the usual fields is of another kind after all.
  return Object.keys(shown).length < 2 ? slimRecord(row, ROOMY) : slimRecord(shown, ROOMY);
}

/** So many rows are looked at for what has no place in a result anyway: which fields there are. */
const LOOKED_AT = 200;

/** A note on fields that no row has; undefined when there are none. */
export function toFieldsNote(
  rows: readonly unknown[],
  { fields }: ShapeOptions,
): string | undefined {
  if (fields === undefined) return undefined;
  const records = rows.slice(0, LOOKED_AT).filter(isRecord);
  const unknown = records.length === 0 ? [] : findUnknownPaths(records, fields);
  if (unknown.length === 0) return undefined;
  const shown = records.map((record) => slimRecord(record, TIGHT));
  const names = [...new Set(shown.flatMap((record) => Object.keys(record)))].slice(0, 40);
  const whose = rows.length > LOOKED_AT ? `none of the first ${LOOKED_AT} records` : "no record";
  return `${whose} has ${unknown.join(", ")}; they have ${names.join(", ")}`;
}

/** Rows as a result shows them, from the front while they fit: no more are shaped than a result holds. */
export function fitRows(
  rows: readonly unknown[],
  listed: { readonly operation: Pick<Operation, "id" | "app">; readonly name: string },
  options: ShapeOptions,
): FittedRecords {
  const shaped: UpstreamRecord[] = [];
  for (let count = FEW_ROWS; ; count *= 4) {
    const more = rows.slice(shaped.length, count);
    shaped.push(...more.map((row) => shapeRow(row, listed, options)));
    const fitted = fitRecords(shaped);
    if (fitted.kept < shaped.length || shaped.length === rows.length) return fitted;
  }
}

const FEW_ROWS = 100;

/** An answer that is no paged list, as a result shows it, within the size of a result. */
export function shapeAnswer(
  operation: Pick<Operation, "id" | "app">,
  body: unknown,
  options: ShapeOptions,
): ToolOutput {
  if (body === undefined || body === null) return { done: true };
  if (options.fields !== undefined) {
    const rows = findRows(body, options.fields);
    if (rows !== undefined) return shapeRows(operation, rows, options);
    if (isRecord(body)) return shapeFields(body, options.fields);
  }
  const roomy = shapeMembers(operation, body, ROOMY);
  if (roomy.isWhole && fits(roomy.output)) return roomy.output;
  const tight = shapeMembers(operation, body, TIGHT);
  const text = JSON.stringify(pruneObject(tight.output));
  const note = "cut to stay short; ask for what you need with fields";
  return tight.isWhole && estimateTokens(text) <= MAX_RESULT_TOKENS
    ? { ...tight.output, note }
    : { start: text.slice(0, MAX_START), note };
}

/** Pruning makes it shorter: what is short as it is needs no closer look. */
const fits = (output: ToolOutput): boolean =>
  JSON.stringify(output).length * MOST_TOKENS_PER_CHARACTER <= MAX_RESULT_TOKENS ||
  estimateTokens(JSON.stringify(pruneObject(output))) <= MAX_RESULT_TOKENS;

/** How much is shown of an answer that fits in no other way; as text its quotes are escaped. */
const MAX_START = 7_500;

/**
 * Of an answer with more characters than this in its values nothing but the beginning is shown: even as plain
 * text they would be more tokens than a result has (estimate-tokens.ts), and more than `start` holds.
 */
const MAX_SHOWN_CHARACTERS = 60_000;

interface Rows {
  readonly name: string;
  readonly list: readonly UpstreamRecord[];
}

/** The one list of an answer, where the paths count from its records rather than from the answer. */
function findRows(body: unknown, fields: readonly string[]): Rows | undefined {
  const members = isRecord(body) ? Object.entries(body) : [["records", body] as const];
  const [only, ...others] = members.flatMap(([name, list]) =>
    Array.isArray(list) && list.length > 0 && list.every(isRecord) ? [{ name, list }] : [],
  );
  if (only === undefined || others.length > 0) return undefined;
  const looked = only.list.slice(0, LOOKED_AT);
  const inRows = fields.length - findUnknownPaths(looked, fields).length;
  const inBody = isRecord(body) ? found(body, fields) : 0;
  return inRows > inBody ? only : undefined;
}

function shapeRows(
  operation: Pick<Operation, "id" | "app">,
  { name, list }: Rows,
  options: ShapeOptions,
): ToolOutput {
  const { records, kept } = fitRows(list, { operation, name }, options);
  const notes = [
    kept < list.length ? `cut after ${kept} of ${list.length}; ask for fewer fields` : undefined,
    toFieldsNote(list, options),
  ].filter((note) => note !== undefined);
  return { [name]: records, ...(notes.length === 0 ? {} : { note: notes.join("; ") }) };
}

/** Paths count from the record itself, where the answer wraps it in one name, or from the answer. */
function shapeFields(body: UpstreamRecord, fields: readonly string[]): ToolOutput {
  const wrapped = Object.values(body).filter(isRecord);
  const inner = wrapped.length === 1 ? wrapped[0] : undefined;
  const candidates = [body, ...(inner === undefined ? [] : [inner])];
  const best = candidates.toSorted((left, right) => found(right, fields) - found(left, fields))[0];
  const record = best ?? body;
  const note = toFieldsNote([record], { fields });
  return {
    ...slimRecord(projectRecord(record, fields), ROOMY),
    ...(note === undefined ? {} : { note }),
  };
}

const found = (record: UpstreamRecord, fields: readonly string[]): number =>
  fields.length - findUnknownPaths([record], fields).length;

/** The members of an answer; not whole where they are too many for any result, and the rest was left out. */
function shapeMembers(
  operation: Pick<Operation, "id" | "app">,
  body: unknown,
  limits: SlimLimits,
): { readonly output: ToolOutput; readonly isWhole: boolean } {
  const budget = { characters: MAX_SHOWN_CHARACTERS };
  if (Array.isArray(body)) {
    const records = shapeList({ operation, name: "" }, body, budget);
    return { output: { records }, isWhole: budget.characters >= 0 };
  }
  if (!isRecord(body)) return { output: { value: slimValue("", body, limits) }, isWhole: true };
  // What their kind leaves out of lists must not count.
  const lists = Object.entries(body).filter(
    ([name, list]) => Array.isArray(list) && findKindFields(operation, name) !== undefined,
  );
  const rest = { ...body, ...Object.fromEntries(lists.map(([name]) => [name, []])) };
  const output = { ...slimRecord(rest, limits, budget) };
  for (const [name, list] of lists) {
    if (!Array.isArray(list) || output[name] === undefined) continue;
    const members = list.slice(0, limits.maxListMembers);
    const left = list.length - members.length;
    const shaped = shapeList({ operation, name }, members, budget);
    output[name] = left > 0 ? [...shaped, `… ${left} more`] : shaped;
  }
  return { output, isWhole: budget.characters >= 0 };
}

function shapeList(
  listed: { readonly operation: Pick<Operation, "id" | "app">; readonly name: string },
  list: readonly unknown[],
  budget: ShownBudget,
): readonly unknown[] {
  const shaped: unknown[] = [];
  for (const row of list) {
    if (budget.characters < 0) break;
    const shown = isRecord(row) ? shapeRow(row, listed, {}) : row;
    budget.characters -= JSON.stringify(shown).length;
    shaped.push(shown);
  }
  return shaped;
}

/** A name in one piece stands for its parts. */
function withOneName(record: UpstreamRecord): UpstreamRecord {
  const { contactName, fullName, firstName, lastName, ...rest } = record;
  const parts = [firstName, lastName].map(toText).filter((part) => part !== undefined);
  const whole = toText(rest["name"]) ?? toText(contactName) ?? toText(fullName) ?? parts.join(" ");
  if (whole === "") return record;
  const { id, ...others } = rest;
  return { ...(id === undefined ? {} : { id }), name: whole, ...others };
}
