import { type Command, Option } from "commander";

/**
 * Declares `help` below a command that only holds others. It stands in place of commander's own, which
 * reads one name and shows the help of the group, with nothing about the name, where that is unknown.
 */
export const defineHelp = (group: Command): void => {
  group
    .command("help")
    .description("show the help of a command")
    .argument("[command...]", "its name; for one below another, both names")
    .helpOption(false)
    // An unknown name is told as JSON; the help itself has no such form.
    .addOption(new Option("--json").hideHelp())
    .action(async (names: readonly string[]) => showHelp(group, names));
};

/** Whether a command only holds others, so that a name which none of them has is a mistake. */
export const isGroup = ({ commands, registeredArguments }: Command): boolean =>
  commands.length > 0 && registeredArguments.length === 0;

const showHelp = async (from: Command, names: readonly string[]): Promise<void> => {
  const [name, ...others] = names;
  if (name === undefined) return from.help();
  const found = from.commands.find((one) => one.name() === name);
  if (found !== undefined) return showHelp(found, others);
  // Commander refuses it in the words of any unknown command, with the name that is close.
  if (isGroup(from)) await from.parseAsync([name], { from: "user" });
  from.error(`error: unknown command '${name}'`, { code: "commander.unknownCommand" });
};
