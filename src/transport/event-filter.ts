import { EVENT_TITLES } from "../web/activity-words.ts";
import type { EventFilter, OwnEvent } from "./own-events.ts";

const DAY_MS = 86_400_000;

/** The filter that the address of the activity page asks for; what it cannot mean is left out. */
export const readEventFilter = (query: URLSearchParams): EventFilter => {
  const text = (name: string): string | undefined => query.get(name) || undefined;
  const kind = text("kind");
  const clientId = text("client");
  const connectionId = text("connection");
  const before = text("before");
  const from = toDayMs(text("from"));
  const to = toDayMs(text("to"));
  return {
    ...(isKind(kind) && { kind }),
    ...(clientId !== undefined && { clientId }),
    ...(connectionId !== undefined && { connectionId }),
    ...(before !== undefined && { before }),
    ...(from !== undefined && { sinceMs: from }),
    // the last day is included
    ...(to !== undefined && { untilMs: to + DAY_MS }),
  };
};

/** The start of a day as a date field sends it, in UTC; undefined for anything else. */
const toDayMs = (text: string | undefined): number | undefined => {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/u.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) ? undefined : ms;
};

const isKind = (text: string | undefined): text is OwnEvent["kind"] =>
  text !== undefined && Object.hasOwn(EVENT_TITLES, text);
