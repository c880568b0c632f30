import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../core/json.ts";
import { fail, ok, type Result } from "../core/result.ts";

/** What is to stand in a file. */
export interface WantedEntry {
  /** The member of the file that holds the servers. */
  readonly member: string;
  readonly name: string;
  readonly entry: Readonly<Record<string, unknown>>;
}

/** A file with the entry in it. */
export interface Merged {
  /** `same`: it stood there already, so nothing is to be written. */
  readonly change: "added" | "replaced" | "same";
  readonly text: string;
}

/** Why a file is left alone: it is not JSON, comments included, or its shape is not the client's. */
export type MergeFailure =
  | { readonly kind: "not_json" }
  | { readonly kind: "not_an_object"; readonly what: string };

/**
 * Puts an entry into the text of a JSON file and keeps everything else: other servers, other members,
 * their order, the indentation. A text that is blank counts as an empty file. Pure.
 */
export const mergeEntry = (text: string, wanted: WantedEntry): Result<Merged, MergeFailure> => {
  const read = readJson(text.trim() === "" ? "{}" : text);
  if (read === undefined) return fail({ kind: "not_json" });
  const { value: file } = read;
  if (!isRecord(file)) return fail({ kind: "not_an_object", what: "the file" });
  const servers = Object.hasOwn(file, wanted.member) ? file[wanted.member] : {};
  if (!isRecord(servers)) return fail({ kind: "not_an_object", what: `"${wanted.member}"` });
  const before = Object.hasOwn(servers, wanted.name) ? servers[wanted.name] : undefined;
  if (isDeepStrictEqual(before, wanted.entry)) return ok({ change: "same", text });
  const merged = { ...file, [wanted.member]: { ...servers, [wanted.name]: wanted.entry } };
  return ok({
    change: before === undefined ? "added" : "replaced",
    text: `${JSON.stringify(merged, undefined, findIndent(text))}\n`,
  });
};

const readJson = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    // Comments and trailing commas end here too: they could not be kept.
    return undefined;
  }
};

const findIndent = (text: string): string => /\n([ \t]+)\S/u.exec(text)?.[1] ?? "  ";
