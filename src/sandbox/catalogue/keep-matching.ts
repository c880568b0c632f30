import type { JsonObject } from "../gate/fields.ts";
import { bodyFields } from "./call.ts";
import type { FamilyCall } from "./family.ts";
import type { StoredRecord } from "./record-store.ts";

/** Names under which a listing takes words to look for. */
const WORDS = ["query", "search", "q", "searchTerm", "searchText"];

/** Names that place a listing, and say nothing about its records. */
const ABOUT_THE_LIST =
  /^(?:locationId|location_id|altId|altType|companyId|skip|limit|offset|page|pageSize|pageLimit|cursor|sort|sortBy|sortOrder|order|orderBy|startAfter.*|searchAfter|last[A-Z].*)$/u;

/**
 * The records that a listing asks for: those with the value that a parameter or body field of the
 * same name has, as far as the records say anything under that name, and with the words looked for.
 */
export const keepMatching = (
  call: FamilyCall,
  records: readonly StoredRecord[],
): readonly StoredRecord[] => {
  const given: JsonObject = { ...call.query, ...bodyFields(call.call.body) };
  const wanted = Object.entries(given).filter(
    ([name, value]) => !ABOUT_THE_LIST.test(name) && !WORDS.includes(name) && isPlain(value),
  );
  const words = WORDS.map((name) => given[name]).find((value) => typeof value === "string");
  return records.filter(
    ({ fields }) =>
      wanted.every(([name, value]) => !isPlain(fields[name]) || fields[name] === value) &&
      (words === undefined || hasWords(fields, words.toLowerCase())),
  );
};

const isPlain = (value: unknown): boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** Whether any text of a record has the words; a record without texts may have them. */
const hasWords = (fields: JsonObject, words: string): boolean => {
  const texts = toTexts(fields, 0);
  return texts.length === 0 || texts.some((text) => text.toLowerCase().includes(words));
};

const toTexts = (value: unknown, depth: number): string[] => {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || depth > 3) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === "locationId" || name === "altId" ? [] : toTexts(member, depth + 1),
  );
};
