import type { Command } from "commander";
import { Option } from "commander";
import type { Config } from "../config/config.ts";
import { type ConfigSources, loadConfig } from "../config/load.ts";
import type { SettingName } from "../config/schema.ts";
import { SETTINGS } from "../config/schema.ts";
import type { Logger } from "../core/logger.ts";
import { createPinoLogger } from "../observability/pino-logger.ts";
import type { Printer } from "./print.ts";
import { toPlainText } from "./plain-text.ts";
import { isTerminal } from "./print.ts";
import type { Shutdown } from "./shutdown.ts";

/** What every command gets from main.ts. */
export interface Runtime {
  readonly printer: Printer;
  /** Errors are told as JSON, by main.ts alone. */
  readonly json: boolean;
  /** Starts to listen for signals, once. */
  readonly shutdown: () => Shutdown;
}

/** What a command that reads the settings works with. */
export interface CommandContext {
  readonly printer: Printer;
  readonly shutdown: Shutdown;
  readonly config: Config;
  readonly log: Logger;
  /** The result is wanted as one line of JSON. */
  readonly json: boolean;
}

/** The settings that have a command-line option. */
export type FlagName = Extract<
  SettingName,
  "PORT" | "HOST" | "PUBLIC_URL" | "STORAGE_URL" | "LOG_LEVEL"
>;

/** Adds the options that set these settings to a command. */
export const addSettingOptions = (command: Command, names: readonly FlagName[]): Command => {
  for (const name of names) command.addOption(toOption(name));
  return command;
};

/** Where the settings of a command come from: its options, and the file that one of them names. */
export const toConfigSources = (command: Command): ConfigSources => {
  const options: Readonly<Record<string, unknown>> = command.optsWithGlobals();
  const envFile = options["envFile"];
  return { flags: readFlags(options), ...(typeof envFile === "string" ? { envFile } : {}) };
};

/** Reads the settings of a command from its options, the environment and the .env file. */
export const openContext = (command: Command, runtime: Runtime): CommandContext => {
  const options: Readonly<Record<string, unknown>> = command.optsWithGlobals();
  const { config, warnings } = loadConfig(toConfigSources(command));
  const json = options["json"] === true;
  const log = createPinoLogger({ level: config.log.level, pretty: isTerminal() && !json });
  for (const warning of warnings) log.warn(warning);
  const { printer } = runtime;
  return { printer, shutdown: runtime.shutdown(), config, log, json };
};

const FLAG_NAMES: readonly FlagName[] = ["PORT", "HOST", "PUBLIC_URL", "STORAGE_URL", "LOG_LEVEL"];

const toOption = (name: FlagName): Option =>
  new Option(SETTINGS[name].flag, `${toPlainText(SETTINGS[name].meaning)} (${name})`);

const readFlags = (
  options: Readonly<Record<string, unknown>>,
): Readonly<Partial<Record<SettingName, string>>> =>
  Object.fromEntries(
    FLAG_NAMES.flatMap((name) => {
      const value = options[toOption(name).attributeName()];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
