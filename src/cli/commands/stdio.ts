import type { Command } from "commander";
import { Option } from "commander";
import type { App } from "../../app.ts";
import type { AccessLevel } from "../../core/access.ts";
import { ACCESS_LEVELS } from "../../core/access.ts";
import { AppError } from "../../core/errors.ts";
import { toClientId, toConnectionId, toGrantId } from "../../core/ids.ts";
import type { Principal } from "../../core/principal.ts";
import type { ChosenConnection, NoConnection } from "../choose-connection.ts";
import { chooseConnection, explainNoConnection } from "../choose-connection.ts";
import type { CommandContext, Runtime } from "../context.ts";
import { addSettingOptions, openContext } from "../context.ts";
import { hasStore, openSession } from "../session.ts";

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
  const withPrivateToken = config.privateToken !== undefined && options.connection === undefined;
  if (
    !withPrivateToken &&
    config.masterKey.source === "ephemeral" &&
    config.storageUrl === "memory:"
  ) {
    throw new AppError(
      "not_connected",
      'STORAGE_URL is "memory:", which keeps no sign-in for this process; set it to sqlite:<file>, or set GHL_PRIVATE_TOKEN',
    );
  }
  if (!withPrivateToken && !hasStore(config)) throw notConnected({ kind: "none" });
  const session = await openSession({ config, log });
  try {
    const chosen = withPrivateToken ? PRIVATE : await choose(session.app, context, options);
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

/** The connection that upstream makes of the private integration token. */
const PRIVATE: ChosenConnection = {
  connectionId: toConnectionId("private"),
  subject: "private",
  locations: "all",
};

const choose = async (
  app: App,
  { config }: CommandContext,
  { connection }: StdioOptions,
): Promise<ChosenConnection> => {
  const chosen = chooseConnection(await app.upstream.listConnections(), {
    ...(connection === undefined ? {} : { connectionId: connection }),
    ...(config.locationId === undefined ? {} : { locationId: config.locationId }),
  });
  if (!chosen.ok) throw notConnected(chosen.failure);
  return chosen.value;
};

const notConnected = (failure: NoConnection): AppError =>
  new AppError("not_connected", explainNoConnection(failure));

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
