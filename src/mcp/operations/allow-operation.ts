import { allowsAccess } from "../../core/access.ts";
import type { Connection } from "../../core/connection.ts";
import type { Principal } from "../../core/principal.ts";
import { findOperation, suggestOperations } from "../../ghl/catalog/index.ts";
import type { Operation, OperationSummary } from "../../ghl/catalog/operation.ts";
import type { ToolFailure } from "../failure.ts";

/** Operations that answer with tokens of GoHighLevel: no result may carry one to a client. */
const TOKEN_OPERATIONS: ReadonlySet<string> = new Set([
  "oauth.get-access-token",
  "oauth.get-location-access-token",
  "oauth.get-location-access-token-v3",
]);

/** What decides which operations a call may run: the grant, and the kind of its connection. */
export interface OperationScope {
  readonly principal: Pick<Principal, "access" | "areas" | "locations">;
  /** Undefined when the connection is gone: then only the grant is judged. */
  readonly connection: Pick<Connection, "kind"> | undefined;
}

/** Whether the grant covers an operation, as far as its summary tells: its class and its area. Pure. */
export function coversOperation(
  { class: needed, area, id }: OperationSummary,
  { access, areas }: OperationScope["principal"],
): boolean {
  return (
    !TOKEN_OPERATIONS.has(id) &&
    allowsAccess(access, needed) &&
    (areas === "all" || areas.includes(area))
  );
}

/** Why an operation is not for this grant and connection; undefined when it is. Pure. */
export function findRefusal(
  operation: Operation,
  { principal, connection }: OperationScope,
): ToolFailure | undefined {
  const { id, area, class: needed } = operation;
  if (TOKEN_OPERATIONS.has(id)) {
    return { kind: "operation_out_of_reach", operation: id, reason: "tokens" };
  }
  if (!allowsAccess(principal.access, needed)) {
    return { kind: "access_too_low", tool: id, needed, granted: principal.access };
  }
  if (principal.areas !== "all" && !principal.areas.includes(area)) {
    return { kind: "area_not_granted", tool: id, area };
  }
  if (operation.oauthOnly && connection?.kind === "private") {
    return { kind: "operation_out_of_reach", operation: id, reason: "oauth" };
  }
  return operation.tokenClass === "company" && !reachesCompany(operation, { principal, connection })
    ? { kind: "operation_out_of_reach", operation: id, reason: "company" }
    : undefined;
}

/**
 * An operation of an agency is for grants of all its locations: it may list or change any of them. One
 * that takes a location stays within it.
 */
function reachesCompany(
  { location }: Operation,
  { principal, connection }: OperationScope,
): boolean {
  return (
    (connection === undefined || connection.kind === "company") &&
    (principal.locations === "all" || location.length > 0)
  );
}

/** Whether a call may go without a location: the operation is about a company, and so is the grant. */
export function worksWithoutLocation(
  { tokenClass }: Operation,
  { principal, connection }: OperationScope,
): boolean {
  return (
    tokenClass !== "location" && connection?.kind === "company" && principal.locations === "all"
  );
}

/** The ids that an unknown one most likely means, of those that the scope allows. */
export function suggestWithin(id: string, scope: OperationScope): readonly string[] {
  return suggestOperations(id).filter((candidate) => {
    const operation = findOperation(candidate);
    return operation !== undefined && findRefusal(operation, scope) === undefined;
  });
}
