import type { Operation } from "../../ghl/catalog/operation.ts";
import type { OperationContext } from "../context.ts";
import type { GivenCall } from "./check-call.ts";

/** One call of read_operation, its operation found and allowed. */
export interface ReadRequest extends GivenCall {
  readonly operation: Operation;
  readonly fields?: readonly string[] | undefined;
  /** How many pages to read; undefined: one. */
  readonly pages?: number | undefined;
  readonly cursor?: string | undefined;
  readonly context: OperationContext;
}

/** The name under which an operation's records are shown: GoHighLevel's own where it has one. */
export function toListName(path: string): string {
  const last = path.split(".").at(-1) ?? "";
  return last === "" || last === "data" ? "records" : last;
}
