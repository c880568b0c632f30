import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = new URL("../../../", import.meta.url).pathname;
const pages = globSync(["*.md", "docs/**/*.md"], { cwd: root });

const findLinks = (page: string): string[] =>
  [...readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target.replace(/#.*$/, ""))
    .filter((target) => target !== "" && !/^https?:/.test(target));

/** The names that GitHub gives to headings: lower case, no punctuation, dashes for spaces. */
const findAnchors = (path: string): readonly string[] =>
  [...readFileSync(path, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

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

  it.each(pages)("of %s lead to headings", (page) => {
    const links = readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)\s#:]*)#([^)\s]+)\)/g);
    const broken = [...links].filter(([, target = "", anchor = ""]) => {
      const path = target === "" ? join(root, page) : join(root, dirname(page), target);
      return !path.endsWith(".md") || !findAnchors(path).includes(anchor);
    });

    expect(broken.map(([link]) => link)).toEqual([]);
  });
});
