import { expect, test } from "vitest";
import { toDetailLines, toListLines } from "../../../src/cli/operation-text.ts";
import { findOperation, listOperations } from "../../../src/ghl/catalog/index.ts";

const countNotes = (lines: readonly string[]): number =>
  lines.join("\n").split(/\(deprecated\)/iu).length - 1;

test("says of every deprecated operation once that it is deprecated, and of no other", () => {
  for (const operation of listOperations()) {
    const whole = findOperation(operation.id);
    if (whole === undefined) throw new Error(`no ${operation.id}`);
    const times = [countNotes(toListLines([operation])), countNotes(toDetailLines(whole, false))];
    const expected = operation.deprecated ? 1 : 0;
    expect([operation.id, ...times]).toEqual([operation.id, expected, expected]);
  }
});
