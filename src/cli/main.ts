#!/usr/bin/env node
import { CommanderError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { ERROR_TABLE } from "../core/errors.ts";
import { isExpected, toEnding, toErrorJson, toUsageEnding, wantsJson } from "./exit.ts";
import { createPrinter, toSink } from "./print.ts";
import { createProgram } from "./program.ts";
import type { Shutdown } from "./shutdown.ts";
import { listenForShutdown } from "./shutdown.ts";

const printer = createPrinter({
  stdout: toSink(process.stdout),
  stderr: toSink(process.stderr),
});
const json = wantsJson(process.argv);
let shutdown: Shutdown | undefined;
const program = await createProgram(
  packageJson.version,
  { printer, json, shutdown: () => (shutdown ??= listenForShutdown()) },
  process.argv.slice(2),
);

/** Runs the command line and gives the exit code. The only place that turns errors into text. */
const main = async (argv: readonly string[]): Promise<number> => {
  try {
    await program.parseAsync(argv);
    return 0;
  } catch (error) {
    return await explain(error);
  } finally {
    shutdown?.release();
  }
};

/** Says on stderr what went wrong, and gives the exit code. */
const explain = async (error: unknown): Promise<number> => {
  if (error instanceof CommanderError) {
    // commander has written its own text, but for programs.
    if (error.exitCode === 0) return 0;
    if (json) printer.note(toErrorJson(toUsageEnding(error)));
    return ERROR_TABLE.usage.exitCode;
  }
  const level: unknown = program.opts()["logLevel"];
  const ending = toEnding(error, {
    // Only a bug has a log id; refused starts should come at once.
    logId: isExpected(error) ? "" : await makeLogId(),
    showStack: level === "debug" || level === "trace",
  });
  if (json) {
    printer.note(toErrorJson(ending));
    return ending.exitCode;
  }
  for (const [index, line] of ending.lines.entries()) {
    printer.problem(index === 0 ? `ghl-mcp: ${line}` : line);
  }
  return ending.exitCode;
};

/** Loaded only for a bug; if the app is what is broken, the error still has to come out. */
const makeLogId = async (): Promise<string> =>
  import("../app.ts").then(
    ({ systemParts }) => systemParts().random.id(),
    () => "none",
  );

// A bug outside of every awaited call, where the state of the process is unknown.
process.on("uncaughtException", (error) => {
  void explain(error).then((exitCode) => process.exit(exitCode));
});
// The reader of a result, or of a message, may leave early, as `head` does.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

process.exitCode = await main(process.argv);
