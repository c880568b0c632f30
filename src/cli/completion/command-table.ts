import type { Argument, Command, Option } from "commander";

/** An option, as a shell completes it. */
export interface CompletedOption {
  /** As it is typed: `--param`, and `-p` where there is one. */
  readonly long: string;
  readonly short?: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** The values that it takes. Empty: any. */
  readonly choices: readonly string[];
}

/** A word in a place where several may stand. */
export interface CompletedWord {
  readonly word: string;
  readonly description: string;
}

/** A command, as a shell completes it. */
export interface CompletedCommand {
  /** The words that lead to it: none for the program itself, `operations show` for a command of a command. */
  readonly path: string;
  readonly subcommands: readonly CompletedWord[];
  readonly options: readonly CompletedOption[];
  /** What may stand as its argument. Empty: anything. */
  readonly words: readonly string[];
}

/** The commands whose argument is the id of an operation. */
const TAKES_OPERATION: ReadonlySet<string> = new Set(["call", "operations show"]);

/**
 * All commands of a program, itself first, with the options of those above them. Hidden ones are left
 * out, and so is the help that each has.
 */
export const toCommandTable = (
  program: Command,
  operationIds: readonly string[],
): readonly CompletedCommand[] => {
  const [root, ...others] = walk(program, { path: "", inherited: [], operationIds });
  if (root === undefined) return [];
  const words = root.subcommands.map(({ word }) => word).filter((word) => word !== "help");
  return [root, ...others, { path: "help", subcommands: [], options: [], words }];
};

interface Walk {
  readonly path: string;
  readonly inherited: readonly CompletedOption[];
  readonly operationIds: readonly string[];
}

const walk = (command: Command, given: Walk): readonly CompletedCommand[] => {
  const { inherited, operationIds, path } = given;
  const help = command.createHelp();
  const subcommands = help.visibleCommands(command);
  const options = [...help.visibleOptions(command).map(toOption), ...inherited];
  const unique = options.filter(
    ({ long }, index) => options.findIndex((one) => one.long === long) === index,
  );
  return [
    {
      path,
      subcommands: subcommands.map((one) => ({ word: one.name(), description: one.description() })),
      options: unique,
      words: TAKES_OPERATION.has(path)
        ? operationIds
        : help.visibleArguments(command).flatMap(toWords),
    },
    ...subcommands
      .filter((one) => one.name() !== "help")
      .flatMap((one) =>
        walk(one, {
          path: path === "" ? one.name() : `${path} ${one.name()}`,
          // Options of the program work everywhere, those of a command only there; --version is neither.
          inherited: path === "" ? unique.filter(({ long }) => long !== "--version") : inherited,
          operationIds,
        }),
      ),
  ];
};

const toOption = ({
  argChoices,
  description,
  long,
  required,
  optional,
  short,
}: Option): CompletedOption => ({
  long: long ?? short ?? "",
  ...(short === undefined || long === undefined ? {} : { short }),
  description,
  takesValue: required || optional,
  choices: argChoices ?? [],
});

const toWords = ({ argChoices }: Argument): readonly string[] => argChoices ?? [];
