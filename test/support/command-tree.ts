import { execFileSync } from "node:child_process";
import type { Command } from "commander";
import { createPrinter } from "../../src/cli/print.ts";
import { createProgram } from "../../src/cli/program.ts";

/** The command line, its output into `write`; no action of it can ask for a signal. */
export const buildProgram = (write: (text: string) => void = () => undefined): Promise<Command> => {
  const sink = { write };
  return createProgram("1.0.0", {
    json: false,
    printer: createPrinter({ stdout: sink, stderr: sink }),
    shutdown: () => {
      throw new Error("nothing runs here");
    },
  });
};

/** A command, with the words that lead to it: "" for the program itself. */
export interface TreeCommand {
  readonly path: string;
  readonly command: Command;
}

/** Every command there is, a program itself first; the help commands are left out. */
export const walkCommands = (command: Command, path = ""): readonly TreeCommand[] => [
  { path, command },
  ...command.commands
    .filter((child) => child.name() !== "help")
    .flatMap((child) => walkCommands(child, `${path} ${child.name()}`.trim())),
];

/** Whether a command does something itself; those that only hold others do not. */
export const runsByItself = ({ command, path }: TreeCommand): boolean =>
  path !== "" && (command.commands.length === 0 || command.registeredArguments.length > 0);

/** The whole help of a command, examples included. */
export const readHelp = (command: Command): string => {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
};

/**
 * What is wrong with the arguments of a command line, as commander says it; undefined where it is right.
 * Nothing runs.
 */
export const findUsageError = async (args: readonly string[]): Promise<string | undefined> => {
  let text = "";
  const program = await buildProgram((part) => (text += part));
  for (const { command } of walkCommands(program)) {
    if (runsByItself({ command, path: command.name() }) && command !== program) {
      command.action(() => undefined);
    }
  }
  try {
    await program.parseAsync(["node", "ghl-mcp", ...args]);
    return undefined;
  } catch (error) {
    // help and version end by an error of commander, with exit code 0
    return (error as { readonly exitCode?: number }).exitCode === 0 ? undefined : text.trim();
  }
};

const END_OF_WORD = "\u001f";

/** The words after `ghl-mcp` in each line, as bash splits them. Nothing else in the lines is run. */
export const splitCommandLines = (lines: readonly string[]): readonly (readonly string[])[] => {
  const script = [
    `ghl-mcp() { printf '%s\\037' "$@"; }`,
    ...lines.flatMap((line) => [line, "echo"]),
  ];
  return execFileSync("bash", ["--norc", "-c", script.join("\n")], {
    encoding: "utf8",
    env: { SHLVL: "1" },
  })
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split(END_OF_WORD).slice(0, -1));
};
