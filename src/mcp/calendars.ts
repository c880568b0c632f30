import { type Result, fail, ok } from "../core/result.ts";
import type { LocationContext } from "./context.ts";
import type { ToolFailure } from "./failure.ts";
import { chooseNamed, type Named } from "./named-choice.ts";
import { isRecord, toRecords, toText } from "./record.ts";

/** A calendar, as far as booking needs it. */
export interface Calendar extends Named {
  readonly slotMinutes: number | undefined;
}

/** The calendars of these names or ids, in the order given. One call, whatever their number. */
export async function findCalendars(
  argument: string,
  wanted: readonly string[],
  context: LocationContext,
): Promise<Result<readonly Calendar[], ToolFailure>> {
  const answer = await context.call("calendars.get-calendars");
  if (!answer.ok) return answer;
  if (!isRecord(answer.value)) return fail({ kind: "malformed_answer", status: 200 });
  const all = toRecords(answer.value["calendars"]).flatMap(toCalendar);
  const found: Calendar[] = [];
  for (const one of wanted) {
    const chosen = chooseNamed(argument, one, all);
    if (!chosen.ok) return chosen;
    found.push(chosen.value);
  }
  return ok(found);
}

function toCalendar(record: Readonly<Record<string, unknown>>): readonly Calendar[] {
  const id = toText(record["id"]);
  if (id === undefined) return [];
  const { slotDuration, slotDurationUnit } = record;
  const unit = slotDurationUnit === "hours" ? 60 : 1;
  const slotMinutes = typeof slotDuration === "number" ? slotDuration * unit : undefined;
  return [{ id, name: toText(record["name"]) ?? id, slotMinutes }];
}
