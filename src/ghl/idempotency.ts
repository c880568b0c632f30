import type { Operation } from "./catalog/operation.ts";
import { isPlainObject } from "./coerce-value.ts";

/**
 * The body field by which GoHighLevel recognises the same request again, of the one operation that has
 * one (specs/v2/phone-system.json, `fingerprintId`). No other operation and no header serves for it.
 */
const KEY_FIELDS: Readonly<Record<string, string>> = {
  "phone-system.purchase-phone-number": "fingerprintId",
};

/**
 * The body field that carries an operation's key, where it has one; for the script that writes types too.
 *
 * @internal
 */
export const idempotencyField = ({ id }: Operation): string | undefined => KEY_FIELDS[id];

/**
 * The body with a key of its own, where the operation takes one and the caller gave none. Made once for
 * a call, so that every attempt carries the same.
 */
export const withIdempotencyKey = (
  operation: Operation,
  body: unknown,
  makeKey: () => string,
): unknown => {
  const field = idempotencyField(operation);
  if (field === undefined || (body !== undefined && !isPlainObject(body))) return body;
  const given = body?.[field];
  return given === undefined || given === null ? { ...body, [field]: makeKey() } : body;
};

/** A key that no other call has. */
export const randomKey = (): string => globalThis.crypto.randomUUID();
