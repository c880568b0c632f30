import type { Command } from "commander";
import { AppError } from "../../core/errors.ts";
import type { Runtime } from "../context.ts";
import { addSettingOptions, toConfigSources } from "../context.ts";
import type { Finding, Level } from "../doctor/finding.ts";
import type { Printer, Tint } from "../print.ts";

interface DoctorFlags {
  readonly check?: true;
  readonly json?: true;
}

/** Declares `ghl-mcp doctor`. */
export const defineDoctor = (program: Command, runtime: Runtime): void => {
  const command = program
    .command("doctor")
    .description("look for what is wrong, and say how to mend it")
    .option("--check", "ask GoHighLevel whether each connection works, which may renew its token")
    .option("--json", "print the result as one line of JSON")
    .addHelpText(
      "after",
      "\nEnds with 0 when there is no problem, and with 1 when there is one.\n\nExamples:\n  ghl-mcp doctor\n  ghl-mcp doctor --check --json",
    );
  addSettingOptions(command, ["PORT", "HOST", "PUBLIC_URL", "STORAGE_URL"]);
  command.action(async (flags: DoctorFlags) => doctor(command, runtime, flags));
};

const doctor = async (command: Command, runtime: Runtime, flags: DoctorFlags): Promise<void> => {
  const { printer } = runtime;
  const { signal } = runtime.shutdown();
  // Loaded only where it is used, so that the other commands start at once.
  const { examine } = await import("../doctor/examine.ts");
  const findings = await withParts(async (parts) =>
    examine({ sources: toConfigSources(command), asksGhl: flags.check === true, signal, parts }),
  );
  const problems = findings.filter(({ level }) => level === "problem").length;
  const lines = flags.json === true ? [toJson(findings, problems)] : toLines(printer, findings);
  for (const line of lines) printer.result(line);
  if (problems > 0) {
    throw new AppError(
      "problems_found",
      problems === 1 ? "1 problem was found" : `${problems} problems were found`,
    );
  }
};

const withParts = async <Value>(
  run: (parts: ReturnType<typeof import("../../app.ts").systemParts>) => Promise<Value>,
): Promise<Value> => {
  const { systemParts } = await import("../../app.ts");
  const parts = systemParts();
  try {
    return await run(parts);
  } finally {
    await parts.http.close();
  }
};

const toJson = (findings: readonly Finding[], problems: number): string =>
  JSON.stringify({ problems, findings });

const TINTS = {
  ok: "green",
  note: "dim",
  warning: "yellow",
  problem: "red",
} as const satisfies Readonly<Record<Level, Tint>>;

const LEVEL_WIDTH = 9;
const CHECK_WIDTH = 13;

const toLines = (printer: Printer, findings: readonly Finding[]): readonly string[] =>
  findings.flatMap(({ check, fix, level, text }) => [
    `${printer.tint(TINTS[level], level.padEnd(LEVEL_WIDTH))}${check.padEnd(CHECK_WIDTH)}${text}`,
    ...(fix === undefined ? [] : [`${" ".repeat(LEVEL_WIDTH + CHECK_WIDTH)}→ ${fix}`]),
  ]);
