import { globSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PICTURES } from "../../../scripts/screenshots/pictures.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const folder = join(root, "docs", "screenshots");
const files = readdirSync(folder);
const page = readFileSync(join(root, "docs", "pages.md"), "utf8");

describe("the pictures of the pages", () => {
  it("are of every page that there is a template for, and of no other", () => {
    const templates = globSync("src/web/*-page.ts", { cwd: root }).map(
      (path) => /([a-z-]+)-page\.ts$/u.exec(path)?.[1] ?? path,
    );
    expect(PICTURES.map(({ name }) => name).toSorted()).toEqual(templates.toSorted());
  });

  it("are there in light and in dark, and nothing else is", () => {
    const expected = PICTURES.flatMap(({ name }) => [`${name}-light.png`, `${name}-dark.png`]);
    expect(files.toSorted()).toEqual([...expected, "consent-narrow.png"].toSorted());
  });

  it.each(PICTURES)("shows $name in both on docs/pages.md, with words for it", (picture) => {
    const { name, shows } = picture;
    expect(page).toContain(`![${shows}](screenshots/${name}-light.png)`);
    expect(page).toContain(`](screenshots/${name}-dark.png)`);
  });

  it("have a palette and stay small", () => {
    const sizes = files.map((file) => statSync(join(folder, file)).size);
    expect(Math.max(...sizes)).toBeLessThan(90_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_000_000);
    // the colour type of the header: 3 is a palette
    const types = files.map((file) => readFileSync(join(folder, file))[25]);
    expect(new Set(types)).toEqual(new Set([3]));
  });
});
