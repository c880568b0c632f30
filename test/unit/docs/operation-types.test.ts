import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

import { renderOperations } from "../../../scripts/types/render-operations.ts";

describe("the types of the operations", () => {
  it("are those of the catalogue: run `npm run generate:types` after changing it", () => {
    const path = fileURLToPath(
      new URL("../../../src/library/generated/operations.ts", import.meta.url),
    );
    expect(readFileSync(path, "utf8") === renderOperations()).toBe(true);
  });
});
