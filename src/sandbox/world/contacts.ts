import type { CustomFieldValue } from "./settings.ts";

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
  /** Ids of users; absent: none. */
  readonly followers?: readonly string[];
  readonly businessId?: string;
  readonly dnd: boolean;
  readonly dndSettings: Readonly<Partial<Record<DndChannel, DndSetting>>>;
  readonly customFields: readonly CustomFieldValue[];
  readonly dateAdded: string;
  readonly dateUpdated: string;
}

/** A note on a contact. */
export interface Note {
  readonly id: string;
  readonly contactId: string;
  readonly locationId: string;
  readonly body: string;
  readonly title?: string;
  readonly color?: string;
  readonly pinned: boolean;
  readonly userId?: string;
  readonly dateAdded: string;
}

/** A task on a contact. */
export interface Task {
  readonly id: string;
  readonly contactId: string;
  readonly locationId: string;
  readonly title: string;
  readonly body: string;
  readonly dueDate: string;
  readonly completed: boolean;
  readonly assignedTo?: string;
  readonly dateAdded: string;
}

/** What a contact has been put into; GoHighLevel takes these orders and never shows them. */
export interface Enrolment {
  readonly campaigns: Set<string>;
  readonly workflows: Set<string>;
}

/** The contacts and what hangs on them. */
export interface ContactState {
  readonly contacts: Map<string, Contact>;
  readonly notes: Map<string, Note>;
  readonly tasks: Map<string, Task>;
  /** By contact id. */
  readonly enrolments: Map<string, Enrolment>;
}
