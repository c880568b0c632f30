import type { LocationId } from "../core/ids.ts";
import type { GrantContext } from "./context.ts";
import { findZone } from "./location-zone.ts";
import type { ToolOutput } from "./tool.ts";
import { isUtcTime, toZonedTime } from "./zoned-time.ts";

/**
 * Turns the UTC times of a result into the time of the location, with its offset. Where the zone is
 * not known, or the result has no times, nothing changes; a failure to learn the zone is none of the
 * call.
 */
export async function placeTimes(
  output: ToolOutput,
  location: LocationId | undefined,
  context: Pick<GrantContext, "connections" | "principal" | "signal">,
): Promise<ToolOutput> {
  if (location === undefined || !holdsTime(output)) return output;
  const zone = await findZone(location, context);
  return zone === undefined ? output : toZonedOutput(output, zone);
}

/** A copy of an object in which every UTC time is one of the zone. */
export function toZonedOutput(output: ToolOutput, zone: string): ToolOutput {
  return Object.fromEntries(
    Object.entries(output).map(([name, value]) => [name, toZoned(value, zone)]),
  );
}

function holdsTime(value: unknown): boolean {
  if (typeof value === "string") return isUtcTime(value);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsTime);
}

function toZoned(value: unknown, zone: string): unknown {
  if (typeof value === "string") return isUtcTime(value) ? toZonedTime(value, zone) : value;
  if (Array.isArray(value)) return value.map((member) => toZoned(member, zone));
  return typeof value === "object" && value !== null ? toZonedOutput({ ...value }, zone) : value;
}
