import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A fenced block of a page. */
export interface DocBlock {
  /** From the root: `docs/tools.md`. */
  readonly file: string;
  /** Of its first fence, from 1. */
  readonly line: number;
  /** The first word after the fence; empty where there is none. */
  readonly language: string;
  /** Without the indentation of the fence. */
  readonly code: string;
}

/** A command of a block, with what the page shows that it prints. */
export interface DocCommand {
  /** As `docs/tools.md:12`. */
  readonly place: string;
  readonly text: string;
  /** Lines under a `$ command` of a `console` block; `…` stands for what differs from run to run. */
  readonly shown?: string;
}

/** The pages whose blocks are held: all but the decisions, which tell what was, and the change log. */
export const PAGES: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "AGENTS.md",
  ...globSync("docs/**/*.md", { cwd: ROOT })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.startsWith("docs/adr/"))
    .toSorted(),
];

/** The text of a page. */
export const readPage = (file: string): string => readFileSync(join(ROOT, file), "utf8");

/** Every fenced block of a page, in its order. A fence that is never closed is an error. */
export const findBlocks = (file: string, text = readPage(file)): readonly DocBlock[] => {
  const blocks: DocBlock[] = [];
  let open:
    | { readonly line: number; readonly indent: string; readonly language: string }
    | undefined;
  let code: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const [, indent = "", language = ""] = /^(\s*)(?:```|~~~)\s*(\S*)/u.exec(line) ?? [];
    const isFence = /^\s*(?:```|~~~)/u.test(line);
    if (!isFence) {
      if (open !== undefined)
        code.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    } else if (open === undefined) {
      open = { line: index + 1, indent, language };
      code = [];
    } else {
      blocks.push({ file, line: open.line, language: open.language, code: code.join("\n") });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.line}: the fence is not closed`);
  return blocks;
};

/** The commands of a `sh` or `console` block; lines that a backslash joins are one, comments are none. */
export const findCommands = (block: DocBlock): readonly DocCommand[] => {
  const place = (offset: number): string => `${block.file}:${block.line + 1 + offset}`;
  const lines = block.code.split("\n");
  if (block.language === "console") {
    return lines.flatMap((line, offset) => {
      if (!line.startsWith("$ ")) return [];
      const rest = lines.slice(offset + 1);
      const end = rest.findIndex((one) => one.startsWith("$ "));
      const shown = (end === -1 ? rest : rest.slice(0, end)).join("\n");
      return [{ place: place(offset), text: line.slice(2), shown }];
    });
  }
  const commands: DocCommand[] = [];
  let begun = "";
  let from = 0;
  for (const [offset, line] of lines.entries()) {
    if (begun === "") from = offset;
    if (line.endsWith("\\")) {
      begun += `${line.slice(0, -1).trim()} `;
      continue;
    }
    const text = `${begun}${line.trim()}`.replace(/(^|\s{2,})#.*$/u, "").trim();
    begun = "";
    if (text !== "") commands.push({ place: place(from), text });
  }
  return commands;
};

/** Whether what was printed is what a page shows, `…` standing for anything. */
export const fits = (printed: string, shown: string): boolean => {
  const pattern = shown
    .trimEnd()
    .split("…")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&"))
    .join("[^]*?");
  return new RegExp(`^${pattern}$`, "u").test(printed.trimEnd());
};
