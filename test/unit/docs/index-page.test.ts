import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const docs = new URL("../../../docs/", import.meta.url).pathname;
const linked = [...readFileSync(`${docs}README.md`, "utf8").matchAll(/\]\(([^)#]+)\)/gu)].map(
  ([, target = ""]) => target,
);

describe("docs/README.md", () => {
  it("leads to every page, and to each once", () => {
    const pages = globSync("*.md", { cwd: docs }).filter((page) => page !== "README.md");
    expect(pages.length).toBeGreaterThan(25);
    expect(linked.filter((target) => /^[a-z-]+\.md$/u.test(target)).toSorted()).toEqual(
      pages.toSorted(),
    );
  });

  it("is found from the README", () => {
    expect(readFileSync(`${docs}../README.md`, "utf8")).toContain("](docs/README.md)");
  });
});
