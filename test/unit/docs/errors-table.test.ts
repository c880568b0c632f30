import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ERROR_TABLE } from "../../../src/core/errors.ts";

const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");

/** The rows of the page's table, cells trimmed. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );

describe("docs/errors.md", () => {
  it("lists the codes of the error table in its order, each once, and no other", () => {
    expect(rows.map(([code]) => code)).toEqual(
      Object.keys(ERROR_TABLE).map((code) => `\`${code}\``),
    );
  });

  it.each(Object.entries(ERROR_TABLE))(
    "has exit code, retry, meaning and what to do of %s",
    (code, error) => {
      const row = rows.find(([name]) => name === `\`${code}\``);

      expect(row?.slice(1)).toEqual([
        String(error.exitCode),
        error.retryable ? "yes" : "no",
        error.summary,
        error.fix,
      ]);
    },
  );

  it("says for each code what to do", () => {
    const fixes = Object.values(ERROR_TABLE).map(({ fix }) => fix);
    expect(fixes.filter((fix) => !/^[A-Z].+\.$/u.test(fix))).toEqual([]);
  });
});
