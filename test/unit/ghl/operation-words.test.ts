import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

import { findOperation, listOperations } from "../../../src/ghl/catalog/index.ts";
import { appWordsSchema, wordsOf } from "../../../src/ghl/catalog/words.ts";
import { needsSpecs, SPECS_FOLDER } from "./shared-specs.ts";

const folder = fileURLToPath(new URL("../../../src/ghl/catalog/words", import.meta.url));
const operations = listOperations();

describe("the words of operations", () => {
  it("are there for every operation, and for nothing else", () => {
    const worded = readdirSync(folder).flatMap((file) => {
      const app = file.replace(/\.json$/u, "");
      const words = appWordsSchema.parse(JSON.parse(readFileSync(join(folder, file), "utf8")));
      return Object.keys(words).map((name) => `${app}.${name}`);
    });
    expect(worded.toSorted()).toEqual(operations.map(({ id }) => id).toSorted());
  });

  it("have a summary of one line and three to thirty phrases", () => {
    const wrong = operations.filter(({ id }) => {
      const { summary, phrases } = wordsOf(id);
      const fits = /^[A-Z].{7,69}$/u.test(summary) && !summary.endsWith(".");
      const said = phrases.every((phrase) => /^\S.{2,78}\S$/u.test(phrase));
      // a daily job is asked for in many ways; more than thirty would only count its words again
      return !fits || !said || phrases.length < 3 || phrases.length > 30;
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  it("are not shared: each phrase and each summary leads to one operation", () => {
    const owners = new Map<string, string>();
    const shared: string[] = [];
    for (const { id } of operations) {
      const { summary, phrases } = wordsOf(id);
      for (const text of [summary, ...phrases].map((one) => one.toLowerCase())) {
        if (owners.has(text)) shared.push(`${text}: ${owners.get(text)} and ${id}`);
        owners.set(text, id);
      }
    }
    expect(shared).toEqual([]);
  });

  it("reach the list and the single operation alike", () => {
    expect(findOperation("contacts.add-tags")?.summary).toBe("Add tags to a contact");
    expect(operations.find(({ id }) => id === "contacts.add-tags")?.summary).toBe(
      "Add tags to a contact",
    );
  });

  it("are our own: no sentence of the specs is among them", (context) => {
    needsSpecs(context);
    const file = join(SPECS_FOLDER, "..", "catalogue.json");
    if (!existsSync(file)) context.skip("catalogue.json is not there");
    const specs = JSON.parse(readFileSync(file, "utf8")) as {
      summary?: string;
      description?: string;
    }[];
    const plain = (text: string): string =>
      text
        .toLowerCase()
        .replaceAll(/[^a-z ]/gu, "")
        .trim();
    const theirs = new Set(
      specs
        .flatMap(({ summary, description }) => [summary ?? "", description ?? ""])
        .map(plain)
        // up to four words is a name: "list active numbers"
        .filter((text) => text.split(" ").length > 4),
    );
    const copied = operations.flatMap(({ id }) => {
      const { summary, phrases } = wordsOf(id);
      return [summary, ...phrases].filter((text) => theirs.has(plain(text)));
    });
    expect(theirs.size).toBeGreaterThan(300);
    expect(copied).toEqual([]);
  });
});
