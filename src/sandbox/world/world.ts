/** The agency that owns every location of the sandbox. */
export interface Company {
  readonly id: string;
  readonly name: string;
}

/** A sub-account. */
export interface Location {
  readonly id: string;
  readonly companyId: string;
  readonly name: string;
  readonly address: string;
  readonly city: string;
  readonly state: string;
  readonly country: string;
  readonly postalCode: string;
  readonly website: string;
  /** An IANA time zone. */
  readonly timezone: string;
  readonly email: string;
  readonly phone: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly allowDuplicateContact: boolean;
}

/** A person who works in the agency or in a location. */
export interface User {
  readonly id: string;
  readonly companyId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly phone: string;
  readonly type: "agency" | "account";
  readonly role: "admin" | "user";
  readonly locationIds: readonly string[];
}

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

/** A workflow; GoHighLevel only lists them. */
export interface Workflow {
  readonly id: string;
  readonly locationId: string;
  readonly name: string;
  readonly status: "draft" | "published";
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The definition of a custom field. */
export interface CustomField {
  readonly id: string;
  readonly locationId: string;
  readonly name: string;
  readonly fieldKey: string;
  readonly dataType: string;
  readonly model: "contact" | "opportunity";
  readonly position: number;
  readonly picklistOptions?: readonly string[];
}

/** A named text of a location. */
export interface CustomValue {
  readonly id: string;
  readonly locationId: string;
  readonly name: string;
  readonly fieldKey: string;
  readonly value: string;
}

/** A tag that a location knows. */
export interface Tag {
  readonly id: string;
  readonly locationId: string;
  readonly name: string;
}

/** The channels of the do-not-disturb settings, spelt as in v3. */
export const DND_CHANNELS = ["call", "email", "sms", "whatsApp", "gmb", "fb"] as const;

/** One channel of the do-not-disturb settings. */
export type DndChannel = (typeof DND_CHANNELS)[number];

/** The state of one channel. */
export interface DndSetting {
  readonly status: "active" | "inactive" | "permanent";
  readonly message?: string;
  readonly code?: string;
}

/** The value that a record has for a custom field. */
export interface CustomFieldValue {
  readonly id: string;
  readonly value: unknown;
}

/** A contact. Dates are ISO 8601 in UTC, with milliseconds. */
export interface Contact {
  readonly id: string;
  readonly locationId: string;
  readonly firstName?: string;
  readonly lastName?: string;
  /** Lower case. */
  readonly email?: string;
  /** E.164. */
  readonly phone?: string;
  readonly companyName?: string;
  readonly address1?: string;
  readonly city?: string;
  readonly state?: string;
  readonly postalCode?: string;
  readonly country?: string;
  readonly website?: string;
  readonly timezone?: string;
  readonly gender?: string;
  readonly dateOfBirth?: string;
  readonly source?: string;
  readonly type: "lead" | "customer";
  readonly assignedTo?: string;
  readonly tags: readonly string[];
  readonly dnd: boolean;
  readonly dndSettings: Readonly<Partial<Record<DndChannel, DndSetting>>>;
  readonly customFields: readonly CustomFieldValue[];
  readonly dateAdded: string;
  readonly dateUpdated: string;
}

/** The states of an opportunity. */
export const OPPORTUNITY_STATUSES = ["open", "won", "lost", "abandoned"] as const;

/** An opportunity. Dates are ISO 8601 in UTC, with milliseconds. */
export interface Opportunity {
  readonly id: string;
  readonly locationId: string;
  readonly contactId: string;
  readonly pipelineId: string;
  readonly pipelineStageId: string;
  readonly name: string;
  readonly status: (typeof OPPORTUNITY_STATUSES)[number];
  readonly monetaryValue: number;
  readonly source?: string;
  readonly assignedTo?: string;
  readonly lostReasonId?: string;
  readonly customFields: readonly CustomFieldValue[];
  readonly forecastExpectedCloseDate?: string;
  readonly forecastProbability?: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastStatusChangeAt: string;
  readonly lastStageChangeAt: string;
}

/** Everything that the sandbox knows. Contacts, opportunities and tags change; the rest stays. */
export interface World {
  readonly company: Company;
  readonly locations: readonly Location[];
  readonly users: readonly User[];
  readonly pipelines: readonly Pipeline[];
  readonly workflows: readonly Workflow[];
  readonly customFields: readonly CustomField[];
  readonly customValues: readonly CustomValue[];
  readonly tags: Tag[];
  readonly contacts: Map<string, Contact>;
  readonly opportunities: Map<string, Opportunity>;
}
