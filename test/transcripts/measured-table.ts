import { readFileSync, writeFileSync } from "node:fs";

const DOCUMENT = new URL("../../docs/transcripts.md", import.meta.url);
const update = process.env["UPDATE_DOCS"] === "1";

/**
 * The row of docs/transcripts.md that starts with these words, after it was set to what was measured where
 * UPDATE_DOCS=1 says so.
 */
export function readRow(first: string, measured: string): string | undefined {
  const lines = readFileSync(DOCUMENT, "utf8").split("\n");
  const at = lines.findIndex((line) => line.startsWith(`| ${first} |`));
  if (update && at >= 0) {
    lines[at] = measured;
    writeFileSync(DOCUMENT, lines.join("\n"));
  }
  return lines[at];
}

/** What the table of jobs names, in its order. */
export function readJobs(): readonly string[] {
  const text = readFileSync(DOCUMENT, "utf8");
  const [, table = ""] = /^\| Job .*\n\|[-|]+\n((?:\|.*\n)*)/mu.exec(text) ?? [];
  return table.split("\n").flatMap((line) => line.split(" | ")[0]?.slice(2) || []);
}
