import type { OperationId } from "../../core/ids.ts";
import { toOperationId } from "../../core/ids.ts";
import { type Result, ok } from "../../core/result.ts";
import { findOperation, listOperations } from "../../ghl/catalog/index.ts";
import type { Operation } from "../../ghl/catalog/operation.ts";
import type { ContextCall, OperationContext } from "../context.ts";
import type { ToolFailure } from "../failure.ts";
import { isRecord, toText } from "../record.ts";
import { findRefusal } from "./allow-operation.ts";
import type { CheckedCall } from "./check-call.ts";
import { filledInNames } from "./filled-in.ts";
import { nameRecord } from "./name-record.ts";

/** A record that a call touches. */
export interface AffectedRecord {
  /** The parameter or field that names it. */
  readonly as: string;
  readonly id: string;
  /** What a person knows it by, where it could be looked up within the grant. */
  readonly name?: string;
}

/** What a call touches. */
export interface Affected {
  readonly records: readonly AffectedRecord[];
  /** How many records in all: the first few of a list are named only. */
  readonly count: number;
}

/** How many members of one list are looked up. */
const MAX_NAMED = 5;

/**
 * Finds out what a call touches, by name: the record of its path, through the operation that reads the
 * same path, and the contacts that it names. Looks only where the grant may read. Fails where the record
 * itself is not there, so that nobody is asked to confirm what cannot be done.
 */
export async function findAffected(
  operation: Operation,
  checked: CheckedCall,
  context: OperationContext,
): Promise<Result<Affected, ToolFailure>> {
  const own = await readOwnRecord(operation, checked, context);
  if (own !== undefined && !own.ok) return own;
  const named = findNamed(operation, checked.call);
  const shown = named.flatMap(({ as, ids }) => ids.slice(0, MAX_NAMED).map((id) => ({ as, id })));
  const records = await Promise.all(
    shown.map(async ({ as, id }): Promise<AffectedRecord> => {
      const name =
        own?.value !== undefined && own.value.id === id
          ? own.value.name
          : await nameContact({ as, id }, checked, context);
      return name === undefined ? { as, id } : { as, id, name };
    }),
  );
  return ok({ records, count: Math.max(1, ...named.map(({ ids }) => ids.length)) });
}

interface OwnRecord {
  readonly id: string;
  readonly name: string | undefined;
}

/** The record of the path, where an operation reads that very path. */
async function readOwnRecord(
  operation: Operation,
  { call, location }: CheckedCall,
  context: OperationContext,
): Promise<Result<OwnRecord | undefined, ToolFailure> | undefined> {
  const names = pathNames(operation);
  const last = names.at(-1);
  const id = last === undefined ? undefined : toText(call.parameters?.[last]);
  const reader = id === undefined ? undefined : findReader(operation, context);
  if (id === undefined || reader === undefined) return undefined;
  const parameters = Object.fromEntries(
    pathNames(reader).map((name, index) => [name, call.parameters?.[names[index] ?? ""]]),
  );
  const answer = await context.callIn({ location, operation: reader.id }, { parameters });
  if (answer.ok) return ok({ id, name: nameRecord(answer.value) });
  // A failure that is not about the record leaves it without a name; the person sees its id.
  return ABOUT_THE_RECORD.has(answer.failure.kind) ? answer : undefined;
}

const ABOUT_THE_RECORD: ReadonlySet<string> = new Set([
  "not_found",
  "location_forbidden",
  "bad_request",
]);

const pathNames = (operation: Operation): readonly string[] => {
  const hidden = filledInNames(operation);
  return operation.parameters
    .filter((parameter) => parameter.in === "path" && !hidden.has(parameter.name))
    .map(({ name }) => name);
};

const toTemplate = (path: string): string => path.replaceAll(/\{[^}]*\}/gu, "{}");

function findReader(operation: Operation, context: OperationContext): Operation | undefined {
  const template = toTemplate(operation.path);
  const summary = listOperations().find(
    (one) => one.method === "GET" && one.class === "read" && toTemplate(one.path) === template,
  );
  const reader = summary === undefined ? undefined : findOperation(summary.id);
  const works =
    reader !== undefined &&
    findRefusal(reader, context) === undefined &&
    reader.parameters.every(
      (one) => one.in === "path" || one.required !== true || filledInNames(reader).has(one.name),
    );
  return works ? reader : undefined;
}

interface NamedIds {
  readonly as: string;
  readonly ids: readonly string[];
}

/** Everything in the call that names records: `contactId`, `ids`, `contacts`, … */
function findNamed(
  operation: Operation,
  { parameters = {}, body }: ContextCall,
): readonly NamedIds[] {
  const hidden = filledInNames(operation);
  const members = [...Object.entries(parameters), ...Object.entries(isRecord(body) ? body : {})];
  return members
    .filter(([name]) => !hidden.has(name) && /(?:^|_)ids?$|Ids?$|^contacts$|Key$/u.test(name))
    .map(([as, value]) => ({ as, ids: toIds(value) }))
    .filter(({ ids }) => ids.length > 0);
}

function toIds(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values
    .map((one) => (isRecord(one) ? (toText(one["id"]) ?? toText(one["_id"])) : toText(one)))
    .filter((id) => id !== undefined);
}

const GET_CONTACT: OperationId = toOperationId("contacts.get-contact");

/** The name of a contact within the grant; undefined for other records, and where it can't be read. */
async function nameContact(
  { as, id }: AffectedRecord,
  { location }: CheckedCall,
  context: OperationContext,
): Promise<string | undefined> {
  const reader = findOperation(GET_CONTACT);
  const isContact = /contact/iu.test(as) && location !== undefined;
  if (!isContact || reader === undefined || findRefusal(reader, context) !== undefined) {
    return undefined;
  }
  const answer = await context.callIn(
    { location, operation: GET_CONTACT },
    { parameters: { contactId: id } },
  );
  return answer.ok ? nameRecord(answer.value) : undefined;
}
