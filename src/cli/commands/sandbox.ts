import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { RunningSandbox } from "../../sandbox/sandbox.ts";
import { checkPortFree } from "../check-port.ts";
import type { Runtime } from "../context.ts";

interface SandboxOptions {
  readonly port: number;
  readonly json?: true;
}

const HOST = "127.0.0.1";

/** Declares `ghl-mcp sandbox`. */
export const defineSandbox = (program: Command, runtime: Runtime): void => {
  const command = program
    .command("sandbox")
    .description("run the GoHighLevel stand-in alone, with sample data, on this machine only")
    .option("--port <number>", "port to listen on", readPort, 8010)
    .option("--json", "print the details as one line of JSON")
    .addHelpText("after", "\nExample:\n  ghl-mcp sandbox --port 8010");
  command.action(async (options: SandboxOptions) => run(options, runtime));
};

const run = async (options: SandboxOptions, runtime: Runtime): Promise<void> => {
  const shutdown = runtime.shutdown();
  const { port } = options;
  await checkPortFree({ host: HOST, port, setBy: "--port" });
  const { startSandbox } = await import("../../sandbox/start-sandbox.ts");
  const sandbox = await startSandbox({ host: HOST, port });
  try {
    for (const line of options.json === true ? [toJson(sandbox)] : toLines(sandbox)) {
      runtime.printer.result(line);
    }
    runtime.printer.note("the sandbox runs until Ctrl-C; the lines above point a server at it");
    await shutdown.requested;
  } finally {
    await sandbox.close();
  }
};

const toJson = (sandbox: RunningSandbox): string => {
  const { authorizeUrl, baseUrl, clientId, clientSecret, locations, privateTokens } = sandbox;
  return JSON.stringify({
    baseUrl,
    authorizeUrl,
    clientId,
    clientSecret,
    locations: locations.map(({ id, name }) => ({ id, name, privateToken: privateTokens.get(id) })),
  });
};

/** Lines for a .env file: what the sandbox is, as the server's settings. */
const toLines = (sandbox: RunningSandbox): readonly string[] => [
  `GHL_BASE_URL=${sandbox.baseUrl}`,
  `GHL_AUTHORIZE_URL=${sandbox.authorizeUrl}`,
  `GHL_CLIENT_ID=${sandbox.clientId}`,
  `GHL_CLIENT_SECRET=${sandbox.clientSecret}`,
  "# or, in place of the client, for ghl-mcp stdio:",
  ...sandbox.locations.flatMap(({ id, name }) => [
    `# ${name}`,
    `# GHL_PRIVATE_TOKEN=${privateTokenOf(sandbox, id)}`,
    `# GHL_LOCATION_ID=${id}`,
  ]),
];

const privateTokenOf = ({ privateTokens }: RunningSandbox, locationId: string): string =>
  privateTokens.get(locationId) ?? "";

const readPort = (text: string): number => {
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535)
    throw new InvalidArgumentError("Give a whole number from 1 to 65535.");
  return port;
};
