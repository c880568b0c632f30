import { cpSync, globSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import ts from "typescript";
import { writeInto } from "./write-into.ts";

/**
 * Writes every module of src/ as JavaScript to the same place under `outDir`, and beside it the data
 * files. Node itself takes the types away, as when it runs the sources: what is packed is what was
 * tested, and every statement keeps its line and column. Throws where a file is no such TypeScript.
 */
export const emitScripts = (root: string, outDir: string): void => {
  const sources = join(root, "src");
  for (const entry of globSync("**/*", { cwd: sources, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const place = path.slice(sources.length + 1);
    if (place.endsWith(".ts")) {
      const script = stripTypeScriptTypes(readFileSync(path, "utf8"));
      writeInto(outDir, place.replace(/\.ts$/u, ".js"), toScriptImports(script));
    } else {
      cpSync(path, join(outDir, place));
    }
  }
};

/** A module whose imports of neighbours, static and dynamic, have the ending of the package. */
const toScriptImports = (script: string): string => {
  // a module of types alone leaves only blanks
  if (script.trim() === "") return "export {};\n";
  let text = script;
  for (const { fileName, pos } of ts.preProcessFile(script, true, true).importedFiles) {
    if (!fileName.startsWith(".") || !fileName.endsWith(".ts")) continue;
    const end = script.indexOf(fileName, pos) + fileName.length;
    text = `${text.slice(0, end - 2)}js${text.slice(end)}`;
  }
  return text;
};
