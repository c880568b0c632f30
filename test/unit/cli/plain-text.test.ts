import { expect, test } from "vitest";
import { toPlainText } from "../../../src/cli/plain-text.ts";

test.each([
  ["`auto` or `off`", "auto or off"],
  ["see [storage.md](storage.md#the-spool)", "see docs/storage.md"],
  ["[the site](https://example.com/a#b), once", "the site (https://example.com/a#b), once"],
])("%s", (markdown, plain) => {
  expect(toPlainText(markdown)).toBe(plain);
});
