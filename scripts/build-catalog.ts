import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { mergeGenerations } from "./catalog/merge-generations.ts";
import { findMissingInputs, readSpecs } from "./catalog/read-specs.ts";
import { renderFiles } from "./catalog/render-files.ts";

// Usage: node scripts/build-catalog.ts [specs folder] [output folder]
const root = fileURLToPath(new URL("..", import.meta.url));
const specsFolder = resolve(process.argv[2] ?? join(root, "..", "shared", "ghl", "specs"));
const outputFolder = resolve(process.argv[3] ?? join(root, "src", "ghl", "catalog", "generated"));

const missing = findMissingInputs(specsFolder);
if (missing.length > 0) {
  const lines = missing.map((path) => `  missing: ${path}`).join("\n");
  process.stderr.write(
    `the specs are not complete\n${lines}\ngive the folder that holds v2/, v3/ and common/ as the first argument\n`,
  );
  // EX_NOINPUT of sysexits.h.
  process.exit(66);
}

const apps = mergeGenerations(readSpecs(specsFolder));
const files = renderFiles(apps);
mkdirSync(outputFolder, { recursive: true });
for (const name of readdirSync(outputFolder)) {
  if (name.endsWith(".json") && !files.has(name)) rmSync(join(outputFolder, name));
}
for (const [name, text] of files) writeFileSync(join(outputFolder, name), text);

const count = apps.reduce((sum, { operations }) => sum + operations.length, 0);
process.stdout.write(`${count} operations of ${apps.length} apps written to ${outputFolder}\n`);
