import type { LocationSummary } from "../../core/connection.ts";
import { type Result, fail, ok } from "../../core/result.ts";
import { type Pagination, findPagination } from "../../ghl/catalog/overlays/pagination.ts";
import { toErrorText } from "../errors.ts";
import type { ToolFailure } from "../failure.ts";
import { toZonedOutput } from "../place-times.ts";
import type { UpstreamRecord } from "../record.ts";
import { MAX_RESULT_CHARACTERS, fitRecords } from "../result.ts";
import { shapeAnswer, shapeRow } from "../shape/shape-answer.ts";
import type { ToolOutcome, ToolOutput } from "../tool.ts";
import { checkCall } from "./check-call.ts";
import { inOrder } from "./in-order.ts";
import { type ListCursor, notOurs, readListCursor, writeListCursor } from "./list-cursor.ts";
import { toNext } from "./read-one.ts";
import { type ListedRows, readPages } from "./read-pages.ts";
import { type ReadRequest, toListName } from "./read-request.ts";

/** How many locations are asked at once: each has a rate budget of its own, this server has one CPU. */
const WIDTH = 4;

/** What one location came to. */
interface Harvest {
  readonly location: LocationSummary;
  readonly outcome: Result<ListedRows, ToolFailure>;
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
  // What is wrong with the call is wrong in every location: said once, before any is asked.
  const [first] = rest;
  const checked =
    first === undefined ? undefined : await checkCall(operation, request, context, first.id);
  if (checked !== undefined && !checked.ok) return checked;
  const basket = createBasket(request, pagination, locations.length);
  const harvests = inOrder({
    items: rest,
    width: WIDTH,
    signal: context.signal,
    work: (location, signal) =>
      harvest(request, { location, pagination, signal, at: location === first ? cursor : START }),
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

async function harvest(
  request: ReadRequest,
  at: {
    readonly location: LocationSummary;
    readonly pagination: Pagination | undefined;
    readonly signal: AbortSignal;
    readonly at: ListCursor;
  },
): Promise<Harvest> {
  const { location, pagination, signal } = at;
  const { operation, context, pages: maxPages = 1 } = request;
  const checked = await checkCall(operation, request, context, location.id);
  if (!checked.ok) return { location, outcome: checked };
  const { call } = checked.value;
  if (pagination !== undefined) {
    const list = {
      operation,
      pagination,
      call,
      location: location.id,
      maxPages,
      at: at.at,
      signal,
    };
    return { location, outcome: await readPages(list, context) };
  }
  const answer = await context.callIn(
    { location: location.id, operation: operation.id, signal },
    call,
  );
  const toRow = (record: unknown): ListedRows => ({ rows: [{ record, page: {}, index: 0 }] });
  return { location, outcome: answer.ok ? ok(toRow(answer.value)) : answer };
}

interface Basket {
  add(harvest: Harvest): void;
  count(): number;
  isFull(): boolean;
  toOutput(rest: readonly LocationSummary[]): ToolOutput;
}

/** Gathers rows until a result is full, and remembers where to go on. */
function createBasket(
  request: ReadRequest,
  pagination: Pagination | undefined,
  asked: number,
): Basket {
  const { operation, context } = request;
  const name = pagination === undefined ? "records" : toListName(pagination.records);
  const rows: UpstreamRecord[] = [];
  const failed: ToolOutput[] = [];
  const more: ToolOutput[] = [];
  let usedCharacters = 0;
  let count = 0;
  let goOn: ListCursor | undefined;

  const toRow = ({ location }: Harvest, record: unknown): UpstreamRecord => {
    const shaped =
      pagination === undefined
        ? shapeAnswer(operation, record, request)
        : shapeRow(record, { operation, name }, request);
    const placed = { ...shaped, location: location.name };
    return location.timezone === undefined ? placed : toZonedOutput(placed, location.timezone);
  };

  const addRows = (one: Harvest, listed: ListedRows): void => {
    const shaped = listed.rows.map(({ record }) => toRow(one, record));
    const left = Math.max(1, MAX_RESULT_CHARACTERS - usedCharacters);
    const fitted = fitRecords(shaped, left);
    const fits = rows.length === 0 || JSON.stringify(fitted.records).length <= left + 2;
    const kept = fits ? fitted.kept : 0;
    if (kept > 0) rows.push(...fitted.records);
    usedCharacters += kept === 0 ? 0 : JSON.stringify(fitted.records).length;
    if (kept < shaped.length)
      goOn = { ...(toNext(listed, kept) ?? START), location: one.location.id };
    else if (listed.next !== undefined) {
      more.push({ location: one.location.name, total: listed.total });
    }
  };

  return {
    add: (one) => {
      count += 1;
      const { location, outcome } = one;
      if (outcome.ok) addRows(one, outcome.value);
      const failure = outcome.ok ? outcome.value.failure : outcome.failure;
      if (failure !== undefined) {
        failed.push({
          location: location.name,
          problem: toErrorText(failure, context.errorText),
        });
      }
    },
    count: () => count,
    isFull: () => goOn !== undefined || usedCharacters >= MAX_RESULT_CHARACTERS,
    toOutput: (rest) => {
      const following = rest[count];
      const cursor =
        goOn ?? (following === undefined ? undefined : { location: following.id, skip: 0 });
      return {
        [name]: rows,
        locations: asked,
        failed,
        more_in: more,
        next_cursor: cursor === undefined ? undefined : writeListCursor(cursor),
        note:
          cursor === undefined
            ? undefined
            : "full; go on with cursor, or ask for fewer fields or locations",
      };
    },
  };
}
