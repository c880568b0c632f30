import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTextChunks } from "../../../src/transport/text-chunks.ts";

const decode = (chunks: readonly Buffer[]): string => {
  const text = createTextChunks();
  for (const chunk of chunks) text.add(chunk);
  return text.end();
};

const toChunks = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

describe("the text of a body in chunks", () => {
  it("is the text of the whole, wherever it is cut", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        (text, size) => {
          expect(decode(toChunks(Buffer.from(text, "utf8"), size))).toBe(text);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("has the same replacements as the whole where it is no UTF-8, so that a signature of it fails alike", () => {
    const byte = fc.constantFrom(
      0x41,
      0x80,
      0xbf,
      0xc3,
      0xa9,
      0xe2,
      0x82,
      0xac,
      0xf0,
      0x9f,
      0x98,
      0xff,
    );
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        (bytes, size) => {
          const whole = Buffer.from(bytes);
          expect(decode(toChunks(whole, size))).toBe(whole.toString("utf8"));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("keeps the mark that a text may begin with", () => {
    const text = "\uFEFF{}";
    expect(decode(toChunks(Buffer.from(text), 2))).toBe(text);
    expect(decode([Buffer.from(text)])).toBe(text);
  });
});
