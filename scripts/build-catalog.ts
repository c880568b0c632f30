import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { mergeGenerations } from "./catalog/merge-generations.ts";
import { findMissingInputs, readSpecs } from "./catalog/read-specs.ts";
import { renderAnswers } from "./catalog/render-answers.ts";
import { renderFiles } from "./catalog/render-files.ts";

// Usage: node scripts/build-catalog.ts [specs folder] [catalogue folder [answers folder]]
const root = fileURLToPath(new URL("..", import.meta.url));
const specsFolder = resolve(process.argv[2] ?? join(root, "..", "shared", "ghl", "specs"));
const outputFolder = resolve(process.argv[3] ?? join(root, "src", "ghl", "catalog", "generated"));
// With a catalogue folder of the caller's and no other, the answers are left as they are.
const answersFolder =
  process.argv[3] === undefined
    ? join(root, "src", "sandbox", "generated")
    : process.argv[4] && resolve(process.argv[4]);

const missing = findMissingInputs(specsFolder);
if (missing.length > 0) {
  const lines = missing.map((path) => `  missing: ${path}`).join("\n");
  process.stderr.write(
    `the specs are not complete\n${lines}\ngive the folder that holds v2/, v3/ and common/ as the first argument\n`,
  );
  // EX_NOINPUT of sysexits.h.
  process.exit(66);
}

/** Makes the folder hold these files and no other JSON. */
const writeFiles = (folder: string, files: ReadonlyMap<string, string>): void => {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (name.endsWith(".json") && !files.has(name)) rmSync(join(folder, name));
  }
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
};

const operations = readSpecs(specsFolder);
const apps = mergeGenerations(operations);
writeFiles(outputFolder, renderFiles(apps));
const count = apps.reduce((sum, app) => sum + app.operations.length, 0);
process.stdout.write(`${count} operations of ${apps.length} apps written to ${outputFolder}\n`);
if (answersFolder !== undefined) {
  writeFiles(answersFolder, renderAnswers(operations));
  process.stdout.write(`their answers written to ${answersFolder}\n`);
}
