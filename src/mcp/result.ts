import { cleanText } from "./clean-text.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import type { ToolOutput } from "./tool.ts";
import { UNTRUSTED, toUntrustedMark } from "./untrusted.ts";

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
 * nothing was found is the answer. Text by outsiders is marked (untrusted.ts).
 */
export function toWireResult(output: ToolOutput): WireResult {
  const structuredContent = toStructured(output);
  return {
    content: [{ type: "text", text: JSON.stringify(structuredContent) }],
    structuredContent,
  };
}

/** The same in compact JSON, for what is no tool result. */
export function toWireText(output: ToolOutput): string {
  return JSON.stringify(toStructured(output));
}

function toStructured(output: ToolOutput): Record<string, unknown> {
  const pruned = pruneObject(output);
  const mark = toUntrustedMark(pruned);
  const structured: Record<string, unknown> = mark === undefined ? {} : { [UNTRUSTED]: mark };
  for (const name of Object.keys(output)) {
    const value = output[name];
    if (Array.isArray(value) && value.length === 0) structured[name] = value;
  }
  return Object.assign(structured, pruned);
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
  const pruned: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const kept = prune(value[key]);
    if (kept !== undefined) pruned[key] = kept;
  }
  return pruned;
}

function prune(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value === "string") {
    const clean = cleanText(value);
    return clean === "" ? undefined : clean;
  }
  if (Array.isArray(value)) {
    const kept = value.map(prune).filter((inner) => inner !== undefined);
    return kept.length === 0 ? undefined : kept;
  }
  if (typeof value !== "object") return value;
  const kept = pruneObject(value as ToolOutput);
  return Object.keys(kept).length === 0 ? undefined : kept;
}
