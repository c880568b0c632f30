import type { Command } from "commander";
import type { App } from "../../app.ts";
import type { Connection, LocationSummary } from "../../core/connection.ts";
import type { CommandContext, Runtime } from "../context.ts";
import { addSettingOptions, openContext } from "../context.ts";
import { howToConnect } from "../how-to-connect.ts";
import { hasStore, openSession } from "../session.ts";
import { toIsoTime } from "../time-text.ts";
import { explainTokenFailure } from "../token-text.ts";

interface StatusOptions {
  readonly check?: true;
}

/** A connection as `status` shows it. */
interface ConnectionReport {
  readonly connection: Connection;
  readonly grants: number;
  /** Present with `--check`. */
  readonly check?: Check;
}

type Check =
  | { readonly reachable: true; readonly locations: readonly LocationSummary[] }
  | { readonly reachable: false; readonly problem: string };

/** Declares `ghl-mcp status`. */
export const defineStatus = (program: Command, runtime: Runtime): void => {
  const command = program
    .command("status")
    .description("show the stored connections and how they are")
    .option("--check", "ask GoHighLevel whether each connection works, and for its locations")
    .option("--json", "print the result as one line of JSON")
    .addHelpText("after", "\nExamples:\n  ghl-mcp status\n  ghl-mcp status --check --json");
  addSettingOptions(command, ["STORAGE_URL"]);
  command.action(async (options: StatusOptions) => status(openContext(command, runtime), options));
};

const status = async (context: CommandContext, options: StatusOptions): Promise<void> => {
  const { config, json, printer } = context;
  const nothingStored = config.privateToken === undefined && !hasStore(config);
  const { reports, unclaimed } = nothingStored
    ? { reports: [], unclaimed: [] }
    : await readAll(context, options.check === true);
  if (json) {
    printer.result(
      JSON.stringify({
        connections: reports.map(toJson),
        ...(unclaimed.length === 0 ? {} : { unclaimed: unclaimed.map(toUnclaimedJson) }),
      }),
    );
    return;
  }
  if (reports.length === 0) {
    printer.result(`no connection yet; ${howToConnect(config)}`);
  }
  for (const report of reports) for (const line of toLines(report)) printer.result(line);
  for (const install of unclaimed) {
    for (const line of toUnclaimedLines(install)) printer.result(line);
  }
};

type Unclaimed = Awaited<ReturnType<App["upstream"]["installs"]["list"]>>[number];

const toUnclaimedJson = ({ arrivedAt, ...install }: Unclaimed): unknown => ({
  ...install,
  arrivedAt: toIsoTime(arrivedAt),
});

const toUnclaimedLines = (install: Unclaimed): readonly string[] => [
  `unclaimed  ${install.kind} ${install.locationId ?? install.companyId}`,
  `  installed     ${toIsoTime(install.arrivedAt)}, without a sign-in here: it serves nobody`,
  "  to use it     sign in to it, as for any other account",
];

const readAll = async (
  { config, log, shutdown }: CommandContext,
  withCheck: boolean,
): Promise<{
  readonly reports: readonly ConnectionReport[];
  readonly unclaimed: readonly Unclaimed[];
}> => {
  const session = await openSession({ config, log });
  const { app } = session;
  try {
    const reports: ConnectionReport[] = [];
    const authorization = await app.openAuthorization();
    for (const connection of await app.upstream.listConnections()) {
      shutdown.signal.throwIfAborted();
      const grants = await authorization.listGrants(connection.id);
      reports.push({
        connection,
        grants: grants.length,
        ...(withCheck ? { check: await check(app, connection, shutdown.signal) } : {}),
      });
    }
    return { reports, unclaimed: await app.upstream.installs.list() };
  } finally {
    await session.close();
  }
};

const check = async (app: App, connection: Connection, signal: AbortSignal): Promise<Check> => {
  const locations = await app.upstream.listLocations(connection.id, signal);
  return locations.ok
    ? { reachable: true, locations: locations.value }
    : { reachable: false, problem: explainTokenFailure(locations.failure) };
};

const toJson = ({ check: checked, connection, grants }: ConnectionReport): unknown => ({
  id: connection.id,
  kind: connection.kind,
  environment: connection.environment,
  status: connection.status,
  companyId: connection.companyId,
  locationId: connection.locationId,
  scopes: connection.scopes,
  ...toTimes(connection),
  grants,
  ...(checked === undefined ? {} : checked),
});

const toTimes = (
  connection: Connection,
): {
  readonly connectedAt: string;
  readonly tokenExpiresAt?: string;
  readonly lastRefreshAt?: string;
} => {
  const { connectedAt, lastRefreshAt, tokenExpiresAt } = connection;
  return {
    connectedAt: toIsoTime(connectedAt),
    ...(tokenExpiresAt === undefined ? {} : { tokenExpiresAt: toIsoTime(tokenExpiresAt) }),
    ...(lastRefreshAt === undefined ? {} : { lastRefreshAt: toIsoTime(lastRefreshAt) }),
  };
};

const toLines = ({ check: checked, connection, grants }: ConnectionReport): readonly string[] => {
  const times = toTimes(connection);
  const of = connection.locationId ?? connection.companyId;
  return [
    `${connection.id}  ${connection.status}`,
    `  kind          ${connection.kind}${of === undefined ? "" : ` ${of}`}`,
    `  environment   ${connection.environment}`,
    `  connected     ${times.connectedAt}`,
    `  token until   ${times.tokenExpiresAt ?? "no end"}`,
    `  last refresh  ${times.lastRefreshAt ?? "never"}`,
    `  grants        ${grants}`,
    ...toCheckLines(checked),
  ];
};

const toCheckLines = (checked: Check | undefined): readonly string[] => {
  if (checked === undefined) return [];
  if (!checked.reachable) return [`  check         ${checked.problem}`];
  return [
    "  check         works",
    ...checked.locations.map(({ id, name }) => `  location      ${name} (${id})`),
  ];
};
