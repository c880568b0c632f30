import type { AccessLevel } from "../../core/access.ts";
import { type Result, fail, ok } from "../../core/result.ts";
import { findOperation } from "../../ghl/catalog/index.ts";
import type { Operation } from "../../ghl/catalog/operation.ts";
import type { ToolFailure } from "../failure.ts";
import type { NeededReach } from "../tool.ts";
import { type OperationScope, findRefusal, suggestWithin } from "./allow-operation.ts";

/** The tool that runs the operations of each class. */
export const TOOL_OF_CLASS: Readonly<Record<AccessLevel, string>> = {
  read: "read_operation",
  write: "write_operation",
  critical: "critical_operation",
};

/** The operation of that id, if it is for this scope. */
export function findWithin(id: string, scope: OperationScope): Result<Operation, ToolFailure> {
  const operation = findOperation(id.trim());
  if (operation === undefined) {
    return fail({ kind: "no_such_operation", given: id, closest: suggestWithin(id, scope) });
  }
  const refusal = findRefusal(operation, scope);
  return refusal === undefined ? ok(operation) : fail(refusal);
}

/** The operation of that id, if it is for this scope and of the class that the tool runs. */
export function chooseOperation(
  id: string,
  wanted: AccessLevel,
  scope: OperationScope,
): Result<Operation, ToolFailure> {
  const found = findWithin(id, scope);
  if (!found.ok || found.value.class === wanted) return found;
  const { id: operation, class: actual } = found.value;
  return fail({
    kind: "wrong_class",
    operation,
    class: actual,
    tool: TOOL_OF_CLASS[actual],
  });
}

/** What the operation that a call names needs of the grant; undefined where it names none. */
export function toOperationReach(rawArguments: unknown): NeededReach | undefined {
  if (typeof rawArguments !== "object" || rawArguments === null) return undefined;
  const id: unknown = Reflect.get(rawArguments, "operation");
  const operation = typeof id === "string" ? findOperation(id.trim()) : undefined;
  return operation === undefined ? undefined : { access: operation.class, areas: [operation.area] };
}
