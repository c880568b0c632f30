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
 * same name has, as far as the records say anything under that name; those made between `startAt` and
 * `endAt`; and those with the words looked for, as `present` shows them.
 */
export const keepMatching = (
  call: FamilyCall,
  records: readonly StoredRecord[],
  present: (record: StoredRecord) => JsonObject,
): readonly StoredRecord[] => {
  const given: JsonObject = { ...call.query, ...bodyFields(call.call.body) };
  const wanted = Object.entries(given).filter(
    ([name, value]) => !ABOUT_THE_LIST.test(name) && !WORDS.includes(name) && isPlain(value),
  );
  const words = WORDS.map((name) => given[name]).find(
    (value) => typeof value === "string" && value !== "",
  );
  return records.filter(
    (record) =>
      wanted.every(
        ([name, value]) => !isPlain(record.fields[name]) || record.fields[name] === value,
      ) &&
      isMadeBetween(record, given["startAt"], given["endAt"]) &&
      (typeof words !== "string" || hasWords(present(record), words.toLowerCase())),
  );
};

const isPlain = (value: unknown): boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

const isMadeBetween = ({ fields }: StoredRecord, startAt: unknown, endAt: unknown): boolean => {
  const madeAt = fields["createdAt"];
  if (typeof madeAt !== "string") return true;
  const isLate = typeof startAt !== "string" || madeAt >= startAt;
  // A day without a time takes in all of that day.
  return isLate && (typeof endAt !== "string" || madeAt.slice(0, endAt.length) <= endAt);
};

/** Names whose texts nobody looks for by words. */
const NO_WORDS = /^(?:_?id|key)$|Ids?$|url/iu;

/** Whether any text of a record has the words. */
const hasWords = (fields: JsonObject, words: string): boolean =>
  toTexts(fields, 0).some((text) => text.toLowerCase().includes(words));

const toTexts = (value: unknown, depth: number): string[] => {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || depth > 3) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    NO_WORDS.test(name) ? [] : toTexts(member, depth + 1),
  );
};
