import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeBase64 } from "../../../src/ghl/decode-base64.ts";

const isBase64 = (text: string): boolean =>
  text.length % 4 !== 1 &&
  /^[\w+/-]+={0,2}$/u.test(text) &&
  text.replaceAll("=", "").length % 4 !== 1;

it("decodes what is base64 of either alphabet, padded or not, and nothing else", async () => {
  const letter = fc.constantFrom(..."ABcd01+/-_= \t!\u00e9\u{1F94A}");
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: letter, maxLength: 12 }), async (text) => {
      const expected = isBase64(text) ? Buffer.from(text, "base64") : undefined;
      expect(await decodeBase64(text)).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
});

it("decodes megabytes in steps that may take turns, every byte of them", async () => {
  const bytes = Buffer.from(
    Uint8Array.from({ length: 9_000_001 }, (_, index) => (index * 31) % 251),
  );
  let steps = 0;
  const decoded = await decodeBase64(bytes.toString("base64"), async () => {
    steps += 1;
  });
  expect(steps).toBe(12);
  expect(decoded?.equals(bytes)).toBe(true);
  expect(await decodeBase64(`${bytes.toString("base64").slice(0, -8)}AA!AAAAA`)).toBeUndefined();
});
