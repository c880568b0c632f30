/** A part of a year in which the clocks of a zone stay as they are. */
interface Stretch {
  readonly fromMs: number;
  /** How far the clocks are ahead of UTC. */
  readonly offsetMs: number;
  /** `Z` or `+01:00`. */
  readonly text: string;
}

/** What the clocks of a zone do. */
export interface ZoneClocks {
  /** The offset at an instant; undefined where it is no whole minute, as before there were zones. */
  at(ms: number): Omit<Stretch, "fromMs"> | undefined;
}

const WEEK_MS = 7 * 86_400_000;
const YEARS_KEPT = 200;

/**
 * Makes the clocks of an IANA zone; undefined for one that nobody knows. A time costs a few additions: the
 * offsets of a year are asked of `Intl` once, week by week, and where two weeks differ by halving until
 * the second of the change. No zone has ever changed its clocks forth and back within a week.
 */
export const openZoneClocks = (timeZone: string): ZoneClocks | undefined => {
  const format = toFormat(timeZone);
  if (format === undefined) return undefined;
  const years = new Map<number, readonly Stretch[]>();
  const stretchesOf = (year: number): readonly Stretch[] => {
    const known = years.get(year);
    if (known !== undefined) return known;
    const made = toStretches(year, (ms) => readOffset(format, ms));
    if (years.size >= YEARS_KEPT) years.clear();
    years.set(year, made);
    return made;
  };
  return {
    at: (ms) => {
      const found = stretchesOf(new Date(ms).getUTCFullYear()).findLast(
        ({ fromMs }) => fromMs <= ms,
      );
      return found === undefined || Number.isNaN(found.offsetMs) ? undefined : found;
    },
  };
};

const toFormat = (timeZone: string): Intl.DateTimeFormat | undefined => {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone, timeZoneName: "longOffset" });
  } catch {
    return undefined;
  }
};

/** `GMT`, `GMT+01:00`, or with seconds where clocks went by the sun. */
const readOffset = (format: Intl.DateTimeFormat, ms: number): string =>
  format
    .formatToParts(ms)
    .find(({ type }) => type === "timeZoneName")
    ?.value.slice("GMT".length) ?? "";

const toStretches = (year: number, offsetAt: (ms: number) => string): readonly Stretch[] => {
  const endMs = Date.UTC(year + 1, 0, 1);
  let fromMs = Date.UTC(year, 0, 1);
  let offset = offsetAt(fromMs);
  const stretches = [toStretch(fromMs, offset)];
  while (fromMs < endMs) {
    const untilMs = Math.min(fromMs + WEEK_MS, endMs);
    const next = offsetAt(untilMs);
    if (next !== offset) {
      stretches.push(toStretch(findChange({ fromMs, untilMs, offset }, offsetAt), next));
      offset = next;
    }
    fromMs = untilMs;
  }
  return stretches;
};

/** The first second at which the offset is no longer the given one. */
const findChange = (
  within: { readonly fromMs: number; readonly untilMs: number; readonly offset: string },
  offsetAt: (ms: number) => string,
): number => {
  let [before, after] = [within.fromMs / 1000, within.untilMs / 1000];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle * 1000) === within.offset) before = middle;
    else after = middle;
  }
  return after * 1000;
};

const toStretch = (fromMs: number, offset: string): Stretch => {
  if (offset === "" || offset === "+00:00") return { fromMs, offsetMs: 0, text: "Z" };
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/u.exec(offset) ?? [];
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return { fromMs, offsetMs: sign === "-" ? -ms : ms, text: offset };
};
