import type { Command } from "commander";
import { Argument } from "commander";
import type { CompletedCommand } from "../completion/command-table.ts";
import type { Runtime } from "../context.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

/** Declares `ghl-mcp completion`. */
export const defineCompletion = (program: Command, runtime: Runtime): void => {
  program
    .command("completion")
    .description("print a script by which a shell completes commands, options and operations")
    .addArgument(new Argument("<shell>", "which shell").choices([...SHELLS]))
    .option("--json", "print the script as one line of JSON")
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  ghl-mcp completion bash",
        "  ghl-mcp completion fish",
        "",
        "To complete in every new shell, add one line:",
        "  bash, to ~/.bashrc                       source <(ghl-mcp completion bash)",
        "  zsh, to ~/.zshrc, after compinit         source <(ghl-mcp completion zsh)",
        "  fish, to ~/.config/fish/config.fish      ghl-mcp completion fish | source",
      ].join("\n"),
    )
    .action(async (shell: Shell, options: { readonly json?: true }) => {
      const script = await toScript(program, shell);
      runtime.printer.result(options.json === true ? JSON.stringify({ shell, script }) : script);
    });
};

const toScript = async (program: Command, shell: Shell): Promise<string> => {
  const [{ listOperations }, { toCommandTable }, write] = await Promise.all([
    import("../../ghl/catalog/index.ts"),
    import("../completion/command-table.ts"),
    WRITERS[shell](),
  ]);
  const ids = listOperations().map(({ id }) => id);
  return write(toCommandTable(program, ids), ids);
};

type Writer = (table: readonly CompletedCommand[], operationIds: readonly string[]) => string;

const WRITERS = {
  bash: async () => (await import("../completion/bash.ts")).toBashScript,
  zsh: async () => (await import("../completion/zsh.ts")).toZshScript,
  fish: async () => (await import("../completion/fish.ts")).toFishScript,
} as const satisfies Readonly<Record<Shell, () => Promise<Writer>>>;
