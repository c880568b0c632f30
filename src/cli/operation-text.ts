import type {
  Field,
  Operation,
  OperationSummary,
  Parameter,
  ValueType,
} from "../ghl/catalog/operation.ts";

/** Names that the location of a call fills in. */
const LOCATION_NAMES: readonly string[] = ["locationId", "location_id", "altId", "altType"];
const MAX_ENUM = 12;
const DEPRECATED = "(deprecated)";

/** A list of operations, a line each. */
export const toListLines = (operations: readonly OperationSummary[]): readonly string[] => {
  const width = operations.reduce((most, { id }) => Math.max(most, id.length), 0);
  return operations.map(
    (one) => `${one.id.padEnd(width)}  ${one.class.padEnd(8)}  ${toSummaryText(one)}`,
  );
};

/** The summary, which says of most deprecated operations itself that they are. */
const toSummaryText = ({ summary, deprecated }: OperationSummary): string =>
  deprecated && !summary.endsWith(DEPRECATED) ? `${summary} ${DEPRECATED}` : summary;

/** An operation as one object of JSON, for a list. */
export const toListJson = (operation: OperationSummary): unknown => {
  const { id, summary, class: level, area, app, method, path, deprecated } = operation;
  return { id, summary, class: level, area, app, method, path, ...(deprecated && { deprecated }) };
};

/** Everything about an operation that a caller needs. `paged` says that --pages and --all work. */
export const toDetailLines = (operation: Operation, paged: boolean): readonly string[] => {
  const { id, method, path, version, class: level, area, scopes, location } = operation;
  const parameters = operation.parameters.filter(({ name }) => isShown(operation, name));
  return [
    id,
    `  ${toSummaryText(operation)}`,
    "",
    `request     ${method} ${path}, Version ${version}`,
    `class       ${level}, area ${area}`,
    `token       ${toTokenText(operation)}`,
    `scopes      ${scopes.length === 0 ? "none declared" : scopes.join(" ")}`,
    ...(location.length === 0 ? [] : ["location    filled in"]),
    ...(paged ? ["pages       --pages <n> or --all lists on"] : []),
    ...(parameters.length === 0 ? [] : ["", "parameters", ...align(parameters.map(toRow))]),
    ...toBodyLines(operation),
    "",
    `  ghl-mcp call ${id}${toExample(operation)}`,
  ];
};

const isShown = ({ tokenClass }: Operation, name: string): boolean =>
  tokenClass !== "location" || !LOCATION_NAMES.includes(name);

const toTokenText = ({ tokenClass, oauthOnly }: Operation): string => {
  const of = tokenClass === "either" ? "of a location or a company" : `of a ${tokenClass}`;
  return oauthOnly ? `${of}, from a sign-in only` : of;
};

type Row = readonly [name: string, type: string];

const align = (rows: readonly Row[]): readonly string[] => {
  const width = rows.reduce((most, [name]) => Math.max(most, name.length), 0);
  return rows.map(([name, type]) => `  ${name.padEnd(width)}  ${type}`);
};

const toRow = (parameter: Parameter): Row => [
  mark(parameter.name, parameter.required),
  [
    toTypeText(parameter.type, parameter.items, parameter.enum),
    ...(parameter.default === undefined ? [] : [`default ${String(parameter.default)}`]),
  ].join(", "),
];

const mark = (name: string, required: true | undefined): string =>
  required === true ? `${name} *` : name;

const toTypeText = (
  type: ValueType,
  items: ValueType | undefined,
  allowed: readonly (string | number | boolean)[] | undefined,
): string => {
  const one =
    allowed === undefined ? (items ?? (type === "array" ? "any" : type)) : choices(allowed);
  return type === "array" ? `list of ${one}` : one;
};

const choices = (allowed: readonly (string | number | boolean)[]): string => {
  const shown = allowed.slice(0, MAX_ENUM).join(" | ");
  return allowed.length > MAX_ENUM ? `${shown} | …` : shown;
};

const toBodyLines = (operation: Operation): readonly string[] => {
  const { body } = operation;
  if (body === undefined) return [];
  const head = ["", `body (${body.contentType})`];
  if (body.items !== undefined) {
    return [...head, ...align([["each", fieldText(body.items)], ...toFieldRows(body.items, "  ")])];
  }
  if (body.fields === undefined)
    return [...head, "  any fields; GoHighLevel does not describe them"];
  const fields = Object.entries(body.fields).filter(([name]) => isShown(operation, name));
  return [
    ...head,
    ...align(
      fields.flatMap(([name, field]): readonly Row[] => [
        [mark(name, field.required), fieldText(field)],
        ...toFieldRows(field, "  "),
      ]),
    ),
  ];
};

const toFieldRows = (field: Field, indent: string): readonly Row[] => {
  const inner = field.type === "array" ? field.items : field;
  return Object.entries(inner?.fields ?? {}).flatMap(([name, member]): readonly Row[] => [
    [`${indent}${mark(name, member.required)}`, fieldText(member)],
    ...toFieldRows(member, `${indent}  `),
  ]);
};

const fieldText = (field: Field): string => {
  if (field.binary === true) return "file";
  const text =
    field.type === "array" && field.items !== undefined
      ? `list of ${fieldText(field.items)}`
      : toTypeText(field.type, undefined, field.enum);
  return field.nullable === true ? `${text} or null` : text;
};

const toExample = (operation: Operation): string => {
  const parameters = operation.parameters
    .filter(({ name, required }) => required === true && isShown(operation, name))
    .map(({ name }) => ` --param ${name}=…`);
  const fields = Object.entries(operation.body?.fields ?? {})
    .filter(([name, { required }]) => required === true && isShown(operation, name))
    .map(([name, field]) => (isFile(field) ? ` --file ${name}=@…` : ` --param ${name}=…`));
  return [...parameters, ...fields].join("");
};

const isFile = ({ binary, items }: Field): boolean => binary === true || items?.binary === true;
