/**
 * Builds dist/, what the npm package holds in place of src/: JavaScript, declarations and data files.
 * `npm pack` and `npm publish` run it; nothing in the repository reads the result.
 *
 *     node scripts/build-package.ts
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { emitDeclarations } from "./package/emit-declarations.ts";
import { emitScripts } from "./package/emit-scripts.ts";

const root = join(import.meta.dirname, "..");
const outDir = join(root, "dist");
rmSync(outDir, { recursive: true, force: true });
emitScripts(root, outDir);
emitDeclarations(root, "index.ts", outDir);
process.stdout.write(`written: ${outDir}\n`);
