import type {
  Body,
  Generation,
  OperationTokenClass,
  Parameter,
} from "../../src/ghl/catalog/operation.ts";
import { byCodeUnit, isObject, toList, toObject, toStrings, type JsonObject } from "./json.ts";
import { findPlacements } from "./find-placements.ts";
import type { SpecOperation } from "./read-specs.ts";
import {
  flattenSchema,
  shapeField,
  shapeFields,
  toDefault,
  toEnum,
  toValueType,
} from "./shape-field.ts";

/** The facts that one spec states about one operation. */
export const shapeOperation = (operation: SpecOperation): Generation => {
  const { node } = operation;
  const declared = toList(node["parameters"]).filter(isObject);
  const version = declaredVersion(declared);
  const parameters = shapeParameters(operation.path, declared);
  const body = shapeBody(operation);
  const schemes = securitySchemes(node);
  const tokenClass = toTokenClass(schemes);
  return {
    path: operation.path,
    ...(version !== undefined && { version }),
    parameters,
    ...(body !== undefined && { body }),
    scopes: shapeScopes(operation),
    ...(tokenClass !== undefined && { tokenClass }),
    ...(schemes.some((scheme) => scheme.endsWith("-Only")) && { oauthOnly: true }),
    ...(node["deprecated"] === true && { deprecated: true }),
    ...(body?.contentType === "multipart/form-data" && { upload: true }),
    location: findPlacements(parameters, body),
  };
};

const isVersionHeader = (parameter: JsonObject): boolean =>
  parameter["in"] === "header" && String(parameter["name"]).toLowerCase() === "version";

const declaredVersion = (declared: readonly JsonObject[]): string | undefined => {
  const header = declared.find(isVersionHeader);
  return header === undefined ? undefined : toStrings(toObject(header["schema"])["enum"])[0];
};

/** Placeholders of a path, in order. */
const placeholders = (path: string): readonly string[] =>
  [...path.matchAll(/\{([^}]+)\}/gu)].map((match) => match[1] ?? "");

// A placeholder is a parameter whether the spec declares it or not: eleven paths leave some out.
const shapeParameters = (path: string, declared: readonly JsonObject[]): readonly Parameter[] => {
  const names = placeholders(path);
  const shaped = declared.filter((parameter) => parameter["in"] !== "header").map(shapeParameter);
  const inPath = names.map(
    (name): Parameter =>
      shaped.find((one) => one.in === "path" && one.name === name) ?? {
        name,
        in: "path",
        type: "string",
        required: true,
      },
  );
  return [...inPath, ...shaped.filter((one) => one.in !== "path")];
};

const shapeParameter = (parameter: JsonObject): Parameter => {
  const schema = toObject(parameter["schema"]);
  const items = toObject(schema["items"]);
  const allowed = toEnum(schema) ?? toEnum(items);
  const preset = toDefault(schema);
  const inPath = parameter["in"] === "path";
  return {
    name: String(parameter["name"]),
    in: inPath ? "path" : "query",
    type: toValueType(schema),
    ...(Object.keys(items).length > 0 && { items: toValueType(items) }),
    ...((inPath || parameter["required"] === true) && { required: true }),
    ...(parameter["explode"] === false && { joined: true }),
    ...(allowed !== undefined && { enum: allowed }),
    ...(preset !== undefined && { default: preset }),
  };
};

const CONTENT_TYPES = [
  "application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
] as const;

const shapeBody = ({ node, resolve }: SpecOperation): Body | undefined => {
  const request = toObject(node["requestBody"]);
  const content = toObject(request["content"]);
  const contentType = CONTENT_TYPES.find((type) => type in content);
  if (contentType === undefined) return undefined;
  const schema = flattenSchema(toObject(toObject(content[contentType])["schema"]), resolve);
  const fields = shapeFields(schema, resolve, 0);
  const items = toObject(schema["items"]);
  return {
    contentType,
    ...(request["required"] === true && { required: true }),
    ...(Object.keys(fields).length > 0 && { fields }),
    ...(Object.keys(items).length > 0 && { items: shapeField(items, resolve) }),
  };
};

const securitySchemes = (node: JsonObject): readonly string[] => [
  ...new Set(
    toList(node["security"])
      .filter(isObject)
      .flatMap((one) => Object.keys(one)),
  ),
];

const shapeScopes = ({ node, documentedScopes }: SpecOperation): readonly string[] => {
  const own = toList(node["security"])
    .filter(isObject)
    .flatMap((requirement) => Object.values(requirement).flatMap(toStrings));
  return [...new Set(own.length > 0 ? own : documentedScopes)].toSorted(byCodeUnit);
};

// `bearer` stands for a sub-account token or a private integration token.
const toTokenClass = (schemes: readonly string[]): OperationTokenClass | undefined => {
  const company = schemes.some((scheme) => scheme.startsWith("Agency-"));
  const location = schemes.some((scheme) => scheme === "bearer" || scheme.startsWith("Location-"));
  if (company) return location ? "either" : "company";
  return location ? "location" : undefined;
};
