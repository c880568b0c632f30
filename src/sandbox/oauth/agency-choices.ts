import type { Installation } from "./tokens.ts";

/** What an installation by an agency says about locations. */
type AgencyReach = Pick<Installation, "locationIds" | "isBulk" | "withFutureLocations">;

/** One way in which an agency can install the app (gohighlevel.md §4.2 and §4.3). */
export interface AgencyChoice {
  readonly value: string;
  /** For the page: what it means for this many locations. */
  describe(locationCount: number): string;
  reach(locationIds: readonly string[]): AgencyReach;
}

const half = (count: number): number => Math.ceil(count / 2);

/** The ways, in the order of the page. */
export const AGENCY_CHOICES: readonly AgencyChoice[] = [
  {
    value: "company",
    describe: (count) => `the whole agency with its ${count} locations`,
    reach: (locationIds) => ({ locationIds, isBulk: true }),
  },
  {
    value: "company-some",
    describe: (count) => `the agency with the first ${half(count)} of its ${count} locations`,
    reach: (locationIds) => ({
      locationIds: locationIds.slice(0, half(locationIds.length)),
      isBulk: true,
    }),
  },
  {
    value: "company-future",
    describe: (count) => `the agency with its ${count} locations and all that it opens later`,
    reach: (locationIds) => ({ locationIds, isBulk: true, withFutureLocations: true }),
  },
  {
    value: "company-alone",
    describe: () => "the agency alone, without any of its locations",
    reach: () => ({ locationIds: [] }),
  },
];
