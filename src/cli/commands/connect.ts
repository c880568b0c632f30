import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { Argument, InvalidArgumentError, Option } from "commander";
import type { ConfigFile, Place } from "../../connect/config-file.ts";
import { CLIENT_GUIDES, type ClientGuide } from "../../connect/clients.ts";
import {
  ACCESS_WORDS,
  toConnectionUrl,
  TOOLS_WORDS,
  type UrlOptions,
} from "../../connect/connection-url.ts";
import { findReachProblem } from "../../connect/reach.ts";
import { type ConnectTarget, SERVER_NAME, type StdioCommand } from "../../connect/target.ts";
import { systemClock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { toGuideLines } from "../connect-text.ts";
import type { CommandContext, Runtime } from "../context.ts";
import { addSettingOptions, openContext } from "../context.ts";
import { writeClientFile, type Written } from "../write-client-file.ts";

interface ConnectOptions extends UrlOptions {
  readonly name: string;
  readonly write?: true;
  readonly file?: string;
  readonly list?: true;
  readonly json?: true;
  readonly envFile?: string;
}

/** Declares `ghl-mcp connect`. */
export const defineConnect = (program: Command, runtime: Runtime): void => {
  const command = program
    .command("connect")
    .description("show how a client is connected to this server, or write its configuration")
    .addArgument(
      new Argument("[client]", "which client").choices(CLIENT_GUIDES.map(({ id }) => id)),
    )
    .option("--list", "list the clients")
    .option("--write", "put the server into the client's file; everything else in it stays")
    .option("--file <path>", "with --write, a file other than the client's own")
    .option("--name <name>", "what the client calls the server", readName, SERVER_NAME)
    .option("--location <id or name>", "work in this location only", readLocation)
    .addOption(new Option("--access <level>", "go this far at most").choices([...ACCESS_WORDS]))
    .addOption(new Option("--tools <group>", "show these tools").choices([...TOOLS_WORDS]))
    .option("--json", "print the result as one line of JSON")
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  ghl-mcp connect --list",
        "  ghl-mcp connect claude-code",
        "  ghl-mcp connect cursor --write",
        '  ghl-mcp connect vscode --name ghl-harbor --location "Harbor Dental" --access read',
        "  ghl-mcp connect gemini --write --public-url https://mcp.example.com",
      ].join("\n"),
    );
  addSettingOptions(command, ["PUBLIC_URL", "STORAGE_URL"]);
  command.action(async (id: string | undefined, options: ConnectOptions) => {
    if (options.list === true) return list(options, runtime);
    const guide = CLIENT_GUIDES.find((one) => one.id === id);
    if (guide === undefined) {
      throw new AppError(
        "usage",
        `name a client, one of ${CLIENT_GUIDES.map((one) => one.id).join(", ")}`,
      );
    }
    const all = command.optsWithGlobals<ConnectOptions>();
    checkOptions(guide, all);
    const context = openContext(command, runtime);
    const target = toTarget(context, all);
    if (all.write === true) return write(context, { guide, target, options: all });
    show(context, guide, target);
  });
};

const checkOptions = (guide: ClientGuide, options: ConnectOptions): void => {
  const { file, location, tools, write: isToWrite } = options;
  if (file !== undefined && isToWrite !== true) {
    throw new AppError("usage", "--file goes with --write");
  }
  if (guide.startsServer === true && (location !== undefined || tools !== undefined)) {
    throw new AppError(
      "usage",
      "--location and --tools are options of the URL, and a server that the client starts has none; --access works",
    );
  }
};

const list = ({ json }: ConnectOptions, { printer }: Runtime): void => {
  if (json === true) {
    const clients = CLIENT_GUIDES.map(({ id, title, file }) => ({
      id,
      title,
      write: file !== undefined,
    }));
    printer.result(JSON.stringify({ clients }));
    return;
  }
  const width = Math.max(...CLIENT_GUIDES.map(({ id }) => id.length));
  for (const { id, title, file } of CLIENT_GUIDES) {
    printer.result(`${id.padEnd(width)}  ${title}${file === undefined ? "" : ", with --write"}`);
  }
};

const toTarget = ({ config }: CommandContext, options: ConnectOptions): ConnectTarget => ({
  url: toConnectionUrl(`${config.publicUrl}/mcp`, options),
  name: options.name,
  stdio: toStdio(config.storageUrl, options),
});

// At the same place in a clone and in the package.
const PROGRAM = fileURLToPath(new URL("../../../bin/ghl-mcp.js", import.meta.url));

/** How a client starts this very program on this store: it does so in a folder of its own choice. */
const toStdio = (storageUrl: string, { access, envFile }: ConnectOptions): StdioCommand => {
  const settings = resolve(envFile ?? ".env");
  const withFile = existsSync(settings);
  return {
    command: process.execPath,
    args: [
      // Node has an --env-file of its own, which it takes from behind the program, too, and then stops at a
      // file that is gone, in its own words. It looks no further than "--" (seen with Node 20 and 24).
      ...(withFile ? ["--"] : []),
      PROGRAM,
      "stdio",
      ...(withFile ? ["--env-file", settings] : []),
      ...(storageUrl.startsWith("sqlite:")
        ? ["--storage-url", `sqlite:${resolve(storageUrl.slice("sqlite:".length))}`]
        : []),
      ...(access === undefined ? [] : ["--access", access === "full" ? "critical" : access]),
    ],
  };
};

const show = (
  { json, printer }: CommandContext,
  guide: ClientGuide,
  target: ConnectTarget,
): void => {
  const problem = findReachProblem(guide, target.url);
  if (json) {
    const { id, title } = guide;
    const steps = guide.steps(target);
    printer.result(JSON.stringify({ client: id, title, url: target.url, problem, steps }));
    return;
  }
  if (problem !== undefined) printer.problem(problem);
  for (const line of toGuideLines(guide, target)) printer.result(line);
};

const write = async (
  { json, printer }: CommandContext,
  wanted: {
    readonly guide: ClientGuide;
    readonly target: ConnectTarget;
    readonly options: ConnectOptions;
  },
): Promise<void> => {
  const { guide, options, target } = wanted;
  const { entry, file } = guide;
  if (entry === undefined || file === undefined) {
    throw new AppError(
      "usage",
      `${guide.title} has no file that this could write; ghl-mcp connect ${guide.id} shows what to do`,
    );
  }
  const path = options.file === undefined ? findPath(guide, file) : resolve(options.file);
  const written = await writeClientFile(
    path,
    { member: file.member, name: target.name, entry: entry(target) },
    { clock: systemClock },
  );
  if (json) {
    printer.result(
      JSON.stringify({ client: guide.id, name: target.name, url: target.url, ...written }),
    );
    return;
  }
  for (const line of toWrittenLines(guide, target, written)) printer.result(line);
};

const findPath = (guide: ClientGuide, file: ConfigFile): string => {
  const place: Place = { home: homedir(), folder: process.cwd(), platform: process.platform };
  const path = file.findPath(place);
  if (path === undefined) {
    throw new AppError(
      "usage",
      `where ${guide.title} keeps its file on this system is not known; name it with --file`,
    );
  }
  return path;
};

const CHANGES = {
  created: "made, with",
  added: "changed: added",
  replaced: "changed: replaced",
  same: "left as it is: it already has",
} as const satisfies Readonly<Record<Written["change"], string>>;

const toWrittenLines = (
  guide: ClientGuide,
  { name }: ConnectTarget,
  { backup, change, path }: Written,
): readonly string[] => [
  `${path} was ${CHANGES[change]} the server "${name}"`,
  ...(backup === undefined ? [] : [`as it was before, it is kept as ${backup}`]),
  ...(change === "same" ? [] : [`start ${guide.title} again, or reload its MCP servers`]),
];

const readName = (text: string): string => {
  if (/^[A-Za-z0-9_-]{1,40}$/u.test(text)) return text;
  throw new InvalidArgumentError("Give at most 40 letters, digits, - and _.");
};

const readLocation = (text: string): string => {
  if (text.trim() !== "" && text.length <= 100) return text;
  throw new InvalidArgumentError("Give the id or the name of a location.");
};
