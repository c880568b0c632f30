import { cleanText } from "./clean-text.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import type { ToolOutput } from "./tool.ts";
import { UNTRUSTED, isOutside, noteOutside, toUntrustedMark } from "./untrusted.ts";
import { showTime } from "./zoned-time.ts";

/** The most tokens of records in one result, by {@link estimateTokens}, which is off by up to a tenth: about 6,000 with notes. */
export const MAX_RESULT_TOKENS = 5_400;

/** A tool result on the wire: the object, and the same as compact JSON for clients that read text. */
export type WireResult = {
  readonly content: { readonly type: "text"; readonly text: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: true;
};

/**
 * A successful result. Null and empty values are left out, but for an empty list at the top: that
 * nothing was found is the answer. Text by outsiders is marked (untrusted.ts). Given a zone, UTC times
 * become those of its clocks.
 */
export function toWireResult(output: ToolOutput, zone?: string): WireResult {
  const structuredContent = toStructured(output, zone);
  return {
    content: [{ type: "text", text: JSON.stringify(structuredContent) }],
    structuredContent,
  };
}

/** The same in compact JSON, for what is no tool result. */
export function toWireText(output: ToolOutput): string {
  return JSON.stringify(toStructured(output));
}

function toStructured(output: ToolOutput, zone?: string): Record<string, unknown> {
  const outside = new Set<string>();
  const pruned: Record<string, unknown> = {};
  const empty: string[] = [];
  for (const name of Object.keys(output)) {
    const value = output[name];
    // The words at the top are ours: notes and problems. Records lie below.
    const kept =
      typeof value === "string" ? pruneText(value, zone) : prune(value, { zone, outside }, name);
    if (kept !== undefined) pruned[name] = kept;
    else if (Array.isArray(value) && value.length === 0) empty.push(name);
  }
  if (outside.size === 0 && empty.length === 0) return pruned;
  return {
    ...(outside.size > 0 && { [UNTRUSTED]: toUntrustedMark(outside) }),
    ...Object.fromEntries(empty.map((name) => [name, []])),
    ...pruned,
  };
}

/** A tool error: the model reads it and can correct itself (SEP-1303). */
export function toWireError(text: string): WireResult {
  return { content: [{ type: "text", text }], isError: true };
}

/** A list of records that was made to fit. */
export interface FittedRecords {
  readonly records: readonly ToolOutput[];
  /** How many of the given records are in; fewer than given when the budget was reached. */
  readonly kept: number;
}

/** Takes records from the front while they fit the budget; always at least one. Prunes them. */
export function fitRecords(
  records: readonly ToolOutput[],
  maxTokens: number = MAX_RESULT_TOKENS,
): FittedRecords {
  const fitting: ToolOutput[] = [];
  let used = 0;
  for (const record of records) {
    const pruned = pruneObject(record);
    used += estimateTokens(JSON.stringify(pruned));
    if (fitting.length > 0 && used > maxTokens) break;
    fitting.push(pruned);
  }
  return { records: fitting, kept: fitting.length };
}

/**
 * Leaves out null, undefined, empty strings, empty arrays and empty objects, at every depth, and the
 * invisible characters of texts.
 */
export function pruneObject(value: ToolOutput): Record<string, unknown> {
  return pruneMembers(value, NOTHING_BESIDES, "") ?? {};
}

/** What is done on the way through a result, so that one way is enough. */
interface Pass {
  /** Where UTC times are shown by the clocks of. */
  readonly zone?: string | undefined;
  /** Takes the names of the fields that outsiders wrote. Absent: nobody asks. */
  readonly outside?: Set<string>;
}

const NOTHING_BESIDES: Pass = {};

function pruneMembers(
  value: ToolOutput,
  pass: Pass,
  under: string,
): Record<string, unknown> | undefined {
  const isAllOutside = isOutside(under);
  let pruned: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const kept = prune(value[name], pass, isAllOutside ? under : name);
    if (kept !== undefined) (pruned ??= {})[name] = kept;
  }
  return pruned;
}

function prune(value: unknown, pass: Pass, name: string): unknown {
  if (value === null) return undefined;
  if (typeof value === "string") {
    const text = pruneText(value, pass.zone);
    if (text !== undefined && pass.outside !== undefined) noteOutside(name, pass.outside);
    return text;
  }
  if (Array.isArray(value)) {
    const kept: unknown[] = [];
    for (const member of value) {
      const inner = prune(member, pass, name);
      if (inner !== undefined) kept.push(inner);
    }
    return kept.length === 0 ? undefined : kept;
  }
  return typeof value === "object" ? pruneMembers(value as ToolOutput, pass, name) : value;
}

function pruneText(text: string, zone: string | undefined): string | undefined {
  const clean = cleanText(text);
  if (clean === "") return undefined;
  return zone === undefined ? clean : showTime(clean, zone);
}
