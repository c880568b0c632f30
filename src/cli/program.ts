import { Command } from "commander";
import { defineHelp, isGroup } from "./commands/help.ts";
import type { Runtime } from "./context.ts";
import { addSettingOptions } from "./context.ts";

type Define = (program: Command, runtime: Runtime) => void;

/** The commands, in the order of the help. Each is loaded by those who may run it, for a quick start. */
const COMMANDS: ReadonlyMap<string, () => Promise<Define>> = new Map(
  Object.entries({
    serve: async () => (await import("./commands/serve.ts")).defineServe,
    stdio: async () => (await import("./commands/stdio.ts")).defineStdio,
    login: async () => (await import("./commands/login.ts")).defineLogin,
    status: async () => (await import("./commands/status.ts")).defineStatus,
    doctor: async () => (await import("./commands/doctor.ts")).defineDoctor,
    connect: async () => (await import("./commands/connect.ts")).defineConnect,
    operations: async () => (await import("./commands/operations.ts")).defineOperations,
    call: async () => (await import("./commands/call.ts")).defineCall,
    storage: async () => (await import("./commands/storage.ts")).defineStorage,
    keys: async () => (await import("./commands/keys.ts")).defineKeys,
    sandbox: async () => (await import("./commands/sandbox.ts")).defineSandbox,
    completion: async () => (await import("./commands/completion.ts")).defineCompletion,
  }),
);

/**
 * The command line. Parsing throws commander's own error for `--help`, `--version` and wrong usage,
 * after it has written its text; commands throw `AppError`. Given the words of a call, it may know only
 * the commands among them.
 */
export const createProgram = async (
  version: string,
  runtime: Runtime,
  words: readonly string[] = [],
): Promise<Command> => {
  const program = new Command("ghl-mcp")
    .description("MCP server for GoHighLevel: OAuth for AI assistants, an encrypted token vault")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .option("--env-file <path>", "read settings from this file in place of .env")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => runtime.printer.result(text.replace(/\n$/u, "")),
      writeErr: (text) => {
        if (!runtime.json) runtime.printer.note(text.replace(/\n$/u, ""));
      },
      outputError: (text) => {
        if (runtime.json) return;
        const line = text.replace(/^error: /u, "ghl-mcp: ").replace(/\n$/u, "");
        runtime.printer.problem(line);
      },
    })
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  ghl-mcp serve             serve on http://localhost:8000; without credentials on sample data",
        "  ghl-mcp login             sign in to GoHighLevel from this terminal",
        "  ghl-mcp stdio             for a client that starts the server itself",
        "  ghl-mcp operations deals  find operations of the API",
        "",
        "Settings come from options, the environment and .env; see docs/configuration.md.",
      ].join("\n"),
    );
  addSettingOptions(program, ["LOG_LEVEL"]);
  for (const define of await loadCommands(words)) define(program, runtime);
  for (const group of [program, ...program.commands].filter(isGroup)) defineHelp(group);
  return program;
};

/**
 * The commands that the words may mean: those named where the first word is the name of one, else all of
 * them. Help, completion and a mistyped name need them all.
 */
const loadCommands = async ([first = "", ...others]: readonly string[]): Promise<
  readonly Define[]
> => {
  const named = COMMANDS.has(first) && first !== "completion" ? [first, ...others] : undefined;
  return Promise.all(
    [...COMMANDS].flatMap(([name, load]) =>
      named === undefined || named.includes(name) ? [load()] : [],
    ),
  );
};
