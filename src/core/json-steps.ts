import { setImmediate } from "node:timers/promises";
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  findStringEnd,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
} from "./json-signs.ts";
import { parseLongString } from "./long-string.ts";
import { createPace } from "./pace.ts";

/** Text up to this length is parsed in one piece, which takes a few milliseconds. */
const ONE_PIECE = 512 * 1024;
/** About so many characters are parsed in one step. */
const STEP = 192 * 1024;
/** Lists within lists beyond this are parsed in one piece: each level costs a look ahead of one step. */
const MAX_LEVELS = 8;

/**
 * Parses JSON as `JSON.parse` does, long text in steps between which the event loop goes on (ADR 51).
 * Throws `SyntaxError` where the text is no JSON. Not a promise where the text is short.
 */
export const parseJsonText = (text: string): unknown =>
  text.length <= ONE_PIECE ? JSON.parse(text) : runInTurns(parseJsonInSteps(text));

const runInTurns = async (steps: Generator<void, unknown>): Promise<unknown> => {
  const pace = createPace();
  // Whoever has such a text has just had it decoded, in this turn.
  await setImmediate();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await pace();
  }
};

/**
 * The steps of parsing a long text; the last gives the value. Members of lists and objects, and long strings
 * in them, are parsed in portions by `JSON.parse`, which alone decides what is valid; here only their ends
 * are looked for.
 */
export function* parseJsonInSteps(text: string, stepSize: number = STEP): Generator<void, unknown> {
  const start = skipSpace(text, 0);
  if (!isOpening(text, start)) return JSON.parse(text);
  const { value, end } = yield* parseContainer({ text, stepSize }, start, 1);
  if (skipSpace(text, end) < text.length) throw new SyntaxError("there is more after the JSON");
  return value;
}

interface Source {
  readonly text: string;
  readonly stepSize: number;
}

/** A value, and where the text goes on after it. */
interface Parsed {
  readonly value: unknown;
  readonly end: number;
}

function* parseContainer(source: Source, start: number, level: number): Generator<void, Parsed> {
  const { text, stepSize } = source;
  const isList = text.charCodeAt(start) === OPEN_LIST;
  const container = isList ? createList() : createObject();
  /** Where the portion begins that is not parsed yet, and the member that is looked at. */
  let [from, at] = [start + 1, start + 1];
  for (;;) {
    const { inner, ...member } = findMember(source, at, { isList, level });
    let { end } = member;
    if (inner !== undefined) {
      if (at > from) container.add(text.slice(from, at - 1), "some");
      const parsed = yield* parseInner(source, inner.start, level + 1);
      container.put(inner.key, parsed.value);
      end = skipSpace(text, parsed.end);
      from = end + 1;
    }
    const closes = isClosed(text, end, isList);
    if (from <= end && (closes || end - from >= stepSize)) {
      container.add(text.slice(from, end), closes && from === start + 1 ? "any" : "some");
      from = end + 1;
    }
    at = end + 1;
    if (closes) return { value: container.value, end: at };
    if (from === at) yield;
  }
}

const parseInner = (source: Source, start: number, level: number): Generator<void, Parsed> =>
  isOpening(source.text, start)
    ? parseContainer(source, start, level)
    : parseLongString(source.text, start, source.stepSize);

/** Where a member ends, or that it is a container or a string longer than a step, which is taken apart in turn. */
const findMember = (
  { text, stepSize }: Source,
  at: number,
  { isList, level }: { readonly isList: boolean; readonly level: number },
): { readonly end: number; readonly inner?: Inner } => {
  const { end, isCut } = findEnd(text, at, level < MAX_LEVELS ? at + stepSize : text.length);
  if (!isCut) return { end };
  const inner = findInner(text, at, isList);
  return inner === undefined ? findEnd(text, at, text.length) : { end, inner };
};

const isClosed = (text: string, end: number, isList: boolean): boolean => {
  const sign = text.charCodeAt(end);
  if (sign === (isList ? CLOSE_LIST : CLOSE_OBJECT)) return true;
  if (sign === COMMA) return false;
  throw new SyntaxError("a list or an object ends wrongly");
};

interface Container {
  readonly value: unknown;
  /** Adds the members in a portion of text; none are right only where the whole container is empty. */
  add(portion: string, count: "any" | "some"): void;
  put(key: string, member: unknown): void;
}

const createList = (): Container => {
  const value: unknown[] = [];
  return {
    value,
    add: (portion, count) => {
      const members = JSON.parse(`[${portion}]`) as unknown[];
      checkCount(members, count);
      for (const member of members) value.push(member);
    },
    put: (_key, member) => void value.push(member),
  };
};

const createObject = (): Container => {
  const value: Record<string, unknown> = {};
  // By assignment this one name would change the prototype.
  const put = (key: string, member: unknown): void => {
    if (key !== "__proto__") value[key] = member;
    else Object.defineProperty(value, key, { ...OWN, value: member });
  };
  return {
    value,
    add: (portion, count) => {
      const members = Object.entries(JSON.parse(`{${portion}}`) as Record<string, unknown>);
      checkCount(members, count);
      for (const [key, member] of members) put(key, member);
    },
    put,
  };
};

const OWN = { configurable: true, enumerable: true, writable: true } as const;

const checkCount = ({ length }: readonly unknown[], count: "any" | "some"): void => {
  if (length === 0 && count === "some")
    throw new SyntaxError("there is nothing before or after a comma");
};

/** A container or a string within a container: its name where that is an object, and where it begins. */
interface Inner {
  readonly key: string;
  readonly start: number;
}

/** The container or string that a long member is, under its name in an object; undefined for anything else. */
const findInner = (text: string, at: number, isList: boolean): Inner | undefined => {
  let start = skipSpace(text, at);
  let key = "";
  if (!isList) {
    if (text.charCodeAt(start) !== QUOTE) return undefined;
    const end = skipString(text, start);
    key = JSON.parse(text.slice(start, end + 1)) as string;
    start = skipSpace(text, end + 1);
    if (text.charCodeAt(start) !== COLON) return undefined;
    start = skipSpace(text, start + 1);
  }
  const isLong = isOpening(text, start) || text.charCodeAt(start) === QUOTE;
  return isLong ? { key, start } : undefined;
};

/** Where the member that begins at `at` ends: at a comma or a closing bracket; cut where it is beyond `limit`. */
const findEnd = (
  text: string,
  at: number,
  limit: number,
): { readonly end: number; readonly isCut: boolean } => {
  let depth = 0;
  const last = Math.min(limit, text.length);
  for (let index = at; index < last; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = skipString(text, index);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) depth += 1;
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      if (depth === 0) return { end: index, isCut: false };
      depth -= 1;
    } else if (code === COMMA && depth === 0) return { end: index, isCut: false };
  }
  return { end: last, isCut: last < text.length };
};

/** The closing quote of the string that begins at `start`. */
const skipString = (text: string, start: number): number => {
  const end = findStringEnd(text, start);
  if (end < 0) throw new SyntaxError("a string does not end");
  return end;
};

const skipSpace = (text: string, from: number): number => {
  let index = from;
  while (SPACES.has(text.charCodeAt(index))) index += 1;
  return index;
};

const isOpening = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code === OPEN_LIST || code === OPEN_OBJECT;
};

const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
