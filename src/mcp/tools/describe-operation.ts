import { z } from "zod";
import type { Connection } from "../../core/connection.ts";
import { type Result, ok } from "../../core/result.ts";
import type { Operation } from "../../ghl/catalog/operation.ts";
import { findPagination } from "../../ghl/catalog/overlays/pagination.ts";
import type { ToolFailure } from "../failure.ts";
import { TOOL_OF_CLASS, findWithin } from "../operations/choose-operation.ts";
import { type DescribedBody, describeBody, describeParameters } from "../operations/notation.ts";
import { type ToolOutput, defineTool } from "../tool.ts";
import { wrongArgument } from "../wrong-argument.ts";

/** About 650 tokens of notation, which leaves room for the rest. */
const MAX_BODY_CHARACTERS = 2200;

/** What one operation takes, in a notation that is shorter than a schema. */
export const describeOperation = defineTool({
  name: "describe_operation",
  title: "Describe operation",
  description: "Parameters and body of an operation. * is required; the location is filled in.",
  access: "read",
  area: undefined,
  sets: ["core"],
  target: "grant",
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  input: z.strictObject({
    operation: z.string().min(1).max(100),
    path: z.string().max(200).optional().describe("Part of the body: items.price"),
  }),
  run: async ({ operation: id, path }, { principal, connections }) => {
    const connection = await connections.findConnection(principal.connectionId);
    const operation = findWithin(id, { principal, connection });
    if (!operation.ok) return operation;
    const body = toBody(operation.value, path);
    if (!body.ok) return body;
    return ok(
      path === undefined
        ? toDescription(operation.value, body.value, connection)
        : { path, type: body.value?.text, ...toMore(body.value) },
    );
  },
});

/** An operation as a whole, as the tool describes it and as its resource holds it. Pure. */
export function describeWhole(
  operation: Operation,
  connection: Connection | undefined,
): ToolOutput {
  const body = describeBody(operation, { path: [], maxCharacters: MAX_BODY_CHARACTERS });
  return toDescription(operation, body, connection);
}

function toBody(
  operation: Operation,
  path: string | undefined,
): Result<DescribedBody | undefined, ToolFailure> {
  const names = path === undefined ? [] : path.split(".").filter((name) => name !== "");
  const inBody = names[0] === "body" && operation.body?.fields?.["body"] === undefined;
  const described = describeBody(operation, {
    path: inBody ? names.slice(1) : names,
    maxCharacters: MAX_BODY_CHARACTERS,
  });
  return described === undefined && path !== undefined
    ? wrongArgument("path", "leads to no part of the body")
    : ok(described);
}

function toDescription(
  operation: Operation,
  body: DescribedBody | undefined,
  connection: Connection | undefined,
): ToolOutput {
  const { id, summary, class: needed, method, path, scopes, tokenClass } = operation;
  return {
    operation: id,
    summary,
    run_with: TOOL_OF_CLASS[needed],
    http: `${method} ${path}`,
    deprecated: operation.deprecated ? true : undefined,
    parameters: describeParameters(operation),
    body: body?.text,
    ...toMore(body),
    files: operation.upload ? "{url} or {base64, fileName, contentType}" : undefined,
    paging: toPaging(operation),
    scopes,
    missing_scopes: toMissing(operation, connection),
    connection: tokenClass === "company" ? "agency" : undefined,
  };
}

function toMore(body: DescribedBody | undefined): ToolOutput {
  return body === undefined || body.whole
    ? {}
    : { note: "{…} and … stand for more; ask for a part with path" };
}

function toPaging({ id }: Operation): string | undefined {
  const pagination = findPagination(id);
  if (pagination === undefined || pagination.style === "single") return undefined;
  const size = pagination.size === undefined ? "" : `, size in ${pagination.size}`;
  return `use pages and cursor${size}`;
}

/** Private integration tokens do not say which scopes they have: then nothing is missing for sure. */
function toMissing(
  { scopes }: Operation,
  connection: Connection | undefined,
): readonly string[] | undefined {
  if (connection === undefined || connection.scopes.length === 0) return undefined;
  const missing = scopes.filter((scope) => !connection.scopes.includes(scope));
  return missing.length === 0 ? undefined : missing;
}
