import type { Field, Parameter, ValueType } from "../../src/ghl/catalog/operation.ts";

/** A named value of an operation, as TypeScript declares it. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

/** An object type of these members, on one line. */
export const renderObject = (members: readonly Member[]): string => {
  if (members.length === 0) return "Record<never, never>";
  const lines = members.map(({ name, type, required }) => {
    const key = /^[A-Za-z_$][\w$]*$/u.test(name) ? name : JSON.stringify(name);
    return `${key}${required ? "" : "?"}: ${type}`;
  });
  return `{ ${lines.join("; ")} }`;
};

/** The type of a path, query or header parameter. */
export const renderParameter = ({ type, items, joined, enum: allowed }: Parameter): string => {
  if (type !== "array") return renderScalar(type, allowed);
  const member = renderScalar(items ?? "any", allowed);
  // A list that travels as one text may be given as one.
  return joined === true ? `${member} | ${toList(member)}` : toList(member);
};

/** The type of a body field, at any depth. */
export const renderField = (field: Field): string =>
  field.nullable === true ? `${renderPresent(field)} | null` : renderPresent(field);

const renderPresent = (field: Field): string => {
  if (field.binary === true) return "UploadFile";
  if (field.type === "array") {
    return toList(field.items === undefined ? "unknown" : renderField(field.items));
  }
  if (field.type === "object") {
    // Custom field values are declared as objects and are mostly text: such a field takes anything.
    return field.fields === undefined ? "unknown" : renderObject(toMembers(field.fields));
  }
  return renderScalar(field.type, field.enum);
};

/** The fields of an object as members, in their order. */
export const toMembers = (fields: Readonly<Record<string, Field>>): readonly Member[] =>
  Object.entries(fields).map(([name, field]) => ({
    name,
    type: renderField(field),
    required: field.required === true,
  }));

/** A body of which the specs say nothing more. */
export const FREE_FORM = "Readonly<Record<string, unknown>>";

const toList = (type: string): string =>
  /^[\w<>, ]+$/u.test(type) ? `readonly ${type}[]` : `readonly (${type})[]`;

const renderScalar = (
  type: ValueType,
  allowed: readonly (string | number | boolean)[] | undefined,
): string => {
  if (allowed !== undefined && allowed.length > 0) {
    return [...new Set(allowed.map((value) => toLiteral(type, value)))].join(" | ");
  }
  switch (type) {
    case "string":
    case "boolean":
      return type;
    case "number":
    case "integer":
      return "number";
    case "array":
    case "object":
    case "any":
      return "unknown";
  }
};

// Some specs write the values of a string as numbers.
const toLiteral = (type: ValueType, value: string | number | boolean): string =>
  JSON.stringify(type === "string" ? String(value) : value);
