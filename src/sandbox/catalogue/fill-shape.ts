import { createHash } from "node:crypto";

import type { JsonObject } from "../gate/fields.ts";
import { daysBefore, REFERENCE_DATE } from "../seed/reference-date.ts";
import { toSeededId, toSeededUuid } from "../world/ids.ts";
import type { World } from "../world/world.ts";
import type { Shape } from "./shape.ts";

/** What invented values follow from. */
export interface FillContext {
  readonly seed: number;
  readonly world: World;
  readonly companyId: string;
  /** Absent where the call is about the company. */
  readonly locationId?: string;
}

/** A value's place: the record or operation that it belongs to, and its name there. */
interface Place {
  readonly key: string;
  readonly name: string;
}

/** Makes a value of a shape. The same seed, key and name give the same value. */
export const fillShape = (shape: Shape, place: Place, context: FillContext): unknown => {
  if (typeof shape === "string") return fillPlain(shape, place, context);
  const key = `${place.key}.${place.name}`;
  if (isListShape(shape))
    return [fillShape(shape[0], { key, name: singular(place.name) }, context)];
  return fillObject(shape, { key, known: {} }, context);
};

/** Whether a shape is that of a list. */
export const isListShape = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);

/** Whether a shape is that of an object with named properties. */
export const isObjectShape = (shape: Shape | undefined): shape is Readonly<Record<string, Shape>> =>
  typeof shape === "object" && !isListShape(shape);

/** Makes an object of a shape; what is known stands wherever the shape has its name. */
export const fillObject = (
  shape: Readonly<Record<string, Shape>>,
  { key, known }: { readonly key: string; readonly known: JsonObject },
  context: FillContext,
): JsonObject =>
  Object.fromEntries(
    Object.entries(shape).map(([name, member]) => [
      name,
      known[name] ?? fillShape(member, { key, name }, context),
    ]),
  );

const singular = (name: string): string => name.replace(/s$/u, "");

const fillPlain = (shape: string, place: Place, context: FillContext): unknown => {
  if (shape.startsWith("=")) return pick(shape.slice(1).split("|"), place, context);
  switch (shape) {
    case "number":
    case "integer":
      return fillNumber(place, context);
    case "boolean":
      return fillBoolean(place, context);
    case "object":
      return {};
    case "array":
      return [];
    case "date":
      return toDate(place, context).slice(0, 10);
    case "date-time":
      return toDate(place, context);
    case "email":
      return toEmail(place, context);
    case "uri":
      return toLink(place, context);
    case "uuid":
      return toSeededUuid(context.seed, `${place.key}.${place.name}`);
    default:
      return fillText(place, context);
  }
};

/** A number from 0 to 2^32 - 1 that follows from a place. */
const toHash = ({ key, name }: Place, { seed }: FillContext): number =>
  createHash("sha256").update(`${seed} ${key}.${name}`).digest().readUInt32BE(0);

const pick = <Item>(list: readonly Item[], place: Place, context: FillContext): Item | undefined =>
  list[toHash(place, context) % list.length];

const DATE_NAME = /(?:At|Date|Time|Timestamp)$|^date|^time(?!zone)|^start$|^end$/u;

const fillNumber = (place: Place, context: FillContext): number => {
  const hash = toHash(place, context);
  if (/^(?:total|count)|(?:Count|Total)$/u.test(place.name)) return 0;
  if (/amount|price|value|balance|cost/iu.test(place.name)) return 10 + (hash % 490);
  if (DATE_NAME.test(place.name)) return Date.parse(toDate(place, context));
  return 1 + (hash % 20);
};

const fillBoolean = (place: Place, context: FillContext): boolean => {
  if (/^succe|^ok$|^active|^enabled/iu.test(place.name)) return true;
  if (/delete|archive|error|fail|expired|hidden/iu.test(place.name)) return false;
  return toHash(place, context) % 2 === 0;
};

const toDate = (place: Place, context: FillContext): string =>
  daysBefore(REFERENCE_DATE, 1 + (toHash(place, context) % 300));

const toEmail = (place: Place, context: FillContext): string =>
  `person${toHash(place, context) % 1000}@example.com`;

const toLink = ({ key, name }: Place, context: FillContext): string =>
  `https://example.com/${toSeededId(context.seed, `${key}.${name}`)}`;

type TextRule = readonly [name: RegExp, text: (place: Place, context: FillContext) => unknown];

/** Texts that a name asks for; the first that fits. */
const TEXTS: readonly TextRule[] = [
  [/^(?:locationId|altId|location_id)$/u, (_place, { locationId }) => locationId ?? ""],
  [/^companyId$/u, (_place, { companyId }) => companyId],
  [/^altType$/u, () => "location"],
  [/^contactId$/u, (place, context) => pick(contactsOf(context), place, context)?.id ?? ""],
  [
    /^(?:userId|assignedTo|ownerId|authorId|createdBy|updatedBy)$/u,
    (place, context) => pick(context.world.users, place, context)?.id ?? "",
  ],
  [/^traceId$/u, ({ key, name }, { seed }) => toSeededUuid(seed, `${key}.${name}`)],
  [/^_?id$|Ids?$|Id$|^ids$/u, ({ key, name }, { seed }) => toSeededId(seed, `${key}.${name}`)],
  [/email/iu, toEmail],
  [
    /phone|mobile/iu,
    (place, context) => `+1555${String(toHash(place, context)).slice(0, 7).padEnd(7, "0")}`,
  ],
  [/url|uri|link|image|avatar|logo|picture|thumbnail|website/iu, toLink],
  [
    /timezone/iu,
    ({ key }, { world }) => world.locations[key.length % world.locations.length]?.timezone ?? "UTC",
  ],
  [/^message$/u, () => "OK"],
  [/^error/u, () => ""],
  [DATE_NAME, toDate],
  [/currency/iu, () => "USD"],
  [/country/iu, () => "US"],
  [/colou?r/iu, () => "#1f6feb"],
  [/status/iu, () => "active"],
  [/^(?:total|count|limit|skip|offset|page)/u, () => "0"],
];

const contactsOf = ({
  world,
  locationId,
}: FillContext): World["contacts"] extends Map<string, infer Item> ? Item[] : never =>
  [...world.contacts.values()].filter((contact) => contact.locationId === locationId);

const fillText = (place: Place, context: FillContext): unknown => {
  const rule = TEXTS.find(([name]) => name.test(place.name));
  return rule === undefined
    ? `Sample ${toWords(place.name)} ${1 + (toHash(place, context) % 99)}`
    : rule[1](place, context);
};

const toWords = (name: string): string =>
  name
    .replaceAll(/([a-z])([A-Z])/gu, "$1 $2")
    .replaceAll(/[^A-Za-z0-9]+/gu, " ")
    .toLowerCase();
