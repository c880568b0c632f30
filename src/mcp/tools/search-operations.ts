import { z } from "zod";
import { createPace } from "../../core/pace.ts";
import { ok } from "../../core/result.ts";
import { findOperation } from "../../ghl/catalog/index.ts";
import type { Operation } from "../../ghl/catalog/operation.ts";
import { prepareSearch, searchOperations as search } from "../../ghl/catalog/search.ts";
import {
  type OperationScope,
  coversOperation,
  findRefusal,
} from "../operations/allow-operation.ts";
import { optionalNames } from "../operations/filled-in.ts";
import { defineTool } from "../tool.ts";

/** Finds operations by what they do; only those that the grant and the connection can run. */
export const searchOperations = defineTool({
  name: "search_operations",
  title: "Search operations",
  description:
    "Find API operations by what they do, in plain words. Gives id: summary (required parameters) [class].",
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
    query: z.string().trim().min(1).max(200),
    limit: z.int().min(1).max(25).default(8),
  }),
  run: async ({ query, limit }, context) => {
    const { principal, connections } = context;
    const connection = await connections.findConnection(principal.connectionId);
    await prepareSearch();
    const operations = await findAllowed(query, limit, { principal, connection });
    return ok({
      operations: operations.map(toLine),
      note:
        operations.length === 0
          ? "nothing fits within this grant; try other words, get_oauth_status shows what it covers"
          : undefined,
    });
  },
});

/**
 * The kind of connection that an operation wants stands in its full record alone. More hits than wanted
 * are taken and those out of reach left out, so that a search does not load the whole catalogue.
 * What it loads, it loads file by file with turns of the event loop between.
 */
async function findAllowed(
  query: string,
  limit: number,
  scope: OperationScope,
): Promise<readonly Operation[]> {
  const pace = createPace();
  const hits = search(query, {
    limit: limit * 3 + 10,
    allows: (operation) => coversOperation(operation, scope.principal),
  });
  const allowed: Operation[] = [];
  for (const hit of hits) {
    if (allowed.length === limit) break;
    await pace();
    const operation = findOperation(hit.operation.id);
    if (operation !== undefined && findRefusal(operation, scope) === undefined) {
      allowed.push(operation);
    }
  }
  return allowed;
}

const MAX_NAMES = 8;

function toLine(operation: Operation): string {
  const required = toRequired(operation);
  const names = required.slice(0, MAX_NAMES).join(", ");
  const more = required.length > MAX_NAMES ? ", …" : "";
  const needs = required.length === 0 ? "" : ` (${names}${more})`;
  const { id, summary, class: needed, deprecated } = operation;
  return `${id}: ${summary}${needs} [${needed}${deprecated ? ", deprecated" : ""}]`;
}

function toRequired(operation: Operation): readonly string[] {
  const hidden = optionalNames(operation);
  const fields = Object.entries(operation.body?.fields ?? {}).map(([name, field]) => ({
    name,
    required: field.required,
  }));
  return [...operation.parameters, ...fields]
    .filter(({ name, required }) => required === true && !hidden.has(name))
    .map(({ name }) => name);
}
