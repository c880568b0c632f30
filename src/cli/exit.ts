import { inspect } from "node:util";
import type { CommanderError } from "commander";
import { AppError, ERROR_TABLE, type ErrorCode } from "../core/errors.ts";
import { toPlainText } from "./plain-text.ts";

/** The command was cut by a signal before its work was done. */
export class Interrupted extends Error {
  readonly signal: ShutdownSignal;

  constructor(signal: ShutdownSignal) {
    super(`interrupted by ${signal}`);
    this.name = "Interrupted";
    this.signal = signal;
  }
}

/** The signals that ask this program to end. */
export type ShutdownSignal = "SIGINT" | "SIGTERM";

/** How a command ends: what to say on stderr, and the exit code (sysexits.h, or 128 + signal). */
export interface Ending {
  readonly code: ErrorCode | "interrupted";
  readonly lines: readonly string[];
  readonly exitCode: number;
}

/** The exit code of a process that a signal ended. */
export const toSignalExitCode = (signal: ShutdownSignal): number =>
  signal === "SIGINT" ? 130 : 143;

/** Whether an error is one that we throw on purpose; all others are bugs. */
export const isExpected = (error: unknown): boolean =>
  error instanceof AppError || error instanceof Interrupted;

/**
 * What a thrown error means for the person and the shell. An error that is not ours is a bug: it gets
 * `logId`, and its stack only where `showStack` is set, since its text may hold anything.
 */
export const toEnding = (
  error: unknown,
  { logId, showStack }: { readonly logId: string; readonly showStack: boolean },
): Ending => {
  if (error instanceof Interrupted) {
    return {
      code: "interrupted",
      lines: ["stopped before it was done"],
      exitCode: toSignalExitCode(error.signal),
    };
  }
  if (error instanceof AppError) {
    return {
      code: error.code,
      lines: [...error.message.split("\n"), ...(showStack ? describeCause(error.cause) : [])],
      exitCode: ERROR_TABLE[error.code].exitCode,
    };
  }
  return {
    code: "internal",
    lines: [
      `internal error (log id ${logId}): this is a bug in ghl-mcp`,
      ...(showStack
        ? describeCause(error)
        : ["  run it again with --log-level debug to see where it happened"]),
    ],
    exitCode: ERROR_TABLE.internal.exitCode,
  };
};

/** How a command ends whose line commander refused. */
export const toUsageEnding = ({ message }: CommanderError): Ending => ({
  code: "usage",
  lines: message.replace(/^error: /u, "").split("\n"),
  exitCode: ERROR_TABLE.usage.exitCode,
});

/** The same as one line of JSON, for programs: `{"error":{"code","message","fix","exitCode","retryable"}}`. */
export const toErrorJson = ({ code, exitCode, lines }: Ending): string => {
  const { fix, retryable } =
    code === "interrupted" ? { fix: "Run it again.", retryable: true } : ERROR_TABLE[code];
  const message = lines.join("\n");
  return JSON.stringify({ error: { code, message, fix: toPlainText(fix), exitCode, retryable } });
};

/** Whether the result is wanted as JSON, read from the arguments since they may be wrong. */
export const wantsJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf("--");
  return (end === -1 ? argv : argv.slice(0, end)).includes("--json");
};

const describeCause = (cause: unknown): readonly string[] => {
  if (cause === undefined) return [];
  const text = cause instanceof Error ? cause.stack : undefined;
  return (text ?? inspect(cause)).split("\n").map((line) => `  ${line}`);
};
