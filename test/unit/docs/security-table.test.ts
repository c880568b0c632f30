import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  collectCaseTests,
  listCaseIds,
  OPEN_CASES,
  readTable,
  renderTable,
} from "../../../scripts/security/case-tests.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const tests = collectCaseTests(root);
const table = readTable(readFileSync(join(root, "docs", "security.md"), "utf8"));

describe("the table of attack cases in docs/security.md", () => {
  it("has a row for every case, in order", () => {
    expect([...table.keys()]).toEqual(listCaseIds());
  });

  it.each(listCaseIds())("shows %s by a black-box test, or says why there is none", (id) => {
    const isShown = tests.some((test) => test.id === id);
    expect({ id, isShown }).toEqual({ id, isShown: !(id in OPEN_CASES) });
  });

  it("names the tests as they are now", () => {
    expect(table).toEqual(readTable(renderTable(tests, new Map())));
  });
});
