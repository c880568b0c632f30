import type { Command } from "commander";
import { Option } from "commander";
import type { AccessLevel } from "../../core/access.ts";
import { ACCESS_LEVELS } from "../../core/access.ts";
import { toClientId, toGrantId } from "../../core/ids.ts";
import type { Principal } from "../../core/principal.ts";
import type { ChosenConnection } from "../choose-connection.ts";
import type { CommandContext, Runtime } from "../context.ts";
import { addSettingOptions, openContext } from "../context.ts";
import { checkCanConnect, pickConnection } from "../pick-connection.ts";
import { loadTracing } from "../observe.ts";
import { openSession } from "../session.ts";

interface StdioOptions {
  readonly access: AccessLevel;
  readonly connection?: string;
}

/** Declares `ghl-mcp stdio`. */
export const defineStdio = (program: Command, runtime: Runtime): void => {
  const command = program
    .command("stdio")
    .description("speak MCP on stdin and stdout, with a stored connection or GHL_PRIVATE_TOKEN")
    .addOption(
      new Option("--access <level>", "how far the tools may go")
        .choices([...ACCESS_LEVELS])
        .default("write"),
    )
    .option("--json", "write the log and an error as JSON, on a terminal too; stdout is MCP's")
    .option("--connection <id>", "the stored connection to use; see: ghl-mcp status")
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  ghl-mcp stdio",
        "  ghl-mcp stdio --access read",
        "  GHL_PRIVATE_TOKEN=pit-... GHL_LOCATION_ID=... ghl-mcp stdio",
      ].join("\n"),
    );
  addSettingOptions(command, ["STORAGE_URL"]);
  command.action(async (options: StdioOptions) => stdio(openContext(command, runtime), options));
};

const stdio = async (context: CommandContext, options: StdioOptions): Promise<void> => {
  const { config, log, shutdown } = context;
  checkCanConnect(config, options.connection);
  const session = await openSession({ config, log, ...(await loadTracing()) });
  try {
    const { connection } = options;
    const chosen = await pickConnection(session.app, config, {
      ...(connection === undefined ? {} : { connectionId: connection }),
      ...(config.locationId === undefined ? {} : { locationId: config.locationId }),
    });
    const principal = toPrincipal(chosen, options.access);
    const serving = session.app.serveStdio(principal);
    await Promise.race([serving, shutdown.requested]);
    // After a signal as after the end of stdin: what was asked is still answered.
    process.stdin.destroy();
    await serving;
  } finally {
    await session.close();
  }
};

/** A local process acts for the person who started it: one grant that lives as long as it does. */
const toPrincipal = (chosen: ChosenConnection, access: AccessLevel): Principal => ({
  grantId: toGrantId("local"),
  clientId: toClientId("stdio"),
  subject: chosen.subject,
  connectionId: chosen.connectionId,
  access,
  areas: "all",
  locations: chosen.locations,
});
