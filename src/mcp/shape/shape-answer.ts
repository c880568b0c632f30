import type { Operation } from "../../ghl/catalog/operation.ts";
import { estimateTokens } from "../estimate-tokens.ts";
import { type UpstreamRecord, isRecord, toText } from "../record.ts";
import { MAX_RESULT_TOKENS, fitRecords, pruneObject } from "../result.ts";
import type { ToolOutput } from "../tool.ts";
import { findKindFields } from "./kinds.ts";
import { findUnknownPaths, projectRecord } from "./project.ts";
import { ROOMY, type SlimLimits, TIGHT, slimRecord, slimValue } from "./slim.ts";

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

/** A note on fields that no row has; undefined when there are none. */
export function toFieldsNote(
  rows: readonly unknown[],
  { fields }: ShapeOptions,
): string | undefined {
  const records = rows.filter(isRecord);
  if (fields === undefined || records.length === 0) return undefined;
  const unknown = findUnknownPaths(records, fields);
  const shown = records.map((record) => slimRecord(record, TIGHT));
  const names = [...new Set(shown.flatMap((record) => Object.keys(record)))].slice(0, 40);
  return unknown.length === 0
    ? undefined
    : `no record has ${unknown.join(", ")}; they have ${names.join(", ")}`;
}

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
  if (estimateTokens(JSON.stringify(pruneObject(roomy))) <= MAX_RESULT_TOKENS) return roomy;
  const tight = shapeMembers(operation, body, TIGHT);
  const text = JSON.stringify(pruneObject(tight));
  const note = "cut to stay short; ask for what you need with fields";
  return estimateTokens(text) <= MAX_RESULT_TOKENS
    ? { ...tight, note }
    : { start: text.slice(0, MAX_START), note };
}

/** How much is shown of an answer that fits in no other way; as text its quotes are escaped. */
const MAX_START = 7_500;

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
  const inRows = fields.length - findUnknownPaths(only.list, fields).length;
  const inBody = isRecord(body) ? found(body, fields) : 0;
  return inRows > inBody ? only : undefined;
}

function shapeRows(
  operation: Pick<Operation, "id" | "app">,
  { name, list }: Rows,
  options: ShapeOptions,
): ToolOutput {
  const { records, kept } = fitRecords(
    list.map((row) => shapeRow(row, { operation, name }, options)),
  );
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

function shapeMembers(
  operation: Pick<Operation, "id" | "app">,
  body: unknown,
  limits: SlimLimits,
): ToolOutput {
  if (Array.isArray(body)) return { records: shapeList(operation, "", body) };
  if (!isRecord(body)) return { value: slimValue("", body, limits) };
  return Object.fromEntries(
    Object.entries(slimRecord(body, limits)).map(([name, value]) => {
      const list = body[name];
      return [
        name,
        Array.isArray(list) && findKindFields(operation, name) !== undefined
          ? cutList(shapeList(operation, name, list), limits)
          : value,
      ];
    }),
  );
}

function shapeList(
  operation: Pick<Operation, "id" | "app">,
  name: string,
  list: readonly unknown[],
): readonly unknown[] {
  return list.map((row) => (isRecord(row) ? shapeRow(row, { operation, name }, {}) : row));
}

function cutList(list: readonly unknown[], { maxListMembers }: SlimLimits): readonly unknown[] {
  const left = list.length - maxListMembers;
  return left > 0 ? [...list.slice(0, maxListMembers), `… ${left} more`] : list;
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
