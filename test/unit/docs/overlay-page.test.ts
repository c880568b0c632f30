import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findOperation } from "../../../src/ghl/catalog/index.ts";
import {
  chooseTokenClass,
  TOKEN_CLASS_PATCHES,
} from "../../../src/ghl/catalog/overlays/token-class.ts";
import { findBlocks, ROOT } from "../../support/doc-blocks.ts";

describe("docs/adding-an-overlay.md", () => {
  it("shows a row that stands in the overlay, and corrects what the specs say", () => {
    const [block] = findBlocks("docs/adding-an-overlay.md").filter(
      ({ language }) => language === "ts",
    );
    const source = readFileSync(join(ROOT, "src/ghl/catalog/overlays/token-class.ts"), "utf8");
    const lines = (block?.code ?? "").split("\n").map((line) => `  ${line}`);
    expect(source).toContain(lines.join("\n"));

    const [, id = ""] = /^"([^"]+)"/u.exec(block?.code ?? "") ?? [];
    const generated = readFileSync(join(ROOT, "src/ghl/catalog/generated/objects.json"), "utf8");
    const line = generated.split("\n").find((one) => one.includes(`"id":"${id}"`));
    expect(line).toContain('"tokenClass":"company"');
    expect(TOKEN_CLASS_PATCHES[id]?.tokenClass).toBe("location");
    expect(chooseTokenClass(id, "company")).toBe("location");
    expect(findOperation(id)?.tokenClass).toBe("location");
  });
});
