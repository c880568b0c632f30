import type { z } from "zod";
import { tryParseJson } from "../core/json.ts";

/** The longest cursor that is written or read: it holds a position of about 2,900 characters. */
export const MAX_CURSOR_CHARACTERS = 4_000;

/** What is said instead of a cursor where none can be written. */
export const CANNOT_GO_ON = "there may be more, but no place to go on from; narrow the search";

/**
 * Writes what a cursor holds; undefined for what would not be read back. Positions come from
 * GoHighLevel: a cursor that this server refuses later would be worse than none.
 */
export function writeCursorText(schema: z.ZodType, value: unknown): string | undefined {
  if (!schema.safeParse(value).success) return undefined;
  const text = Buffer.from(JSON.stringify(value), "utf8").toString("base64url");
  return text.length > MAX_CURSOR_CHARACTERS ? undefined : text;
}

/** Reads what a cursor holds; undefined for one that was not written with this schema. */
export function readCursorText<T>(schema: z.ZodType<T>, text: string): T | undefined {
  return schema.safeParse(tryParseJson(Buffer.from(text, "base64url").toString("utf8"))).data;
}
