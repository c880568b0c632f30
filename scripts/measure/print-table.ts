/** Columns of a page or a terminal. */
export interface PlainTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A table as Markdown, its columns padded so that a terminal shows it as well. */
export const toMarkdown = ({ columns, rows }: PlainTable): string => {
  const cells = [columns, ...rows].map((row) => row.map(String));
  const widths = columns.map((_, index) =>
    Math.max(...cells.map((row) => (row[index] ?? "").length)),
  );
  const isText = columns.map((_, index) => rows.some((row) => typeof row[index] === "string"));
  const lines = cells.map((row) =>
    row.map((cell, index) =>
      isText[index] === true ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
    ),
  );
  const rule = widths.map((width, index) =>
    isText[index] === true ? "-".repeat(width) : `${"-".repeat(Math.max(1, width - 1))}:`,
  );
  const [head = [], ...body] = lines;
  return [head, rule, ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
};
