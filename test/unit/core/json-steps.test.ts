import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJsonInSteps, parseJsonText } from "../../../src/core/json-steps.ts";
import { countTurns } from "../../support/count-turns.ts";

/** Parses with steps of a few characters, so that every way through the code is taken. */
const parse = (text: string, stepSize: number): { value: unknown; steps: number } => {
  const steps = parseJsonInSteps(text, stepSize);
  for (let count = 0; ; count += 1) {
    const step = steps.next();
    if (step.done === true) return { value: step.value, steps: count };
  }
};

const outcomeOf = (work: () => unknown): unknown => {
  try {
    return { value: work() };
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return "no JSON";
  }
};

describe("parsing JSON in steps", () => {
  it("gives what JSON.parse gives, for any value and any step", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.integer({ min: 1, max: 40 }), (json, stepSize) => {
        const spaced = JSON.stringify(JSON.parse(json), undefined, 2);
        for (const text of [json, spaced]) {
          expect(parse(text, stepSize).value).toEqual(JSON.parse(text));
          expect(JSON.stringify(parse(text, stepSize).value)).toBe(
            JSON.stringify(JSON.parse(text)),
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it("takes and refuses the same texts as JSON.parse, however they are damaged", () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 4 }),
        fc.nat(),
        fc.constantFrom("", ",", "[", "]", "{", "}", '"', ":", "1", " ", "\\", "x"),
        fc.integer({ min: 1, max: 20 }),
        (json, place, sign, stepSize) => {
          const at = place % (json.length + 1);
          for (const skipped of [0, 1]) {
            const text = json.slice(0, at) + sign + json.slice(at + skipped);
            expect(outcomeOf(() => parse(text, stepSize).value)).toEqual(
              outcomeOf(() => JSON.parse(text)),
            );
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["an empty list", "[]"],
    ["a list of spaces", `[${" ".repeat(99)}]`],
    ["a comma at the end", `[${"1,".repeat(50)}]`],
    ["a comma in front", `[,${"[1,2,3,4,5,6,7,8,9],".repeat(5)}1]`],
    ["a comma after a long member", `[[${"1,".repeat(50)}1],]`],
    ["two commas before a long member", `[1,,[${"1,".repeat(50)}1]]`],
    ["a bracket of the other kind", `[[${"1,".repeat(50)}1}]`],
    ["a bracket of the other kind around it all", `[${"1,".repeat(50)}1}`],
    ["more after the end", `[${"1,".repeat(50)}1] 1`],
    ["a member without a name", `{"a":1,[${"1,".repeat(50)}1]}`],
    ["a name without a colon", `{"a" [${"1,".repeat(50)}1]}`],
    ["a name twice", `{"a":[${"1,".repeat(50)}1],"b":2,"a":{"c":[${"1,".repeat(50)}1]}}`],
    ["a name that means the prototype", `{"__proto__":[${"1,".repeat(50)}1],"b":{"__proto__":1}}`],
    ["quotes and backslashes in strings", `["\\\\","a\\"],[","\\\\\\"",${'"x",'.repeat(50)}"]"]`],
    ["a string that does not end", `["${"x".repeat(99)}]`],
    ["many levels", `${"[".repeat(40)}${"1,".repeat(50)}1${"]".repeat(40)}`],
    ["a long string alone", `"${"x".repeat(99)}"`],
    ["nothing", ""],
  ])("treats %s as JSON.parse does", (_name, text) => {
    for (const stepSize of [1, 7, 40]) {
      const [mine, theirs] = [() => parse(text, stepSize).value, () => JSON.parse(text) as unknown];
      expect(outcomeOf(mine)).toEqual(outcomeOf(theirs));
    }
  });

  it("takes a step for each portion of a long list, wherever it lies", () => {
    const rows = Array.from({ length: 1000 }, (_, index) => ({ id: index, tags: ["a", "b"] }));
    const text = JSON.stringify({ traceId: "t", data: { rows }, more: [rows] });
    const { value, steps } = parse(text, 1000);
    expect(value).toEqual(JSON.parse(text));
    expect(steps).toBeGreaterThan(text.length / 1000 / 2);
  });

  it("gives what JSON.parse gives for a long string, wherever its escapes are cut", () => {
    const piece = fc.constantFrom(
      "a",
      "é",
      "😀",
      "\\n",
      "\\\\",
      '\\"',
      "\\u00e9",
      "\\ud83d\\ude00",
      "\\u0022",
    );
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 20, maxLength: 60 }),
        fc.constantFrom("", "\n", "\\x", "\\u12", "\\"),
        fc.integer({ min: 1, max: 20 }),
        (pieces, damage, stepSize) => {
          const string = `"${pieces.join("")}${damage}"`;
          for (const text of [`[1,${string},2]`, `{"a":${string},"b":[${string}]}`]) {
            expect(outcomeOf(() => parse(text, stepSize).value)).toEqual(
              outcomeOf(() => JSON.parse(text)),
            );
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("takes a step for each portion of a long string", () => {
    const text = JSON.stringify({ file: { base64: "A".repeat(100_000), name: "a" } });
    const { value, steps } = parse(text, 1000);
    expect(value).toEqual(JSON.parse(text));
    expect(steps).toBeGreaterThanOrEqual(100);
  });

  it("parses short text at once, and megabytes over several turns of the event loop", async () => {
    expect(parseJsonText('{"a":1}')).toEqual({ a: 1 });
    const text = JSON.stringify(
      Array.from({ length: 60_000 }, (_, index) => ({
        id: index,
        name: `contact ${index}`,
        tags: [],
      })),
    );
    const turns = countTurns();
    const value = await parseJsonText(text);
    expect(turns.stop()).toBeGreaterThan(0);
    expect(JSON.stringify(value)).toBe(text);
    await expect(async () => parseJsonText(`${text.slice(0, -1)},`)).rejects.toThrow(SyntaxError);
  });
});
