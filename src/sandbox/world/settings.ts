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
  readonly placeholder?: string;
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

/** The value that a record has for a custom field. */
export interface CustomFieldValue {
  readonly id: string;
  readonly value: unknown;
}

/** A text that a location sends again and again. */
export interface Template {
  readonly id: string;
  readonly locationId: string;
  readonly name: string;
  readonly type: "sms" | "email";
  /** Empty for a text message. */
  readonly subject: string;
  readonly body: string;
  readonly dateAdded: string;
}

/** What is set up once for a location. */
export interface SettingsState {
  readonly workflows: readonly Workflow[];
  readonly customFields: CustomField[];
  readonly customValues: CustomValue[];
  readonly tags: Tag[];
  readonly templates: Template[];
}
