import { Command } from "commander";
import { defineDoctor } from "./commands/doctor.ts";
import { defineCall } from "./commands/call.ts";
import { defineCompletion } from "./commands/completion.ts";
import { defineConnect } from "./commands/connect.ts";
import { defineKeys } from "./commands/keys.ts";
import { defineLogin } from "./commands/login.ts";
import { defineOperations } from "./commands/operations.ts";
import { defineSandbox } from "./commands/sandbox.ts";
import { defineServe } from "./commands/serve.ts";
import { defineStatus } from "./commands/status.ts";
import { defineStdio } from "./commands/stdio.ts";
import { defineStorage } from "./commands/storage.ts";
import type { Runtime } from "./context.ts";
import { addSettingOptions } from "./context.ts";

/** The commands, in the order of the help. */
const COMMANDS = [
  defineServe,
  defineStdio,
  defineLogin,
  defineStatus,
  defineDoctor,
  defineConnect,
  defineOperations,
  defineCall,
  defineStorage,
  defineKeys,
  defineSandbox,
  defineCompletion,
] as const;

/**
 * The command line. Parsing throws commander's own error for `--help`, `--version` and wrong usage,
 * after it has written its text; commands throw `AppError`.
 */
export const createProgram = (version: string, runtime: Runtime): Command => {
  const program = new Command("ghl-mcp")
    .description("MCP server for GoHighLevel: OAuth for AI assistants, an encrypted token vault")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
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
  for (const define of COMMANDS) define(program, runtime);
  return program;
};
