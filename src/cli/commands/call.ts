import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { Config } from "../../config/config.ts";
import { AppError } from "../../core/errors.ts";
import { type LocationId, toLocationId } from "../../core/ids.ts";
import type { GhlCall } from "../../ghl/call.ts";
import type { Operation } from "../../ghl/catalog/operation.ts";
import type { CallArguments } from "../call-arguments.ts";
import type { ChosenConnection } from "../choose-connection.ts";
import { confirm } from "../confirm.ts";
import type { CommandContext, Runtime } from "../context.ts";
import { addSettingOptions, openContext } from "../context.ts";
import { checkCanConnect, pickConnection, usesPrivateToken } from "../pick-connection.ts";
import { describeUnmatched, pickFields } from "../pick-fields.ts";
import { canAsk, isOutputTerminal } from "../print.ts";
import { readBody, readNamed, readUpload } from "../read-inputs.ts";
import { resolveLocation } from "../resolve-location.ts";
import type { Listing } from "../run-call.ts";
import type { Session } from "../session.ts";
import { openSession } from "../session.ts";
import { unknownOperation } from "./operations.ts";

interface CallOptions {
  readonly param: readonly string[];
  readonly body?: string;
  readonly file: readonly string[];
  readonly location?: string;
  readonly connection?: string;
  readonly pages?: number;
  readonly all?: true;
  readonly fields?: readonly string[];
  readonly dryRun?: true;
  readonly yes?: true;
}

/** Declares `ghl-mcp call`. */
export const defineCall = (program: Command, runtime: Runtime): void => {
  const command = program
    .command("call")
    .description("call one operation of the GoHighLevel API; the answer is JSON on stdout")
    .argument("<operation>", "its id; see: ghl-mcp operations")
    .option(
      "-p, --param <name=value>",
      "a parameter or a field of the body; repeatable",
      collect,
      [],
    )
    .option("--body <json>", "the body as JSON; @file reads it from a file, - from stdin")
    .option("--file <field=@path>", "a file to upload; repeatable", collect, [])
    .option("--location <id or name>", "the location to act in, where the connection has several")
    .option("--connection <id>", "the stored connection to use; see: ghl-mcp status")
    .option("--pages <n>", "list the records of so many pages", readPages)
    .option("--all", "list the records of all pages")
    .option(
      "--fields <a,b.c>",
      "print only these fields of the answer, or of each record of a listing",
      readFields,
    )
    .option("--dry-run", "print the request and send nothing")
    .option("--yes", "do not ask before a critical operation")
    .option("--json", "print the result on one line, on a terminal too")
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  ghl-mcp call opportunities.get-pipelines",
        "  ghl-mcp call contacts.create-contact -p firstName=Ada -p email=ada@example.com",
        "  ghl-mcp call contacts.search-contacts-advanced --all --fields id,email",
        "  ghl-mcp call medias.upload-media-content --file file=@logo.png",
        "  GHL_PRIVATE_TOKEN=pit-... GHL_LOCATION_ID=... ghl-mcp call locations.get-location",
      ].join("\n"),
    );
  addSettingOptions(command, ["STORAGE_URL"]);
  command.action(async (id: string, options: CallOptions) => {
    const operation = await getOperation(id);
    const given = await readArguments(operation, options);
    await call(openContext(command, runtime), { operation, given, options });
  });
};

interface Wanted {
  readonly operation: Operation;
  readonly given: CallArguments;
  readonly options: CallOptions;
}

// The catalogue and the client are loaded only here, so that other commands start sooner.
const getOperation = async (id: string): Promise<Operation> => {
  const { findOperation, suggestOperations } = await import("../../ghl/catalog/index.ts");
  const operation = findOperation(id);
  if (operation === undefined) throw unknownOperation(id, suggestOperations(id));
  return operation;
};

const readArguments = async (
  operation: Operation,
  options: CallOptions,
): Promise<CallArguments> => {
  const { toCallArguments } = await import("../call-arguments.ts");
  const { toCallError } = await import("../run-call.ts");
  const body = options.body === undefined ? undefined : await readBody(options.body, process.stdin);
  const given = toCallArguments(operation, {
    params: options.param.map((text) => readNamed(text, "--param")),
    ...(body !== undefined && { body }),
    files: await Promise.all(options.file.map(readUpload)),
  });
  if (!given.ok) throw toCallError(given.failure, undefined);
  return given.value;
};

const call = async (context: CommandContext, wanted: Wanted): Promise<void> => {
  const { config, log, printer, json, shutdown } = context;
  const { operation, options } = wanted;
  checkConfirmable(wanted);
  const listing = await toListing(wanted);
  checkCanConnect(config, options.connection);
  const { runCall } = await import("../run-call.ts");
  const session = await openSession({ config: withoutStore(config, options), log });
  try {
    const made = await prepare(context, session, wanted);
    const result =
      options.dryRun === true
        ? await dryRun(operation, made, session.sandbox?.baseUrl ?? config.apiBaseUrl)
        : await runCall(
            { ghl: session.app.ghl, printer, signal: shutdown.signal },
            await confirmed(context, session, { wanted, made }),
            listing,
          );
    const fields = options.dryRun === true ? undefined : options.fields;
    const unmatched = describeUnmatched(result, fields ?? []);
    if (unmatched !== undefined) printer.problem(unmatched);
    const shown = fields === undefined ? result : pickFields(result, fields);
    printer.result(JSON.stringify(shown, null, isOutputTerminal() && !json ? 2 : undefined));
  } finally {
    await session.close();
  }
};

const checkConfirmable = ({ operation, options }: Wanted): void => {
  const needsYes = operation.class === "critical" && options.yes !== true;
  if (!needsYes || options.dryRun === true || canAsk()) return;
  throw new AppError(
    "usage",
    `"${operation.id}" is critical (${operation.summary}); add --yes to make it, or --dry-run to see the request`,
  );
};

const toListing = async ({ operation, options }: Wanted): Promise<Listing | undefined> => {
  const { pages, all } = options;
  if (pages === undefined && all !== true) return undefined;
  const { findPagination } = await import("../../ghl/catalog/overlays/pagination.ts");
  if (findPagination(operation.id) === undefined) {
    throw new AppError("usage", `"${operation.id}" has no pages; leave out --pages and --all`);
  }
  return pages === undefined ? {} : { maxPages: pages };
};

/** A private integration token needs no store, and makes no database where the command happens to run. */
const withoutStore = (config: Config, { connection }: CallOptions): Config =>
  usesPrivateToken(config, connection)
    ? { ...config, storageUrl: "memory:", masterKey: { source: "ephemeral" } }
    : config;

/** The call, with the connection and the location that it is made with. */
const prepare = async (
  context: CommandContext,
  session: Session,
  { operation, given, options }: Wanted,
): Promise<GhlCall> => {
  const { config } = context;
  const { connection } = options;
  const chosen = await pickConnection(session.app, config, {
    ...(connection === undefined ? {} : { connectionId: connection }),
    ...(config.locationId === undefined ? {} : { locationId: config.locationId }),
  });
  const locationId = await findLocation(context, session, { chosen, operation, options });
  return {
    operation: operation.id,
    connectionId: chosen.connectionId,
    ...given,
    ...(locationId !== undefined && { locationId }),
  };
};

const findLocation = async (
  { config, shutdown }: CommandContext,
  { app }: Session,
  given: {
    readonly chosen: ChosenConnection;
    readonly operation: Operation;
    readonly options: CallOptions;
  },
): Promise<LocationId | undefined> => {
  const { chosen, operation, options } = given;
  const stored = await app.upstream.findConnection(chosen.connectionId);
  const own = stored?.locationId ?? config.privateToken?.locationId;
  const wanted = options.location ?? config.locationId;
  if (own !== undefined && (wanted === undefined || wanted === own)) return toLocationId(own);
  // An agency's own operations act in no location unless one is named.
  if (wanted === undefined && operation.tokenClass !== "location") return undefined;
  const { id } = await resolveLocation(app, chosen.connectionId, {
    ...(wanted === undefined ? {} : { wanted }),
    signal: shutdown.signal,
  });
  return id;
};

const dryRun = async (
  operation: Operation,
  made: GhlCall,
  apiBaseUrl: string,
): Promise<unknown> => {
  const { describeRequest } = await import("../run-call.ts");
  return describeRequest(operation, made, apiBaseUrl);
};

/** The call, once a person has confirmed it where it is critical. */
const confirmed = async (
  { printer, shutdown }: CommandContext,
  { app }: Session,
  { wanted, made }: { readonly wanted: Wanted; readonly made: GhlCall },
): Promise<GhlCall> => {
  const { operation, options } = wanted;
  if (operation.class !== "critical" || options.yes === true) return made;
  const { toPreview } = await import("../run-call.ts");
  const listed = await app.upstream.listLocations(made.connectionId, shutdown.signal);
  const name = listed.ok ? listed.value.find(({ id }) => id === made.locationId)?.name : undefined;
  const location = name === undefined ? made.locationId : `${name} (${made.locationId})`;
  for (const line of toPreview(operation, made, location)) printer.note(line);
  const agreed = await confirm('make this call? type "yes": ', {
    input: process.stdin,
    output: process.stderr,
    signal: shutdown.signal,
  });
  if (agreed) return made;
  throw new AppError("usage", "not confirmed; nothing was sent");
};

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

const readPages = (text: string): number => {
  const pages = /^\d{1,6}$/u.test(text) ? Number(text) : 0;
  if (pages < 1) throw new InvalidArgumentError("Give a whole number from 1.");
  return pages;
};

const readFields = (text: string): readonly string[] => {
  const fields = text.split(",").map((field) => field.trim());
  if (fields.includes("")) throw new InvalidArgumentError("Give names, separated by commas.");
  return fields;
};
