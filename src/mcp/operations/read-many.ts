import type { LocationSummary } from "../../core/connection.ts";
import { type Result, fail, ok } from "../../core/result.ts";
import { type Pagination, findPagination } from "../../ghl/catalog/overlays/pagination.ts";
import { CANNOT_GO_ON } from "../cursor-text.ts";
import { toErrorText } from "../errors.ts";
import { estimateTokens } from "../estimate-tokens.ts";
import type { ToolFailure } from "../failure.ts";
import { placeTimes } from "../place-times.ts";
import { type UpstreamRecord, isRecord, toRecords } from "../record.ts";
import { MAX_RESULT_TOKENS, fitRecords } from "../result.ts";
import { fitRows, shapeRow } from "../shape/shape-answer.ts";
import type { ToolOutcome, ToolOutput } from "../tool.ts";
import { type GivenCall, checkCall } from "./check-call.ts";
import { inOrder } from "./in-order.ts";
import { type ListCursor, notOurs, readListCursor, writeListCursor } from "./list-cursor.ts";
import { toNext } from "./read-one.ts";
import { type ListedRows, fillPaging, readPages } from "./read-pages.ts";
import { type ReadRequest, toListName } from "./read-request.ts";

/** How many locations are asked at once: each has a rate budget of its own, this server has one CPU. */
const WIDTH = 4;

/** The rows of one location as they came, and those that a result may hold as it shows them. */
interface Crop {
  readonly name: string;
  readonly listed: ListedRows;
  readonly shown: readonly UpstreamRecord[];
}

/** What one location came to. */
interface Harvest {
  readonly location: LocationSummary;
  readonly outcome: Result<Crop, ToolFailure>;
}

/**
 * Runs a reading operation in several locations. Each row names its location; one that fails is reported
 * and the others go on. The result ends where it is full, and then no further location is asked.
 */
export async function readMany(
  request: ReadRequest,
  locations: readonly LocationSummary[],
): Promise<ToolOutcome> {
  const { operation, context } = request;
  const pagination = findPagination(operation.id);
  const at = toStart(request, pagination, locations);
  if (!at.ok) return at;
  const { cursor, rest } = at.value;
  const given = fillPaging(operation, request, request.pages ?? 1);
  // What is wrong with the call is wrong in every location: said once, before any is asked.
  const [first] = rest;
  const checked =
    first === undefined
      ? undefined
      : await checkCall(operation, given, { ...context, location: first.id });
  if (checked !== undefined && !checked.ok) return checked;
  const basket = createBasket(request, locations.length);
  const harvests = inOrder({
    items: rest,
    width: WIDTH,
    signal: context.signal,
    work: (location, signal) =>
      harvest(request, {
        given,
        location,
        pagination,
        signal,
        at: location === first ? cursor : START,
      }),
  });
  for await (const one of harvests) {
    basket.add(one);
    const done = locations.length - rest.length + basket.count();
    await context.progress({ done, total: locations.length, message: "locations read" });
    if (basket.isFull()) break;
  }
  if (context.signal.aborted) return fail({ kind: "aborted" });
  return ok(basket.toOutput(rest));
}

const START: ListCursor = { skip: 0 };

function toStart(
  { cursor: given }: ReadRequest,
  pagination: Pagination | undefined,
  locations: readonly LocationSummary[],
): Result<{ readonly cursor: ListCursor; readonly rest: readonly LocationSummary[] }, ToolFailure> {
  const cursor = readListCursor(given, pagination ?? NO_PAGES);
  if (!cursor.ok) return cursor;
  const from = cursor.value.location;
  const index = from === undefined ? 0 : locations.findIndex(({ id }) => id === from);
  return index < 0 ? notOurs() : ok({ cursor: cursor.value, rest: locations.slice(index) });
}

const NO_PAGES: Pagination = { style: "single", in: "query", records: "", pageSize: 1 };

interface Field {
  readonly given: GivenCall;
  readonly location: LocationSummary;
  readonly pagination: Pagination | undefined;
  readonly signal: AbortSignal;
  readonly at: ListCursor;
}

async function harvest(request: ReadRequest, field: Field): Promise<Harvest> {
  const { location } = field;
  const read = await readField(request, field);
  if (!read.ok) return { location, outcome: read };
  const { name, listed } = read.value;
  const { operation, context } = request;
  // Times of a place are longer than UTC: what does not fit here does not fit later.
  const records = listed.rows.map(({ record }) => record);
  const { kept } = fitRows(records, { operation, name }, request);
  const shaped = records.slice(0, kept).map((record) => ({
    ...shapeRow(record, { operation, name }, request),
    location: location.name,
  }));
  const placed = await placeTimes({ shaped }, () => context.zoneOf(location.id));
  return { location, outcome: ok({ name, listed, shown: toRecords(placed["shaped"]) }) };
}

async function readField(
  request: ReadRequest,
  { given, location: { id: location }, pagination, signal, at }: Field,
): Promise<Result<Omit<Crop, "shown">, ToolFailure>> {
  const { operation, context, pages: maxPages = 1 } = request;
  const checked = await checkCall(operation, given, { ...context, location });
  if (!checked.ok) return checked;
  const { call } = checked.value;
  if (pagination !== undefined) {
    const list = { operation, pagination, call, location, maxPages, at, signal };
    const read = await readPages(list, context);
    return read.ok ? ok({ name: toListName(pagination.records), listed: read.value }) : read;
  }
  const answer = await context.callIn({ location, operation: operation.id, signal }, call);
  return answer.ok ? ok(toRows(answer.value, at.skip)) : answer;
}

/** An answer without pages: its one list, or the answer as a whole. */
function toRows(answer: unknown, skip: number): Omit<Crop, "shown"> {
  const only = findOnlyList(answer);
  const rows = (only?.list ?? [answer]).map((record, index) => ({ record, page: {}, index }));
  return { name: only?.name ?? "records", listed: { rows: rows.slice(skip) } };
}

function findOnlyList(
  answer: unknown,
): { readonly name: string; readonly list: readonly unknown[] } | undefined {
  if (!isRecord(answer)) return undefined;
  const lists = Object.entries(answer).flatMap(([name, list]) =>
    Array.isArray(list) && list.every(isRecord) ? [{ name, list }] : [],
  );
  return lists.length === 1 ? lists[0] : undefined;
}

interface Basket {
  add(harvest: Harvest): void;
  count(): number;
  isFull(): boolean;
  toOutput(rest: readonly LocationSummary[]): ToolOutput;
}

/** Gathers rows until a result is full, and remembers where to go on. */
function createBasket({ context }: ReadRequest, asked: number): Basket {
  const rows: ToolOutput[] = [];
  const failed: ToolOutput[] = [];
  const more: ToolOutput[] = [];
  let usedTokens = 0;
  let count = 0;
  let name = "records";
  let goOn: ListCursor | undefined;

  const addCrop = ({ location }: Harvest, crop: Crop): void => {
    const { listed, shown } = crop;
    const left = MAX_RESULT_TOKENS - usedTokens;
    const fitted = fitRecords(shown, Math.max(1, left));
    const size = estimateTokens(JSON.stringify(fitted.records));
    // At least one row is always taken, however long: but only where the result is empty so far.
    const kept = rows.length === 0 || size <= left ? fitted.kept : 0;
    if (kept > 0) {
      rows.push(...fitted.records);
      usedTokens += size;
      ({ name } = crop);
    }
    if (kept < listed.rows.length)
      goOn = { ...(toNext(listed, kept) ?? START), location: location.id };
    else if (listed.next !== undefined) {
      more.push({ location: location.name, total: listed.total });
    }
  };

  return {
    add: (one) => {
      count += 1;
      const { location, outcome } = one;
      if (outcome.ok) addCrop(one, outcome.value);
      const failure = outcome.ok ? outcome.value.listed.failure : outcome.failure;
      if (failure !== undefined) {
        failed.push({
          location: location.name,
          problem: toErrorText(failure, context.errorText),
        });
      }
    },
    count: () => count,
    isFull: () => goOn !== undefined || usedTokens >= MAX_RESULT_TOKENS,
    toOutput: (rest) => {
      const following = rest[count];
      const next =
        goOn ?? (following === undefined ? undefined : { location: following.id, skip: 0 });
      const cursor = next === undefined ? undefined : writeListCursor(next);
      return {
        [name]: rows,
        locations: asked,
        failed: failed.length === 0 ? undefined : failed,
        more_in: more.length === 0 ? undefined : more,
        next_cursor: cursor,
        note: next === undefined ? undefined : toFullNote(cursor),
      };
    },
  };
}

function toFullNote(cursor: string | undefined): string {
  return cursor === undefined
    ? `full; ${CANNOT_GO_ON}`
    : "full; go on with cursor, or ask for fewer fields or locations";
}
