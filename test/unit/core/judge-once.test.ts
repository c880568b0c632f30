import { expect, it } from "vitest";
import { judgeOnce } from "../../../src/core/judge-once.ts";

it("judges a name once, and what is too long or one too many each time anew, alike", () => {
  const asked: string[] = [];
  const judge = judgeOnce((name) => {
    asked.push(name);
    return name.startsWith("a");
  }, 2);
  const long = "a".repeat(65);
  for (const name of ["a", "b", "a", "b"]) expect(judge(name)).toBe(name === "a");
  expect(asked).toEqual(["a", "b"]);
  for (const name of ["c", "c", long, long]) expect(judge(name)).toBe(name === long);
  expect(asked).toEqual(["a", "b", "c", "c", long, long]);
});
