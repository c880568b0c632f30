import type { Command } from "commander";
import { isLoopbackUrl } from "../../config/loopback.ts";
import { AppError } from "../../core/errors.ts";
import { checkPortFree } from "../check-port.ts";
import type { CommandContext, Runtime } from "../context.ts";
import { addSettingOptions, openContext } from "../context.ts";
import { loadObservers } from "../observe.ts";
import { onHangup } from "../on-hangup.ts";
import { isTerminal } from "../print.ts";
import { requireCertificate } from "../require-certificate.ts";
import { openSession } from "../session.ts";

const GRACE_MS = 10_000;

/** Declares `ghl-mcp serve`. */
export const defineServe = (program: Command, runtime: Runtime): void => {
  const command = program
    .command("serve")
    .description("serve MCP over HTTP; with no GoHighLevel credentials, on the sandbox")
    .option("--json", "print where it serves as one line of JSON; the log is JSON, too")
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  ghl-mcp serve                 on http://localhost:8000",
        "  ghl-mcp serve --port 9000     on another port",
        "  ghl-mcp serve --public-url https://mcp.example.com",
      ].join("\n"),
    );
  addSettingOptions(command, ["PORT", "HOST", "PUBLIC_URL", "STORAGE_URL"]);
  command.action(async () => serve(openContext(command, runtime)));
};

const serve = async (context: CommandContext): Promise<void> => {
  const { config, log, shutdown } = context;
  if (config.upstream.mode === "private_token") {
    throw new AppError(
      "config_invalid",
      [
        "GHL_PRIVATE_TOKEN works with: ghl-mcp stdio",
        "  serve needs GHL_CLIENT_ID and GHL_CLIENT_SECRET of a marketplace app, or neither of the three for the sandbox;",
        "  with GHL_MODE=live it serves without an app, and each person enters a token of their own",
      ].join("\n"),
    );
  }
  await checkPortFree(config);
  await requireCertificate(config);
  const session = await openSession({ config, log, ...(await loadObservers(config)) });
  try {
    await session.app.listen();
    session.app.refreshAhead();
    announce(context, session.sandbox !== undefined);
    if (session.sandbox !== undefined && !isLoopbackUrl(new URL(config.publicUrl))) {
      log.warn("the sandbox's sign-in page answers on this machine only, not at PUBLIC_URL");
    }
    const stopListening = onHangup(() => {
      log.info("looking at the files of the certificate", { signal: "SIGHUP" });
      void session.app.lookAtCertificate();
    });
    const signal = await shutdown.requested;
    stopListening();
    log.info("stopping", { signal });
  } finally {
    await session.close({ graceMs: GRACE_MS });
  }
};

const announce = (context: CommandContext, sandbox: boolean): void => {
  const { config, json, log, printer } = context;
  const mcpUrl = `${config.publicUrl}/mcp`;
  if (json) {
    const { host, port, publicUrl } = config;
    printer.result(JSON.stringify({ publicUrl, mcpUrl, host, port, sandbox }));
    return;
  }
  if (!sandbox && !isTerminal()) {
    log.info("serving", { publicUrl: config.publicUrl, host: config.host, port: config.port });
    return;
  }
  const lines = sandbox ? SANDBOX_HEAD : [`ghl-mcp serves GoHighLevel at ${config.publicUrl}`];
  for (const line of lines) printer.note(printer.strong(line));
  const client = JSON.stringify({ mcpServers: { ghl: { type: "http", url: mcpUrl } } });
  const rows = [
    "",
    `  Server    ${config.publicUrl}`,
    `  MCP URL   ${mcpUrl}`,
    "",
    "What to do next:",
    `  add it to Claude Code       claude mcp add --transport http ghl ${mcpUrl}`,
    `  add it to another client    ${client}`,
    `  how to add any client       open ${config.publicUrl}, or run ghl-mcp connect --list`,
    `  sign in in a browser        ${config.publicUrl}/oauth/authorize`,
    ...(sandbox
      ? [
          "  use a real account          put GHL_CLIENT_ID and GHL_CLIENT_SECRET into .env and start again",
        ]
      : []),
    "  stop                        Ctrl-C",
    "",
  ];
  for (const row of rows) printer.note(row);
};

const SANDBOX_HEAD = [
  "Sandbox mode: no GoHighLevel credentials are set, so this runs on sample data of a stand-in.",
  "Nothing here reaches a real account.",
] as const;
