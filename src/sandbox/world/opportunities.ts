import type { CustomFieldValue } from "./settings.ts";

/** A step of a pipeline. */
export interface Stage {
  readonly id: string;
  readonly name: string;
  readonly position: number;
}

/** A sales pipeline of a location. */
export interface Pipeline {
  readonly id: string;
  readonly locationId: string;
  readonly name: string;
  readonly stages: readonly Stage[];
}

/** The states of an opportunity. */
export const OPPORTUNITY_STATUSES = ["open", "won", "lost", "abandoned"] as const;

/** An opportunity. Dates are ISO 8601 in UTC, with milliseconds. */
export interface Opportunity {
  readonly id: string;
  readonly locationId: string;
  /** Absent: the deal belongs to no one yet. */
  readonly contactId?: string;
  readonly pipelineId: string;
  readonly pipelineStageId: string;
  readonly name: string;
  readonly status: (typeof OPPORTUNITY_STATUSES)[number];
  readonly monetaryValue: number;
  readonly source?: string;
  readonly assignedTo?: string;
  readonly lostReasonId?: string;
  /** Ids of users; absent: none. */
  readonly followers?: readonly string[];
  readonly customFields: readonly CustomFieldValue[];
  readonly forecastExpectedCloseDate?: string;
  readonly forecastProbability?: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastStatusChangeAt: string;
  readonly lastStageChangeAt: string;
}

/** Why a deal was lost, as a location words it. */
export interface LostReason {
  readonly id: string;
  readonly locationId: string;
  readonly name: string;
  readonly dateAdded: string;
}

/** The deals of every location. */
export interface OpportunityState {
  readonly pipelines: readonly Pipeline[];
  readonly lostReasons: readonly LostReason[];
  readonly opportunities: Map<string, Opportunity>;
}
