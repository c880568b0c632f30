import { isListShape, isObjectShape } from "./fill-shape.ts";
import type { Shape } from "./shape.ts";

/** A path into an answer, name by name; the empty one is the answer itself. */
export type AnswerPath = readonly string[];

/** How deep records stand in answers at most. */
const MAX_DEPTH = 2;

const isRecord = (shape: Shape): boolean =>
  isObjectShape(shape) && (Object.hasOwn(shape, "id") || Object.hasOwn(shape, "_id"));

/** Every path of an answer, nearest first, with the shape at its end. */
const toPaths = (shape: Shape | undefined): readonly (readonly [AnswerPath, Shape])[] => {
  let level: (readonly [AnswerPath, Shape])[] = shape === undefined ? [] : [[[], shape]];
  const all = [...level];
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    level = level.flatMap(([path, one]) =>
      isObjectShape(one)
        ? Object.entries(one).map(([name, member]): readonly [AnswerPath, Shape] => [
            [...path, name],
            member,
          ])
        : [],
    );
    all.push(...level);
  }
  return all;
};

/**
 * Where the record of an answer stands: the nearest object with an id, else the only object that the
 * answer holds, else the answer itself.
 */
export const findRecordPath = (shape: Shape | undefined): AnswerPath => {
  const found = toPaths(shape).find(([, one]) => isRecord(one));
  if (found !== undefined) return found[0];
  const objects = isObjectShape(shape)
    ? Object.entries(shape).filter(([, member]) => isObjectShape(member))
    : [];
  const [only] = objects;
  return objects.length === 1 && only !== undefined ? [only[0]] : [];
};

/** Where the list of an answer stands: the nearest list of objects; undefined where there is none. */
export const findListPath = (shape: Shape | undefined): AnswerPath | undefined =>
  toPaths(shape).find(([, one]) => isListShape(one) && isObjectShape(one[0]))?.[0];

/** The shape at a path; undefined where the path leads out of it. */
export const shapeAt = (shape: Shape | undefined, path: AnswerPath): Shape | undefined => {
  let at = shape;
  for (const name of path) {
    if (!isObjectShape(at)) return undefined;
    at = at[name];
  }
  return at;
};

/** The value with another at a path; objects and lists on the way are made where they are missing. */
export const withValueAt = (root: unknown, path: AnswerPath, value: unknown): unknown => {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (/^\d+$/u.test(name)) {
    const list: unknown[] = Array.isArray(root) ? [...root] : [];
    list[Number(name)] = withValueAt(list[Number(name)], rest, value);
    return list;
  }
  const object = typeof root === "object" && root !== null && !Array.isArray(root) ? root : {};
  const members = new Map<string, unknown>(Object.entries(object));
  return Object.fromEntries(members.set(name, withValueAt(members.get(name), rest, value)));
};
