import { toSeededId, toSeededUuid } from "../world/ids.ts";
import type { LostReason, Pipeline } from "../world/opportunities.ts";
import type { Location } from "../world/people.ts";
import type { CustomField, CustomValue, Tag, Template, Workflow } from "../world/settings.ts";
import type { LocationPlan } from "./location-plans.ts";
import type { Prng } from "./prng.ts";
import { daysBefore, REFERENCE_DATE } from "./reference-date.ts";

/** What the settings of a location are made from. */
export interface SettingsSource {
  readonly seed: number;
  readonly plan: LocationPlan;
  readonly location: Location;
  readonly prng: Prng;
}

const toKey = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");

/** The pipelines of a location with their stages. */
export const seedPipelines = ({ seed, plan, location }: SettingsSource): Pipeline[] =>
  plan.pipelines.map((pipeline) => ({
    id: toSeededId(seed, `pipeline ${plan.key} ${pipeline.name}`),
    locationId: location.id,
    name: pipeline.name,
    stages: pipeline.stages.map((name, position) => ({
      id: toSeededUuid(seed, `stage ${plan.key} ${pipeline.name} ${name}`),
      name,
      position,
    })),
  }));

/** The workflows of a location; the last one is a draft. */
export const seedWorkflows = ({ seed, plan, location, prng }: SettingsSource): Workflow[] =>
  plan.workflows.map((name, index) => {
    const age = prng.int(120, 360);
    return {
      id: toSeededUuid(seed, `workflow ${plan.key} ${name}`),
      locationId: location.id,
      name,
      status: index === plan.workflows.length - 1 ? "draft" : "published",
      version: prng.int(1, 9),
      createdAt: daysBefore(REFERENCE_DATE, age),
      updatedAt: daysBefore(REFERENCE_DATE, prng.int(1, age)),
    };
  });

/** The custom fields of a location: those of contacts, and one of opportunities. */
export const seedCustomFields = ({ seed, plan, location }: SettingsSource): CustomField[] => {
  const fields = [
    ...plan.customFields.map((field) => ({ ...field, model: "contact" as const })),
    {
      name: "Expected start",
      dataType: "DATE" as const,
      options: undefined,
      model: "opportunity" as const,
    },
  ];
  return fields.map((field, position) => ({
    id: toSeededId(seed, `custom field ${plan.key} ${field.name}`),
    locationId: location.id,
    name: field.name,
    fieldKey: `${field.model}.${toKey(field.name)}`,
    dataType: field.dataType,
    model: field.model,
    position,
    ...(field.options === undefined ? {} : { picklistOptions: field.options }),
  }));
};

/** The custom values of a location. */
export const seedCustomValues = ({ seed, plan, location }: SettingsSource): CustomValue[] =>
  [
    { name: "Booking link", value: `https://${plan.key}.example.com/book` },
    { name: "Office hours", value: "Monday to Friday, 9 to 17" },
  ].map(({ name, value }) => ({
    id: toSeededId(seed, `custom value ${plan.key} ${name}`),
    locationId: location.id,
    name,
    fieldKey: `{{ custom_values.${toKey(name)} }}`,
    value,
  }));

/** The tags that a location starts with. */
export const seedTags = ({ seed, plan, location }: SettingsSource): Tag[] =>
  plan.tags.map((name) => ({
    id: toSeededId(seed, `tag ${plan.key} ${name}`),
    locationId: location.id,
    name,
  }));

/** The texts that a location sends again and again. */
export const seedTemplates = ({ seed, plan, location }: SettingsSource): Template[] =>
  [
    {
      name: "Appointment reminder",
      type: "sms" as const,
      subject: "",
      body: "Hi {{contact.first_name}}, see you on {{appointment.start_time}}.",
    },
    {
      name: "Review request",
      type: "sms" as const,
      subject: "",
      body: "How did we do, {{contact.first_name}}? Reply with a number from 1 to 5.",
    },
    {
      name: "Welcome",
      type: "email" as const,
      subject: `Welcome to ${location.name}`,
      body: "<p>Hello {{contact.first_name}}, it is good to have you.</p>",
    },
  ].map((template) => ({
    id: toSeededId(seed, `template ${plan.key} ${template.name}`),
    locationId: location.id,
    dateAdded: daysBefore(REFERENCE_DATE, 200),
    ...template,
  }));

/** Why deals are lost in a location. */
export const seedLostReasons = ({ seed, plan, location }: SettingsSource): LostReason[] =>
  ["Too expensive", "Chose someone else", "No answer", "Bad timing"].map((name) => ({
    id: toSeededId(seed, `lost reason ${plan.key} ${name}`),
    locationId: location.id,
    name,
    dateAdded: daysBefore(REFERENCE_DATE, 300),
  }));
