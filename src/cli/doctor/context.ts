import type { systemParts } from "../../app.ts";
import type { Config } from "../../config/config.ts";
import { type ConfigSources, loadConfig } from "../../config/load.ts";
import { AppError } from "../../core/errors.ts";
import { type Logger, silentLogger } from "../../core/logger.ts";
import type { Found } from "./finding.ts";

/** What every check works with. */
export interface DoctorContext {
  /** Absent where the settings cannot be read; `settingsError` then says why. */
  readonly config?: Config;
  readonly settingsError?: string;
  readonly warnings: readonly string[];
  readonly parts: ReturnType<typeof systemParts>;
  readonly log: Logger;
  /** Whether GoHighLevel is asked about each connection. */
  readonly asksGhl: boolean;
  readonly signal: AbortSignal;
}

/** The context of a check that needs settings. */
export interface ReadyContext extends DoctorContext {
  readonly config: Config;
}

/** One row of the table of checks. */
export type Check =
  | {
      readonly name: string;
      readonly needs: "nothing";
      readonly run: (context: DoctorContext) => readonly Found[] | Promise<readonly Found[]>;
    }
  | {
      readonly name: string;
      readonly needs: "settings";
      readonly run: (context: ReadyContext) => readonly Found[] | Promise<readonly Found[]>;
    };

/** What the doctor is started with. */
export interface DoctorOptions {
  readonly sources: ConfigSources;
  readonly asksGhl: boolean;
  readonly signal: AbortSignal;
  readonly parts: ReturnType<typeof systemParts>;
  /** Absent: what the parts log is not shown, since the findings say it. */
  readonly log?: Logger;
}

/** Reads the settings; wrong ones are a part of the context, and no reason to stop. */
export const openDoctorContext = (options: DoctorOptions): DoctorContext => {
  const { asksGhl, log = silentLogger, parts, signal, sources } = options;
  const common = { asksGhl, log, parts, signal };
  try {
    return { ...common, ...loadConfig(sources) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...common, warnings: [], settingsError: error.message };
  }
};
