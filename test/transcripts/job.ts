import type { Confirmation, Session } from "./session.ts";
import type { World } from "./world.ts";

/** One real job: what a person asks for, the calls of an assistant, and what must be true afterwards. */
export interface Job {
  /** In the words of the person; the row of docs/transcripts.md. */
  readonly ask: string;
  /** The agency with all locations, or the first location alone. */
  readonly grant: "one location" | "all locations";
  readonly confirmation: Confirmation;
  /** Makes what the sample data lacks, through GoHighLevel's API and not through a tool. */
  readonly arrange?: (world: World) => Promise<void>;
  /** The shortest sensible sequence of calls. */
  readonly run: (session: Session, world: World) => Promise<void>;
}

/** The records of a list in a result. */
export function rows(
  data: Readonly<Record<string, unknown>>,
  name: string,
): readonly Readonly<Record<string, unknown>>[] {
  const list = data[name];
  if (!Array.isArray(list)) throw new Error(`no list "${name}" in ${JSON.stringify(data)}`);
  return list as readonly Readonly<Record<string, unknown>>[];
}

/** The first of a list that must have one. */
export function first<Item>(list: readonly Item[]): Item {
  const [item] = list;
  if (item === undefined) throw new Error("the list is empty");
  return item;
}

/** Whether a search for operations names this one: an assistant takes no id from anywhere else. */
export function found(text: string, ...operations: readonly string[]): void {
  for (const operation of operations) {
    if (!text.includes(`"${operation}: `)) {
      throw new Error(`${operation} was not found: ${text}`);
    }
  }
}
