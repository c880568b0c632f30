import type { CompletedCommand, CompletedOption } from "./command-table.ts";

/** The completion for fish, 3.0 and later. */
export const toFishScript = (
  table: readonly CompletedCommand[],
  operationIds: readonly string[],
): string => {
  const steps = table.flatMap(({ path, subcommands }) =>
    subcommands.map(({ word }) => quote(`${path}|${word}`)),
  );
  const valued = table.flatMap(({ options }) =>
    options
      .filter((option) => option.takesValue)
      .flatMap(({ long, short }) => (short === undefined ? [long] : [long, short])),
  );
  return [
    "# completion of ghl-mcp for fish, made by: ghl-mcp completion fish",
    `set -g __ghl_mcp_operations ${operationIds.join(" ")}`,
    "function __ghl_mcp_at",
    "  set -l at ''",
    "  set -l skip 0",
    "  for word in (commandline -opc)[2..-1]",
    "    if test $skip = 1; set skip 0; continue; end",
    `    if contains -- $word ${[...new Set(valued)].join(" ")}; set skip 1; continue; end`,
    `    if contains -- "$at|$word" ${steps.join(" ")}; set at (string trim -- "$at $word"); end`,
    "  end",
    '  test "$at" = "$argv[1]"',
    "end",
    "complete -c ghl-mcp -f",
    ...table.flatMap((command) => toLines(command, operationIds)),
  ].join("\n");
};

const toLines = (
  { options, path, subcommands, words }: CompletedCommand,
  operationIds: readonly string[],
): readonly string[] => {
  const start = `complete -c ghl-mcp -n ${quote(`__ghl_mcp_at "${path}"`)}`;
  const allowed = words === operationIds ? quote("$__ghl_mcp_operations") : quote(words.join(" "));
  return [
    ...subcommands.map(({ description, word }) => `${start} -a ${word} -d ${quote(description)}`),
    ...(words.length === 0 ? [] : [`${start} -a ${allowed}`]),
    ...options.map((option) => `${start} ${toOption(option)}`),
  ];
};

const toOption = ({ choices, description, long, short, takesValue }: CompletedOption): string =>
  [
    `-l ${long.replace(/^--/u, "")}`,
    ...(short === undefined ? [] : [`-s ${short.replace(/^-/u, "")}`]),
    ...(choices.length > 0 ? [`-x -a ${quote(choices.join(" "))}`] : takesValue ? ["-r -F"] : []),
    `-d ${quote(description)}`,
  ].join(" ");

const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
