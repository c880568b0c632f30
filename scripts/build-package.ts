/**
 * Builds what the npm package holds in place of src/: dist/ with JavaScript, declarations and data files,
 * and the licences of what is in it. `npm pack` and `npm publish` run it; nothing in the repository reads
 * the result.
 *
 *     node scripts/build-package.ts
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { bundleScripts } from "./package/bundle-scripts.ts";
import { emitDeclarations } from "./package/emit-declarations.ts";
import { writeNotices } from "./package/write-notices.ts";

const root = join(import.meta.dirname, "..");
const outDir = join(root, "dist");
rmSync(outDir, { recursive: true, force: true });
const moduleIds = await bundleScripts(root, outDir);
writeNotices(moduleIds, { folder: root, name: "THIRD-PARTY-NOTICES" });
emitDeclarations(root, "index.ts", outDir);
process.stdout.write(`written: ${outDir}\n`);
