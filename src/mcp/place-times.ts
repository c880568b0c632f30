import { type Soon, whenThere } from "../core/soon.ts";
import type { ToolOutput } from "./tool.ts";
import { isUtcTime, showTime } from "./zoned-time.ts";

/**
 * Turns the UTC times of a result into the time of its location, with the offset. The zone is looked up
 * only where there is a time; where nobody knows it, nothing changes.
 */
export function placeTimes(
  output: ToolOutput,
  findZone: () => Soon<string | undefined>,
): Soon<ToolOutput> {
  if (!holdsTime(output)) return output;
  return whenThere(findZone(), (zone) =>
    zone === undefined ? output : toZonedOutput(output, zone),
  );
}

/** Whether there is a UTC time anywhere in a result. */
export function holdsTime(value: unknown): boolean {
  if (typeof value === "string") return isUtcTime(value);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsTime);
}

function toZonedOutput(output: object, zone: string): ToolOutput {
  const zoned: Record<string, unknown> = {};
  for (const name of Object.keys(output)) {
    zoned[name] = toZoned((output as ToolOutput)[name], zone);
  }
  return zoned;
}

function toZoned(value: unknown, zone: string): unknown {
  if (typeof value === "string") return showTime(value, zone);
  if (Array.isArray(value)) return value.map((member) => toZoned(member, zone));
  return typeof value === "object" && value !== null ? toZonedOutput(value, zone) : value;
}
