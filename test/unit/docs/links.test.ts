import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = new URL("../../../", import.meta.url).pathname;
const pages = globSync(["*.md", "docs/**/*.md"], { cwd: root });

const findLinks = (page: string): string[] =>
  [...readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target.replace(/#.*$/, ""))
    .filter((target) => target !== "" && !/^https?:/.test(target));

describe("links between the pages", () => {
  it("finds the pages", () => {
    expect(pages).toContain("README.md");
  });

  it.each(pages)("of %s lead to files", (page) => {
    const broken = findLinks(page).filter(
      (target) => !existsSync(join(root, dirname(page), target)),
    );

    expect(broken).toEqual([]);
  });
});
