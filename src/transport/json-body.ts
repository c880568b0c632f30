import { fail, ok, type Result } from "../core/result.ts";
import { isMediaType } from "./form-body.ts";

/** Why a body is not JSON that we take. */
export type JsonFailure = "wrong_content_type" | "not_json" | "too_deep";

/** Reads an `application/json` body that nests at most {@link MAX_DEPTH} levels. */
export const parseJson = (request: {
  readonly contentType: string | undefined;
  readonly body: string;
}): Result<unknown, JsonFailure> => {
  if (!isMediaType(request.contentType, "application/json")) return fail("wrong_content_type");
  if (isTooDeep(request.body)) return fail("too_deep");
  try {
    return ok(JSON.parse(request.body));
  } catch {
    // JSON.parse throws for one reason only: the text is not JSON.
    return fail("not_json");
  }
};

/** What to tell the sender. */
export const JSON_FAILURE_TEXT = {
  wrong_content_type: "the content type must be application/json",
  not_json: "the body is not valid JSON",
  too_deep: "the body nests too deeply",
} as const satisfies Readonly<Record<JsonFailure, string>>;

/** No document that we read nests deeper than a handful; walkers of deep ones overflow the stack. */
const MAX_DEPTH = 32;

/** Looks at brackets outside strings only; decides before anything is built (attack case R07). */
const isTooDeep = (text: string): boolean => {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) inString = !inString;
    else if (inString) index += code === BACKSLASH ? 1 : 0;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) depth += 1;
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
