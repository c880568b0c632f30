import { join, normalize, relative } from "node:path";
import ts from "typescript";
import { readOptions } from "./read-options.ts";
import { writeInto } from "./write-into.ts";

/**
 * Writes the declarations that `entry` (a file of src/) leads to, and no others: an importer sees what
 * the entry exports, and the compiler need not infer the types of the whole server. Throws when a type
 * cannot be declared.
 */
export const emitDeclarations = (root: string, entry: string, outDir: string): void => {
  const program = ts.createProgram([join(root, "src", entry)], {
    ...readOptions(root),
    noEmit: false,
    allowImportingTsExtensions: false,
    rewriteRelativeImportExtensions: true,
    declaration: true,
    stripInternal: true,
    // `npm run types` checks; here the time goes into the output alone
    noCheck: true,
    rootDir: root,
    outDir,
  });
  const waiting = [entry];
  const seen = new Set(waiting);
  for (const place of waiting) {
    const text = declare(program, join(root, "src", place));
    writeInto(outDir, place.replace(/\.ts$/u, ".d.ts"), text);
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      if (!fileName.startsWith(".")) continue;
      const target = normalize(join(place, "..", fileName.replace(/\.js$/u, ".ts")));
      if (seen.has(target)) continue;
      seen.add(target);
      waiting.push(target);
    }
  }
};

const declare = (program: ts.Program, path: string): string => {
  const file = program.getSourceFile(path);
  if (file === undefined) throw new Error(`a declaration leads to ${relative(".", path)}`);
  let text = "";
  const { diagnostics } = program.emit(file, (_, content) => (text = content), undefined, true);
  for (const { messageText } of diagnostics) {
    throw new Error(`${path}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
  }
  return text;
};
