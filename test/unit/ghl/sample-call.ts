import type { Field, Operation, Parameter } from "../../../src/ghl/catalog/operation.ts";

/** Names that the client fills in by itself when a call has a location. */
const LOCATION_NAMES = ["locationId", "location_id", "altId", "altType"];

/** What the sample arguments are to be like. */
interface SampleOptions {
  /** Every optional argument as well. */
  readonly everything?: boolean;
  /** Values for certain names, at any depth, in place of made up ones. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Valid arguments for an operation: every required one, and every optional one on request. */
export const sampleCall = (
  operation: Operation,
  { everything = false, values = {} }: SampleOptions = {},
): { readonly parameters: Record<string, unknown>; readonly body: unknown } => {
  const wanted = ({ required }: { readonly required?: true }): boolean =>
    required === true || everything;
  const parameters = Object.fromEntries(
    operation.parameters
      .filter((parameter) => wanted(parameter) && !LOCATION_NAMES.includes(parameter.name))
      .map((parameter) => [parameter.name, values[parameter.name] ?? sampleParameter(parameter)]),
  );
  return { parameters, body: sampleBody(operation, wanted, values) };
};

const sampleBody = (
  { body }: Operation,
  wanted: (field: Field) => boolean,
  values: Readonly<Record<string, unknown>>,
): unknown => {
  if (body === undefined) return undefined;
  if (body.items !== undefined) return [sampleField(body.items, values)];
  if (body.fields === undefined) return {};
  return Object.fromEntries(
    Object.entries(body.fields)
      .filter(([name, field]) => wanted(field) && !LOCATION_NAMES.includes(name))
      .map(([name, field]) => [
        name,
        values[name] ?? (name === "locationIds" ? [] : sampleField(field, values)),
      ]),
  );
};

const sampleParameter = ({ type, enum: allowed, items }: Parameter): unknown => {
  const value = allowed?.[0] ?? sampleValue(type === "array" ? (items ?? "string") : type);
  return type === "array" ? [value, value] : value;
};

const sampleField = (field: Field, values: Readonly<Record<string, unknown>>): unknown => {
  if (field.binary === true) return new Blob(["file"]);
  if (field.enum !== undefined) return field.enum[0];
  if (field.type === "array") {
    return field.items === undefined ? [] : [sampleField(field.items, values)];
  }
  if (field.type === "object") {
    return Object.fromEntries(
      Object.entries(field.fields ?? {})
        .filter(
          ([name]) => name in values || (!LOCATION_NAMES.includes(name) && name !== "locationIds"),
        )
        .map(([name, member]) => [name, values[name] ?? sampleField(member, values)]),
    );
  }
  return sampleValue(field.type);
};

const sampleValue = (type: string): unknown => {
  if (type === "number" || type === "integer") return 7;
  if (type === "boolean") return true;
  return "id-1";
};
