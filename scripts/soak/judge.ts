import type { Usage } from "../measure/answer-parent.ts";
import { median } from "../measure/statistics.ts";

/** What was seen of the server at one moment. */
export interface Sample extends Usage {
  /** Since the start. */
  readonly atSeconds: number;
}

/** How one measure went over the second half of the run. */
export interface Trend {
  readonly name: string;
  /** Medians of the third and of the last quarter. */
  readonly before: number;
  readonly after: number;
  readonly isFlat: boolean;
}

/** Growth from the third to the last quarter that still counts as flat: noise of the collector. */
const ROOM = { part: 0.1, bytes: 12 * 1024 * 1024, descriptors: 8 } as const;

/** Says of memory and descriptors whether they were flat over the second half. */
export const judgeSamples = (samples: readonly Sample[]): readonly Trend[] => {
  const half = samples.slice(Math.floor(samples.length / 2));
  const middle = Math.floor(half.length / 2);
  const toTrend = (name: string, read: (one: Sample) => number, room: number): Trend => {
    const before = median(half.slice(0, middle).map(read));
    const after = median(half.slice(middle).map(read));
    return { name, before, after, isFlat: after - before <= Math.max(room, before * ROOM.part) };
  };
  return [
    toTrend("resident memory, bytes", ({ rssBytes }) => rssBytes, ROOM.bytes),
    toTrend("heap used, bytes", ({ heapUsedBytes }) => heapUsedBytes, ROOM.bytes),
    toTrend("descriptors", ({ descriptors }) => descriptors, ROOM.descriptors),
  ];
};
