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

/** For whole records; {@link TIGHT} for one that is too long even so. */
export const ROOMY: SlimLimits = { maxTextCharacters: 2000, maxListMembers: 100 };
/** What is left of a record that would fill a result by itself. */
export const TIGHT: SlimLimits = { maxTextCharacters: 200, maxListMembers: 5 };

/**
 * A record without noise and secrets, with its moments as ISO times, and long texts and lists cut; what
 * was cut says so.
 */
export function slimRecord(record: UpstreamRecord, limits: SlimLimits): UpstreamRecord {
  const slim: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    if (isNoise(name, value, record)) continue;
    slim[name === "_id" ? "id" : name] = slimValue(name, value, limits);
  }
  return slim;
}

/** The same for a value under a name. */
export function slimValue(name: string, value: unknown, limits: SlimLimits): unknown {
  if (typeof value === "string") return cutText(toPlainTime(value), limits.maxTextCharacters);
  if (typeof value === "number") return toMoment(name, value);
  if (Array.isArray(value)) {
    const members = value.slice(0, limits.maxListMembers).map((one) => slimValue("", one, limits));
    const left = value.length - members.length;
    return left > 0 ? [...members, `… ${left} more`] : members;
  }
  return isRecord(value) ? slimRecord(value, limits) : value;
}

function isNoise(name: string, value: unknown, record: UpstreamRecord): boolean {
  return (
    NOISE.has(name) ||
    (SECRET.test(name) && typeof value === "string") ||
    // Two names of one thing, and flags that say what is usual.
    (name === "_id" && record["id"] !== undefined) ||
    ((name === "deleted" || name === "dnd") && value === false)
  );
}

function toPlainTime(text: string): string {
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
