import type { CompletedCommand } from "./command-table.ts";

/** What a script calls the list of operations, which several commands take. */
const OPERATIONS = "operations";

/**
 * The parts that the scripts of bash and zsh share. They read `at`, the path of the command so far, and
 * `prev`, the word before the one that is completed. Names that mean something to zsh (`path`, `words`,
 * `options`) are avoided.
 */
export interface CaseParts {
  /** Sets the ids that commands with operations take. */
  readonly operations: string;
  /** Sets what may follow at `at`: `below`, `flags`, `valued` (flags that take a value), `allowed`. */
  readonly follow: string;
  /** The patterns of `"$at $prev"`, each with the values that the flag takes. */
  readonly values: readonly { readonly pattern: string; readonly choices: string }[];
}

/** Writes those parts. */
export const toCaseParts = (
  table: readonly CompletedCommand[],
  operationIds: readonly string[],
): CaseParts => ({
  operations: `${OPERATIONS}=${quote(operationIds.join(" "))}`,
  follow: table
    .map((command) => {
      const { options, path, subcommands, words } = command;
      const flags = options.flatMap(toFlags);
      const valued = options.filter((option) => option.takesValue).flatMap(toFlags);
      const allowed = words === operationIds ? `"$${OPERATIONS}"` : quote(words.join(" "));
      const below = quote(subcommands.map(({ word }) => word).join(" "));
      return `${quote(path)}) below=${below}; flags=${quote(flags.join(" "))}; valued=${quote(valued.join(" "))}; allowed=${allowed} ;;`;
    })
    .join("\n      "),
  values: table.flatMap(({ options, path }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map((option) => ({
        pattern: toFlags(option)
          .map((flag) => quote(`${path} ${flag}`))
          .join(" | "),
        choices: quote(option.choices.join(" ")),
      })),
  ),
});

const toFlags = ({ long, short }: CompletedCommand["options"][number]): readonly string[] =>
  short === undefined ? [long] : [long, short];

/** Ids, flags and words are all letters, digits and dashes; the quotes hold for whatever comes. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
