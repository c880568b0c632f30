/** Who sent a request, as its token says. */
export interface Caller {
  /** `private`: a private integration token of a location; `agency_private`: one of the agency. */
  readonly kind: "location" | "company" | "private" | "agency_private";
  readonly companyId: string;
  /** Present unless the caller is a company or its private token. */
  readonly locationId?: string;
  /** The locations that the token reaches. */
  readonly locationIds: readonly string[];
  /** `all`: a private integration token with every scope ticked. */
  readonly scopes: readonly string[] | "all";
  readonly userId: string;
}

/** What the caller's calls are counted against: its location, or its company. */
export const toBudgetKey = (caller: Caller): string => caller.locationId ?? caller.companyId;

/** Whether the token reaches a location. */
export const reaches = (caller: Caller, locationId: string): boolean =>
  caller.locationIds.includes(locationId);
