import type { Usage } from "../measure/answer-parent.ts";
import { findSlope, median } from "../measure/statistics.ts";

/** What was seen of the server at one moment. */
export interface Sample extends Usage {
  /** Since the start. */
  readonly atSeconds: number;
  /** What the heap holds once the garbage is collected; not looked at each time. */
  readonly liveHeapBytes?: number;
}

/** How one measure went once the server was warm. */
export interface Trend {
  readonly name: string;
  /** The first sample of all, before it was warm. */
  readonly first: number;
  readonly median: number;
  readonly max: number;
  /** What it grew by while it was judged, by its slope; negative where it sank. */
  readonly growth: number;
  /** What it may grow by: noise. */
  readonly room: number;
  readonly verdict: "flat" | "grows" | "too short to say";
}

/** Samples of this first part of the run are not judged: caches fill, code is compiled. */
const WARM_UP_PART = 1 / 3;
/** Fewer say nothing of growth. */
const LEAST_SAMPLES = 12;
/** Growth that still counts as flat. A leak of 1 KB a call would be 18 MB in 20 minutes at 15 calls a second. */
const ROOM = { part: 0.1, bytes: 10e6, descriptors: 8 } as const;

/**
 * Says of memory and descriptors whether they were flat. The slope is that of Theil and Sen, the median
 * of the slopes of all pairs, on which the peaks before a collection have no influence. Pure.
 */
export const judgeSamples = (samples: readonly Sample[]): readonly Trend[] => {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_PART));
  const toTrend = (
    name: string,
    read: (one: Sample) => number | undefined,
    least: number,
  ): Trend => {
    const points = warm.flatMap((one): [number, number][] => {
      const value = read(one);
      return value === undefined ? [] : [[one.atSeconds, value]];
    });
    const values = points.map(([, value]) => value);
    const middle = median(values);
    const spanSeconds = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
    const growth = points.length < 2 ? 0 : findSlope(points) * spanSeconds;
    const room = Math.max(least, middle * ROOM.part);
    return {
      name,
      first: samples.map(read).find((value) => value !== undefined) ?? Number.NaN,
      median: middle,
      max: Math.max(...values),
      growth,
      room,
      verdict:
        points.length < LEAST_SAMPLES ? "too short to say" : growth <= room ? "flat" : "grows",
    };
  };
  return [
    toTrend("resident MB", ({ rssBytes }) => rssBytes, ROOM.bytes),
    toTrend("live heap MB", ({ liveHeapBytes }) => liveHeapBytes, ROOM.bytes),
    toTrend("descriptors", ({ descriptors }) => descriptors, ROOM.descriptors),
  ];
};
