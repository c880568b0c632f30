import { type UpstreamRecord, isRecord, toText } from "../record.ts";
import { clip } from "../text.ts";

const NAMES = ["name", "contactName", "fullName", "title", "subject", "summary", "email", "phone"];

/** What a person knows a record by, from the answer that holds it; undefined when nothing says. */
export function nameRecord(answer: unknown): string | undefined {
  if (!isRecord(answer)) return undefined;
  const inner = Object.values(answer).filter(isRecord);
  // An answer with one record in it is about that record.
  const candidates = inner.length === 1 ? [...inner, answer] : [answer, ...inner];
  for (const record of candidates) {
    const name = toName(record);
    if (name !== undefined) return clip(name, 120);
  }
  return undefined;
}

function toName(record: UpstreamRecord): string | undefined {
  const parts = [record["firstName"], record["lastName"]]
    .map(toText)
    .filter((part) => part !== undefined);
  return (
    (parts.length > 0 ? parts.join(" ") : undefined) ??
    NAMES.map((name) => toText(record[name])).find((text) => text !== undefined)
  );
}
