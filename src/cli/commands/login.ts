import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { Connection, LocationSummary } from "../../core/connection.ts";
import { AppError } from "../../core/errors.ts";
import { awaitSignIn, type BrowserOutcome } from "../await-sign-in.ts";
import { checkPortFree } from "../check-port.ts";
import { confirmInstall } from "../confirm-install.ts";
import type { CommandContext, Runtime } from "../context.ts";
import { addSettingOptions, openContext } from "../context.ts";
import { type InputLines, openInputLines } from "../input-lines.ts";
import { pasteSignIn } from "../paste-sign-in.ts";
import type { Progress } from "../print.ts";
import type { Session } from "../session.ts";
import { openSession } from "../session.ts";
import { toIsoTime } from "../time-text.ts";
import { explainTokenFailure } from "../token-text.ts";

interface LoginOptions {
  readonly browser: boolean;
  readonly paste?: true;
  /** Seconds. */
  readonly timeout: number;
}

/** Declares `ghl-mcp login`. */
export const defineLogin = (program: Command, runtime: Runtime): void => {
  const command = program
    .command("login")
    .description("sign in to GoHighLevel from here: opens the browser, then proves that it works")
    .option("--no-browser", "only print the address, do not open it")
    .option("--paste", "listen nowhere: the address that the browser ends on is pasted here")
    .option("--timeout <seconds>", "how long to wait for the browser", readTimeout, 300)
    .option("--json", "print the result as one line of JSON")
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  ghl-mcp login",
        "  ghl-mcp login --no-browser    on a machine without a browser",
        "  ghl-mcp login --paste         with a redirect URI that does not lead to this machine",
        "",
        "With --paste, GHL_REDIRECT_URI may be any https page that is yours, as the app has it. Open the",
        "printed address, choose at GoHighLevel, and paste the whole address that the browser ends on.",
        "The input may be a terminal or a pipe; the pasted code is not written anywhere.",
      ].join("\n"),
    );
  addSettingOptions(command, ["PORT", "HOST", "PUBLIC_URL", "STORAGE_URL"]);
  command.action(async (options: LoginOptions) => login(openContext(command, runtime), options));
};

const login = async (context: CommandContext, options: LoginOptions): Promise<void> => {
  const { config, log, printer } = context;
  const { mode } = config.upstream;
  if (mode === "private_token" || mode === "token_entry") {
    throw new AppError(
      "config_invalid",
      [
        mode === "token_entry"
          ? "without an app there is nothing to sign in to; private integration tokens are entered in the browser, with: ghl-mcp serve"
          : "a private token needs no sign-in; GHL_PRIVATE_TOKEN works at once with: ghl-mcp stdio",
        "  login needs GHL_CLIENT_ID and GHL_CLIENT_SECRET of a marketplace app, or neither of the three for the sandbox",
      ].join("\n"),
    );
  }
  if (options.paste !== true) await checkCallbackPort(context);
  if (config.storageUrl === "memory:") {
    printer.note('STORAGE_URL is "memory:": this sign-in is tried out and then forgotten');
  }
  const session = await openSession({ config, log });
  const lines = openInputLines(process.stdin);
  try {
    if (session.sandbox !== undefined) {
      printer.note("no GoHighLevel credentials are set: this signs in to the sandbox");
    }
    const connection = await signIn(context, session, { ...options, lines });
    await prove(context, session, connection);
  } finally {
    lines.close();
    await session.close();
  }
};

/** Signs in the way that was asked for, and asks the person where only they can tell. */
const signIn = async (
  context: CommandContext,
  session: Session,
  options: LoginOptions & { readonly lines: InputLines },
): Promise<Connection> => {
  const { config, printer, shutdown } = context;
  const { lines } = options;
  const asking = { config, app: session.app, printer, lines, signal: shutdown.signal };
  if (options.paste === true) {
    return pasteSignIn({ ...asking, timeoutMs: options.timeout * 1000 });
  }
  const outcome = await awaitBrowser(context, session, options);
  return outcome.kind === "connected"
    ? outcome.connection
    : confirmInstall(asking, outcome.cookies);
};

const checkCallbackPort = async ({ config }: CommandContext): Promise<void> => {
  try {
    await checkPortFree(config);
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== "port_in_use") throw cause;
    throw new AppError(
      "port_in_use",
      [
        cause.message,
        `  if it is ghl-mcp serve that runs there, sign in at ${config.publicUrl}/oauth/authorize instead`,
      ].join("\n"),
      { cause },
    );
  }
};

const awaitBrowser = async (
  { config, log, printer, shutdown }: CommandContext,
  { app, randomToken }: Session,
  options: LoginOptions,
): Promise<BrowserOutcome> => {
  let progress: Progress | undefined;
  try {
    return await awaitSignIn({
      config,
      app,
      startToken: randomToken(),
      timeoutMs: options.timeout * 1000,
      signal: shutdown.signal,
      onReady: (startUrl) => {
        printer.note(`sign in at: ${startUrl}`);
        if (options.browser) {
          openBrowser(startUrl).catch((cause: unknown) => {
            log.debug("no browser could be opened", { error: cause });
          });
        }
        progress = printer.progress(
          `waiting up to ${options.timeout} s for the sign-in in the browser (Ctrl-C stops)`,
        );
      },
      onStray: (explanation) => {
        for (const line of explanation.split("\n")) printer.problem(line);
      },
    });
  } finally {
    progress?.stop();
  }
};

/** Calls the API and refreshes the tokens once, and prints what came of it. */
const prove = async (
  { json, printer, shutdown }: CommandContext,
  { app }: Session,
  connected: Connection,
): Promise<void> => {
  printer.note("signed in; calling the API");
  const locations = await app.upstream.listLocations(connected.id, shutdown.signal);
  if (!locations.ok) throw proofFailed("calling the API", explainTokenFailure(locations.failure));
  printer.note("refreshing the tokens");
  const refreshed = await app.upstream.refreshNow(connected.id, shutdown.signal);
  if (!refreshed.ok) throw proofFailed("refreshing", explainTokenFailure(refreshed.failure));
  shutdown.signal.throwIfAborted();
  const lines = json
    ? [toJson(refreshed.value, locations.value)]
    : toLines(refreshed.value, locations.value);
  for (const line of lines) printer.result(line);
};

const proofFailed = (step: string, why: string): AppError =>
  new AppError("upstream_failed", `signed in and stored, but ${step} did not work: ${why}`);

const toJson = (connection: Connection, locations: readonly LocationSummary[]): string =>
  JSON.stringify({
    connection: connection.id,
    kind: connection.kind,
    environment: connection.environment,
    companyId: connection.companyId,
    locations: locations.map(({ id, name }) => ({ id, name })),
    scopes: connection.scopes,
    tokenExpiresAt:
      connection.tokenExpiresAt === undefined ? undefined : toIsoTime(connection.tokenExpiresAt),
    refresh: "works",
  });

const toLines = (
  connection: Connection,
  locations: readonly LocationSummary[],
): readonly string[] => [
  `connection  ${connection.id}`,
  `kind        ${connection.kind}`,
  ...locations.map(({ id, name }) => `location    ${name} (${id})`),
  `scopes      ${connection.scopes.join(" ")}`,
  ...(connection.tokenExpiresAt === undefined
    ? []
    : [`token until ${toIsoTime(connection.tokenExpiresAt)}`]),
  "refresh     works",
];

// Loaded only here: no other command opens a browser.
const openBrowser = async (url: string): Promise<void> => {
  const { default: open } = await import("open");
  const opener = await open(url);
  opener.on("error", () => undefined);
};

const readTimeout = (text: string): number => {
  const seconds = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > 3600) {
    throw new InvalidArgumentError("Give a whole number of seconds from 1 to 3600.");
  }
  return seconds;
};
