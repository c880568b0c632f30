import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import type { AccessLevel, AreaId } from "../../core/access.ts";
import { ACCESS_LEVELS, AREAS } from "../../core/access.ts";
import { AppError } from "../../core/errors.ts";
import type { OperationSummary } from "../../ghl/catalog/operation.ts";
import type { Runtime } from "../context.ts";
import { toDetailLines, toListJson, toListLines } from "../operation-text.ts";

interface SearchOptions {
  readonly area?: AreaId;
  readonly class?: AccessLevel;
  readonly app?: string;
  readonly limit?: number;
  readonly json?: true;
}

const SEARCH_LIMIT = 10;

/** Declares `ghl-mcp operations` and `ghl-mcp operations show`. */
export const defineOperations = (program: Command, runtime: Runtime): void => {
  const command = program
    .command("operations")
    .description("find operations of the GoHighLevel API by what they do")
    .argument("[words...]", "what it does, in plain words; without words all are listed")
    .addOption(new Option("--area <area>", "only this area").choices(AREAS.map(({ id }) => id)))
    .addOption(
      new Option("--class <class>", "only what reads, writes or is critical").choices([
        ...ACCESS_LEVELS,
      ]),
    )
    .option("--app <app>", "only this app, the part of an id before the dot")
    .option("--limit <n>", `at most this many; ${SEARCH_LIMIT} for a search`, readCount)
    .option("--json", "print the result as one line of JSON")
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  ghl-mcp operations add a tag to a contact",
        "  ghl-mcp operations --area payments --class critical",
        "  ghl-mcp operations show contacts.create-contact",
      ].join("\n"),
    )
    .action(async (words: readonly string[], options: SearchOptions) => {
      await search(words.join(" "), options, runtime);
    });
  command
    .command("show")
    .description("show all parameters of one operation; * marks those that are required")
    .argument("<id>", "the id, as the list shows it")
    .option("--json", "print the result as one line of JSON")
    .addHelpText("after", "\nExample:\n  ghl-mcp operations show contacts.create-contact --json")
    .action(async (id: string, _options: unknown, show: Command) => {
      await showOperation(id, show.optsWithGlobals()["json"] === true, runtime);
    });
};

const search = async (
  words: string,
  options: SearchOptions,
  { printer }: Runtime,
): Promise<void> => {
  const found = await find(words, options);
  if (options.json === true) {
    printer.result(JSON.stringify({ operations: found.map(toListJson) }));
    return;
  }
  if (found.length === 0) printer.note("no operation fits; try other words, or fewer limits");
  for (const line of toListLines(found)) printer.result(line);
};

// The catalogue is loaded only by the commands that read it.
const find = async (
  words: string,
  options: SearchOptions,
): Promise<readonly OperationSummary[]> => {
  const { listOperations } = await import("../../ghl/catalog/index.ts");
  const allows = (one: OperationSummary): boolean =>
    (options.area === undefined || one.area === options.area) &&
    (options.class === undefined || one.class === options.class) &&
    (options.app === undefined || one.app === options.app);
  const apps = new Set(listOperations().map(({ app }) => app));
  if (options.app !== undefined && !apps.has(options.app)) {
    throw new AppError(
      "usage",
      `there is no app "${options.app}"; there are: ${[...apps].join(", ")}`,
    );
  }
  if (words === "") return listOperations().filter(allows).slice(0, options.limit);
  const { searchOperations } = await import("../../ghl/catalog/search.ts");
  const hits = searchOperations(words, { limit: options.limit ?? SEARCH_LIMIT, allows });
  return hits.map(({ operation }) => operation);
};

const showOperation = async (id: string, json: boolean, { printer }: Runtime): Promise<void> => {
  const { findOperation, suggestOperations } = await import("../../ghl/catalog/index.ts");
  const { findPagination } = await import("../../ghl/catalog/overlays/pagination.ts");
  const operation = findOperation(id);
  if (operation === undefined) throw unknownOperation(id, suggestOperations(id));
  const paged = findPagination(operation.id) !== undefined;
  if (json) printer.result(JSON.stringify({ ...operation, paged }));
  else for (const line of toDetailLines(operation, paged)) printer.result(line);
};

/** What a person reads who misspelt an id. */
export const unknownOperation = (id: string, closest: readonly string[]): AppError =>
  new AppError(
    "usage",
    [
      `there is no operation "${id}"${closest.length === 0 ? "" : "; did you mean:"}`,
      ...closest.map((one) => `  ${one}`),
      ...(closest.length === 0 ? ["  search with: ghl-mcp operations <what it does>"] : []),
    ].join("\n"),
  );

const readCount = (text: string): number => {
  const count = /^\d{1,6}$/u.test(text) ? Number(text) : 0;
  if (count < 1) throw new InvalidArgumentError("Give a whole number from 1.");
  return count;
};
