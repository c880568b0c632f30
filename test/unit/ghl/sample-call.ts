import type { Field, Operation, Parameter } from "../../../src/ghl/catalog/operation.ts";

/** Names that the client fills in by itself when a call has a location. */
const LOCATION_NAMES = ["locationId", "location_id", "altId", "altType"];

/** Valid arguments for an operation: every required one, and every optional one on request. */
export const sampleCall = (
  operation: Operation,
  options: { readonly everything?: boolean } = {},
): { readonly parameters: Record<string, unknown>; readonly body: unknown } => {
  const wanted = ({ required }: { readonly required?: true }): boolean =>
    required === true || options.everything === true;
  const parameters = Object.fromEntries(
    operation.parameters
      .filter((parameter) => wanted(parameter) && !LOCATION_NAMES.includes(parameter.name))
      .map((parameter) => [parameter.name, sampleParameter(parameter)]),
  );
  return { parameters, body: sampleBody(operation, wanted) };
};

const sampleBody = ({ body }: Operation, wanted: (field: Field) => boolean): unknown => {
  if (body === undefined) return undefined;
  if (body.items !== undefined) return [sampleField(body.items)];
  if (body.fields === undefined) return {};
  return Object.fromEntries(
    Object.entries(body.fields)
      .filter(([name, field]) => wanted(field) && !LOCATION_NAMES.includes(name))
      .map(([name, field]) => [name, name === "locationIds" ? [] : sampleField(field)]),
  );
};

const sampleParameter = ({ type, enum: allowed, items }: Parameter): unknown => {
  const value = allowed?.[0] ?? sampleValue(type === "array" ? (items ?? "string") : type);
  return type === "array" ? [value, value] : value;
};

const sampleField = (field: Field): unknown => {
  if (field.binary === true) return new Blob(["file"]);
  if (field.enum !== undefined) return field.enum[0];
  if (field.type === "array") return field.items === undefined ? [] : [sampleField(field.items)];
  if (field.type === "object") {
    return Object.fromEntries(
      Object.entries(field.fields ?? {})
        .filter(([name]) => !LOCATION_NAMES.includes(name) && name !== "locationIds")
        .map(([name, member]) => [name, sampleField(member)]),
    );
  }
  return sampleValue(field.type);
};

const sampleValue = (type: string): unknown => {
  if (type === "number" || type === "integer") return 7;
  if (type === "boolean") return true;
  return "id-1";
};
