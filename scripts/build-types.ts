/**
 * Writes the types of all operations for the library, from the catalogue.
 *
 *     node scripts/build-types.ts
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderOperations } from "./types/render-operations.ts";

const path = join(import.meta.dirname, "..", "src", "library", "generated", "operations.ts");
writeFileSync(path, renderOperations());
process.stdout.write(`written: ${path}\n`);
