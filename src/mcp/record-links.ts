import type { LocationId } from "../core/ids.ts";

/** The kinds of records that the ChatGPT pair finds. */
export const LINKED_KINDS = ["contact", "opportunity"] as const;

/** What an id of the ChatGPT pair names. */
export interface RecordLink {
  readonly kind: (typeof LINKED_KINDS)[number];
  readonly location: string;
  readonly id: string;
}

/** The id of a record over all locations: `contact/<location>/<id>`. */
export const writeRecordLink = ({ kind, location, id }: RecordLink): string =>
  `${kind}/${location}/${id}`;

/** Reads such an id; undefined for anything else. It carries no authority. */
export const readRecordLink = (text: string): RecordLink | undefined => {
  const [, given, location, id] = /^([a-z]+)\/([\w-]{1,64})\/([\w-]{1,64})$/u.exec(text) ?? [];
  const kind = LINKED_KINDS.find((one) => one === given);
  return kind === undefined || location === undefined || id === undefined
    ? undefined
    : { kind, location, id };
};

/** Where a person sees the record in GoHighLevel's own app. */
export const toAppUrl = (
  location: LocationId,
  { kind, id }: Omit<RecordLink, "location">,
): string =>
  `https://app.gohighlevel.com/v2/location/${encodeURIComponent(location)}/${
    kind === "contact"
      ? `contacts/detail/${encodeURIComponent(id)}`
      : `opportunities/list?opportunityId=${encodeURIComponent(id)}`
  }`;
