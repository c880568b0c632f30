import { describe, expect, it } from "vitest";
import { ERROR_TABLE } from "../../../src/core/errors.ts";
import { readPage } from "../../support/doc-blocks.ts";

const page = readPage("docs/troubleshooting.md");

/** What stands in the first cells of the tables under a heading. */
const rowsUnder = (heading: string): readonly string[] =>
  (page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "")
    .split("\n")
    .flatMap((line) => /^\| `([^`]+)`/u.exec(line)?.[1] ?? []);

/** The part of each text that says most: up to a semicolon, of a template what stands between values. */
const findTexts = (source: string, pattern: RegExp): readonly string[] =>
  [...readPage(source).matchAll(pattern)].map(
    ([, text = ""]) =>
      (text.split(";")[0] ?? "")
        .split(/\$\{[^}]*\}|:| \(/u)
        .map((part) => part.trim())
        .toSorted((one, other) => other.length - one.length)[0] ?? "",
  );

describe("docs/troubleshooting.md", () => {
  it("has a row for each error code, in the order of the table", () => {
    expect(rowsUnder("A command ends with an error")).toEqual(Object.keys(ERROR_TABLE));
  });

  it("has a row for each check of doctor, in its order", () => {
    const names = [...readPage("src/cli/doctor/examine.ts").matchAll(/\{ name: "(\w+)"/gu)];
    expect(names.length).toBeGreaterThan(8);
    expect(rowsUnder("What doctor says")).toEqual(names.map(([, name]) => name));
  });

  it("has what login says of each failure, to the letter", () => {
    const source = "src/cli/login-text.ts";
    const texts = findTexts(source, /return \[\s+["`]([^"`]+)["`]/gu);
    expect(texts).toHaveLength(readPage(source).match(/case "/gu)?.length ?? 0);
    expect(
      texts.filter((text) => !rowsUnder("The sign-in does not finish").includes(text)),
    ).toEqual([]);
  });

  it("has what is said of a connection that gives no token", () => {
    const texts = findTexts("src/cli/token-text.ts", /(?:return |[?:] )["`]([^"`]{12,})["`]/gu);
    expect(texts.length).toBeGreaterThan(6);
    expect(texts.filter((text) => !page.includes(text))).toEqual([]);
  });
});
