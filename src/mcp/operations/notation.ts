import { filledInNames, optionalNames } from "./filled-in.ts";
import type { Body, Field, Operation, Parameter } from "../../ghl/catalog/operation.ts";

/** How far a notation goes into detail. */
interface Detail {
  /** Objects below this depth are written `{…}`. */
  readonly depth: number;
  /** Further values of an enumeration are counted only. */
  readonly maxValues: number;
}

const DETAILS: readonly Detail[] = [
  { depth: 6, maxValues: 40 },
  { depth: 3, maxValues: 15 },
  { depth: 2, maxValues: 10 },
  { depth: 1, maxValues: 8 },
  { depth: 0, maxValues: 8 },
  { depth: 0, maxValues: 3 },
];

/**
 * The parameters of an operation in one line: `contactId*: string, status: open|won`. `*` marks what is
 * required, `=` a default. What is filled in is left out.
 */
export function describeParameters(operation: Operation): string {
  const hidden = filledInNames(operation);
  const optional = optionalNames(operation);
  return operation.parameters
    .filter(({ name }) => !hidden.has(name))
    .map((parameter) => {
      const field = toField(parameter);
      return toMember(parameter.name, optional.has(parameter.name) ? toOptional(field) : field, {
        depth: 1,
        maxValues: 60,
      });
    })
    .join(", ");
}

/** A body as it is described: in as much detail as fits, and whether that is all of it. */
export interface DescribedBody {
  readonly text: string;
  readonly whole: boolean;
}

/** The body of an operation, or the part of it at `path`, in at most `maxCharacters`. */
export function describeBody(
  operation: Operation,
  { path, maxCharacters }: { readonly path: readonly string[]; readonly maxCharacters: number },
): DescribedBody | undefined {
  const { body } = operation;
  const root = body === undefined ? undefined : toBodyField(body, operation);
  const field = root === undefined ? undefined : fieldAt(root, path);
  if (field === undefined) return undefined;
  for (const detail of DETAILS) {
    const text = toType(field, detail);
    if (text.length <= maxCharacters) return { text, whole: !text.includes("…") };
  }
  const short = toType(field, { depth: 0, maxValues: 3 });
  const cut = short.slice(0, maxCharacters);
  return { text: `${cut.slice(0, cut.lastIndexOf(","))}, …}`, whole: false };
}

function toBodyField(body: Body, operation: Operation): Field {
  if (body.items !== undefined) {
    // The tools take objects; check-call.ts unwraps this one.
    const items: Field = { type: "array", required: true, items: body.items };
    return { type: "object", fields: { items } };
  }
  if (body.fields === undefined) return { type: "any" };
  const hidden = filledInNames(operation);
  const optional = optionalNames(operation);
  const fields = Object.entries(body.fields)
    .filter(([name]) => !hidden.has(name))
    .map(([name, field]) => [name, optional.has(name) ? toOptional(field) : field]);
  return { type: "object", fields: Object.fromEntries(fields) };
}

function toOptional({ required: _required, ...field }: Field): Field {
  return field;
}

function fieldAt(field: Field, [name, ...rest]: readonly string[]): Field | undefined {
  if (name === undefined) return field;
  const inner = field.items !== undefined && field.fields === undefined ? field.items : field;
  const { fields } = inner;
  const found = fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
  return found === undefined ? undefined : fieldAt(found, rest);
}

function toField({ type, items = "any", enum: values, ...parameter }: Parameter): Field {
  const allowed = values === undefined ? {} : { enum: values };
  if (type !== "array") return { ...parameter, type, ...allowed };
  // The words that a list allows are those of its members.
  return { ...parameter, type, items: { type: items, ...allowed } };
}

function toMember(name: string, field: Field, detail: Detail): string {
  const standard = field.default === undefined ? "" : `=${String(field.default)}`;
  return `${name}${field.required === true ? "*" : ""}: ${toType(field, detail)}${standard}`;
}

function toType(field: Field, detail: Detail): string {
  const type = toBareType(field, detail);
  return field.nullable === true ? `${type}|null` : type;
}

function toBareType(field: Field, detail: Detail): string {
  if (field.binary === true) return "file";
  if (field.enum !== undefined) return toValues(field.enum, detail);
  if (field.type === "array") {
    const item = field.items === undefined ? "any" : toType(field.items, detail);
    return item.includes("|") && !item.startsWith("{") ? `(${item})[]` : `${item}[]`;
  }
  if (field.type !== "object") return field.type === "integer" ? "int" : field.type;
  if (field.fields === undefined || Object.keys(field.fields).length === 0) return "object";
  if (detail.depth < 0) return "{…}";
  const inner = { ...detail, depth: detail.depth - 1 };
  const members = Object.entries(field.fields).map(([name, one]) => toMember(name, one, inner));
  return `{${members.join(", ")}}`;
}

function toValues(values: readonly unknown[], { maxValues }: Detail): string {
  const shown = values.slice(0, maxValues).map(String).join("|");
  return values.length > maxValues ? `${shown}|… ${values.length - maxValues} more` : shown;
}
