import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip, gunzipSync } from "node:zlib";
import { fail, ok, type Result } from "../core/result.ts";
import { createPace } from "../core/pace.ts";
import { joinChunks } from "../core/join-chunks.ts";
import { type Soon, trySoon, whenThere } from "../core/soon.ts";
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
    return answer.size > maxBytes ? fail("too_large") : whenThere(decodeText(answer), ok);
  }
  if (encoding !== "gzip") {
    throw new Error(`the answer has content-encoding "${encoding}", which was not asked for`);
  }
  return trySoon<Buffer, Result<string, "too_large">>(
    () => unpack(joinChunks(answer.chunks), maxBytes),
    (bytes) => whenThere(decodeText({ chunks: [bytes], size: bytes.byteLength }), ok),
    (error) => {
      if (isTooLarge(error)) return fail("too_large");
      throw error;
    },
  );
};

/** How the body is packed. An empty body is not, whatever the header says of it. */
const toEncoding = ({ status, headers, size }: CollectedAnswer): string =>
  status === 204 || status === 304 || size === 0
    ? "identity"
    : (headers["content-encoding"] ?? "identity").toLowerCase();

const decodeText = ({ chunks, size }: Pick<CollectedAnswer, "chunks" | "size">): Soon<string> =>
  size <= ONE_PIECE ? UTF8.decode(joinChunks(chunks)) : decodeInTurns(chunks);

/** Bytes up to this many are decoded in one piece. */
const ONE_PIECE = 512 * 1024;

/**
 * Decodes megabytes in pieces between which the event loop goes on. Whoever looks at the text first joins the
 * pieces, and has a turn for that.
 */
const decodeInTurns = async (chunks: readonly Buffer[]): Promise<string> => {
  const decoder = new TextDecoder();
  const pace = createPace();
  let text = "";
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; at += ONE_PIECE) {
      text += decoder.decode(chunk.subarray(at, at + ONE_PIECE), { stream: true });
      await pace();
    }
  }
  text += decoder.decode();
  await setImmediate();
  return text;
};

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
