import { cpSync, globSync } from "node:fs";
import { join, posix, relative } from "node:path";
import { type OutputChunk, type Plugin, rolldown } from "rolldown";
import { directBuiltins } from "./direct-builtins.ts";
import { escapeText } from "./escape-text.ts";
import { groupChunks } from "./group-chunks.ts";

/** The programs and the library, each under its place in src/ without the ending. */
const ENTRIES = ["cli/main", "courier/courier-process", "index"] as const;

/** What is looked up where the package is installed: an optional peer, and a printer for terminals. */
const EXTERNAL = /^(@aws-sdk\/.*|pino-pretty)$/u;

/**
 * Writes the entries of src/ with all that they import, packages too, as JavaScript to `outDir`: few
 * files that each load at once, and what an `import()` leads to in files of its own. The data files keep
 * their places beside. Gives the ids of all modules that went in. Throws where an import leads nowhere.
 */
export const bundleScripts = async (root: string, outDir: string): Promise<readonly string[]> => {
  const sources = join(root, "src");
  const bundle = await rolldown({
    input: Object.fromEntries(ENTRIES.map((place) => [place, join(sources, `${place}.ts`)])),
    cwd: root,
    platform: "node",
    external: EXTERNAL,
    // The default, `exports-only`, does not go with groups that leave out what they import.
    preserveEntrySignatures: "allow-extension",
    plugins: [keepPlaces(sources), directBuiltins(), escapeText()],
    onLog: (_level, { code = "", message }) => {
      if (!EXPECTED_LOGS.has(code)) throw new Error(message);
    },
  });
  const { output } = await bundle.write({
    dir: outDir,
    format: "esm",
    // A text takes memory and time to decode, so blanks go; names stay for the traces of errors.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    comments: { legal: true, annotation: false, jsdoc: false },
    codeSplitting: groupChunks(sources),
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
  });
  await bundle.close();
  for (const path of globSync("**/*.json", { cwd: sources })) {
    cpSync(join(sources, path), join(outDir, path));
  }
  return output
    .filter((file): file is OutputChunk => file.type === "chunk")
    .flatMap(({ moduleIds }) => moduleIds);
};

/** Packages use `eval` and `this` in ways that are their own business. */
const EXPECTED_LOGS: ReadonlySet<string> = new Set(["EVAL", "COMMONJS_VARIABLE_IN_ESM"]);

const MARK = "@place/";

/**
 * A module that looks for files beside itself finds them although it now lies in a file elsewhere: its
 * `import.meta.url` names the place that it has in src/.
 */
const keepPlaces = (sources: string): Plugin => ({
  name: "keep-places",
  transform: (code, id) => {
    const place = relative(sources, id).replaceAll("\\", "/");
    if (place.startsWith("..") || !code.includes("import.meta.url")) return null;
    const url = `new URL("${MARK}${place.replace(/\.ts$/u, ".js")}", import.meta.url).href`;
    return { code: code.replaceAll("import.meta.url", url), map: null };
  },
  renderChunk: (code, { fileName }) => {
    if (!code.includes(MARK)) return null;
    const up = posix.relative(posix.dirname(fileName), ".");
    return { code: code.replaceAll(MARK, up === "" ? "./" : `${up}/`), map: null };
  },
});
