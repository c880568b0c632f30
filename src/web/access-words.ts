import { AREAS, type AccessLevel, type AreaId } from "../core/access.ts";

/** How far an access reaches, in words: "reading, in Contacts, Calendars". */
export const describeReach = (access: AccessLevel, areas: readonly AreaId[] | "all"): string => {
  const level = LEVEL_WORDS[access];
  if (areas === "all") return `${level}, in all areas`;
  const labels = AREAS.filter((area) => areas.includes(area.id)).map((area) => area.label);
  return labels.length === 0 ? `${level}, in no area` : `${level}, in ${labels.join(", ")}`;
};

const LEVEL_WORDS = {
  read: "reading",
  write: "reading, creating and changing",
  critical: "full access, with sending, money, publishing and deleting",
} as const satisfies Readonly<Record<AccessLevel, string>>;
