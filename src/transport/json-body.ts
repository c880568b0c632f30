import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  findStringEnd,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
} from "../core/json-signs.ts";
import { parseJsonText } from "../core/json-steps.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type Soon, trySoon } from "../core/soon.ts";
import { isMediaType } from "./form-body.ts";

/** Why a body is not JSON that we take. */
export type JsonFailure = "wrong_content_type" | "not_json" | "too_deep" | "too_many";

/** A body, and what its sender says that it is. */
export interface SentBody {
  readonly contentType: string | undefined;
  readonly body: string;
}

/** Reads an `application/json` body that nests at most {@link MAX_DEPTH} levels. */
export const parseJson = (sent: SentBody): Result<unknown, JsonFailure> => {
  const failure = findFailure(sent);
  if (failure !== undefined) return fail(failure);
  try {
    return ok(JSON.parse(sent.body));
  } catch {
    // JSON.parse throws for one reason only: the text is not JSON.
    return fail("not_json");
  }
};

/** The same for a body of megabytes, which is read in steps between which the event loop goes on. */
export const parseLongJson = (sent: SentBody): Soon<Result<unknown, JsonFailure>> => {
  const failure = findFailure(sent);
  if (failure !== undefined) return fail(failure);
  return trySoon<unknown, Result<unknown, JsonFailure>>(
    () => parseJsonText(sent.body),
    ok,
    (error) => {
      if (error instanceof SyntaxError) return fail("not_json");
      throw error;
    },
  );
};

const findFailure = ({ contentType, body }: SentBody): JsonFailure | undefined =>
  isMediaType(contentType, "application/json") ? measure(body) : "wrong_content_type";

/** What to tell the sender. */
export const JSON_FAILURE_TEXT = {
  wrong_content_type: "the content type must be application/json",
  not_json: "the body is not valid JSON",
  too_deep: "the body nests too deeply",
  too_many: "the body holds too many values",
} as const satisfies Readonly<Record<JsonFailure, string>>;

/** No document that we read nests deeper than a handful; walkers of deep ones overflow the stack. */
const MAX_DEPTH = 32;

/** Ten times what the largest bulk call holds; whoever checks them all must not hold others up. */
const MAX_VALUES = 100_000;

/** Looks at signs outside strings only; decides before anything is built (attack case R07). */
const measure = (text: string): "too_deep" | "too_many" | undefined => {
  let depth = 0;
  let values = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = findStringEnd(text, index);
      if (index < 0) return undefined;
    }
    if (code === OPEN_LIST || code === OPEN_OBJECT) depth += 1;
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
    else if (code === COMMA) values += 1;
    if (depth > MAX_DEPTH) return "too_deep";
    if (values > MAX_VALUES) return "too_many";
  }
  return undefined;
};
