import { judgeOnce } from "../../core/judge-once.ts";
import { type UpstreamRecord, isRecord } from "../record.ts";

/** Members that serve GoHighLevel's own machinery and tell a reader nothing. */
const NOISE: ReadonlySet<string> = new Set([
  "__v",
  "attributionSource",
  "attributions",
  "contactNameLowerCase",
  "createdByMeta",
  "deletedByMeta",
  "emailLowerCase",
  "firstNameLowerCase",
  "firstNameRaw",
  "fullNameLowerCase",
  "internalSource",
  "lastAttributionSource",
  "lastNameLowerCase",
  "lastNameRaw",
  "lastUpdatedBy",
  "nextPageUrl",
  "searchAfter",
  "sort",
  "traceId",
  "updatedByMeta",
]);

/** Members that hold secrets wherever they turn up. No token of GoHighLevel's reaches a client. */
const SECRET = /^(?:access|refresh|id|bearer|auth)_?token$|^client_?secret$|^password$/iu;

/** A name under which GoHighLevel keeps moments. */
const MOMENT = /(?:Date|Time|At|dateAdded|dateUpdated)$/u;
const MIN_MOMENT_MS = 946_684_800_000; // 2000-01-01
const MAX_MOMENT_MS = 4_102_444_800_000; // 2100-01-01

/** How much of a record a result may show. */
export interface SlimLimits {
  readonly maxTextCharacters: number;
  readonly maxListMembers: number;
}

/**
 * How many characters of values may still be shown. Slimming ends where it is used up: what it gives then is
 * the beginning of a record that is too long for any result.
 */
export interface ShownBudget {
  characters: number;
}

/** For whole records; {@link TIGHT} for one that is too long even so. */
export const ROOMY: SlimLimits = { maxTextCharacters: 2000, maxListMembers: 100 };
/** What is left of a record that would fill a result by itself. */
export const TIGHT: SlimLimits = { maxTextCharacters: 200, maxListMembers: 5 };

/**
 * A record without noise and secrets, with its moments as ISO times, and long texts and lists cut; what
 * was cut says so.
 */
export function slimRecord(
  record: UpstreamRecord,
  limits: SlimLimits,
  budget?: ShownBudget,
): UpstreamRecord {
  const slim: Record<string, unknown> = {};
  for (const name of Object.keys(record)) {
    if (budget !== undefined && budget.characters < 0) break;
    const value = record[name];
    if (isNoise(name, value, record)) continue;
    slim[name === "_id" ? "id" : name] = slimMember(name, value, { limits, budget });
    if (budget !== undefined) budget.characters -= name.length;
  }
  return slim;
}

/** The same for a value under a name. */
export function slimValue(name: string, value: unknown, limits: SlimLimits): unknown {
  return slimMember(name, value, { limits, budget: undefined });
}

function slimMember(
  name: string,
  value: unknown,
  { limits, budget }: { readonly limits: SlimLimits; readonly budget: ShownBudget | undefined },
): unknown {
  if (Array.isArray(value)) {
    const members: unknown[] = [];
    for (const one of value.slice(0, limits.maxListMembers)) {
      if (budget !== undefined && budget.characters < 0) break;
      members.push(slimMember("", one, { limits, budget }));
    }
    const left = value.length - members.length;
    return left > 0 ? [...members, `… ${left} more`] : members;
  }
  if (isRecord(value)) return slimRecord(value, limits, budget);
  const shown =
    typeof value === "string"
      ? cutText(toPlainTime(value), limits.maxTextCharacters)
      : typeof value === "number"
        ? toMoment(name, value)
        : value;
  if (budget !== undefined) budget.characters -= typeof shown === "string" ? shown.length : 1;
  return shown;
}

function isNoise(name: string, value: unknown, record: UpstreamRecord): boolean {
  switch (judgeName(name)) {
    case "plain":
      return false;
    case "noise":
      return true;
    case "secret":
      return typeof value === "string";
    case "id":
      // Two names of one thing.
      return record["id"] !== undefined;
    case "flag":
      // It says what is usual.
      return value === false;
  }
}

type NameVerdict = "plain" | "noise" | "secret" | "id" | "flag";

/** The names in GoHighLevel's records are few. */
const judgeName = judgeOnce((name): NameVerdict => {
  if (NOISE.has(name)) return "noise";
  if (SECRET.test(name)) return "secret";
  if (name === "_id") return "id";
  return name === "deleted" || name === "dnd" ? "flag" : "plain";
}, 2_000);

function toPlainTime(text: string): string {
  // Nearly every text fails by its last letter, for less than the pattern costs.
  if (!text.endsWith("Z")) return text;
  return text.replace(/^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\.\d+Z$/u, "$1Z");
}

function toMoment(name: string, value: number): number | string {
  return MOMENT.test(name) && value > MIN_MOMENT_MS && value < MAX_MOMENT_MS
    ? toPlainTime(new Date(value).toISOString())
    : value;
}

function cutText(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const cut = text.slice(0, maxCharacters).toWellFormed();
  return `${cut}… (${text.length - maxCharacters} more characters)`;
}
