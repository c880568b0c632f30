import { promisify } from "node:util";
import { gunzip, gunzipSync } from "node:zlib";
import { fail, ok, type Result } from "../core/result.ts";
import { type Soon, trySoon } from "../core/soon.ts";
import type { CollectedAnswer } from "./collect-answer.ts";

/** What of a packed body is unpacked in place: on a thread of its own the way there costs more. */
const IN_PLACE = { maxPackedBytes: 16 * 1024, maxBytes: 256 * 1024 } as const;

const UTF8 = new TextDecoder();
const gunzipElsewhere = promisify(gunzip);

/**
 * The text of an answer, unpacked; fails with `too_large` where that has more than `maxBytes`. Throws where the
 * packing is broken, or another than was asked for.
 */
export const decodeBody = (
  answer: CollectedAnswer,
  maxBytes: number,
): Soon<Result<string, "too_large">> => {
  const encoding = toEncoding(answer);
  if (encoding === "identity") {
    return answer.bytes.byteLength > maxBytes ? fail("too_large") : ok(UTF8.decode(answer.bytes));
  }
  if (encoding !== "gzip") {
    throw new Error(`the answer has content-encoding "${encoding}", which was not asked for`);
  }
  return trySoon<Buffer, Result<string, "too_large">>(
    () => unpack(answer.bytes, maxBytes),
    (bytes) => ok(UTF8.decode(bytes)),
    (error) => {
      if (isTooLarge(error)) return fail("too_large");
      throw error;
    },
  );
};

/** How the body is packed. An empty body is not, whatever the header says of it. */
const toEncoding = ({ status, headers, bytes }: CollectedAnswer): string =>
  status === 204 || status === 304 || bytes.byteLength === 0
    ? "identity"
    : (headers["content-encoding"] ?? "identity").toLowerCase();

const unpack = (packed: Buffer, maxBytes: number): Soon<Buffer> => {
  if (packed.byteLength <= IN_PLACE.maxPackedBytes) {
    try {
      return gunzipSync(packed, { maxOutputLength: Math.min(maxBytes, IN_PLACE.maxBytes) });
    } catch (error) {
      if (!isTooLarge(error) || maxBytes <= IN_PLACE.maxBytes) throw error;
    }
  }
  return gunzipElsewhere(packed, { maxOutputLength: maxBytes });
};

const isTooLarge = (error: unknown): boolean =>
  error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
