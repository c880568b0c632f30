import { inspect } from "node:util";
import { AppError, ERROR_TABLE } from "../core/errors.ts";

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
    return { lines: ["stopped before it was done"], exitCode: toSignalExitCode(error.signal) };
  }
  if (error instanceof AppError) {
    return {
      lines: [...error.message.split("\n"), ...(showStack ? describeCause(error.cause) : [])],
      exitCode: ERROR_TABLE[error.code].exitCode,
    };
  }
  return {
    lines: [
      `internal error (log id ${logId}): this is a bug in ghl-mcp`,
      ...(showStack
        ? describeCause(error)
        : ["  run it again with --log-level debug to see where it happened"]),
    ],
    exitCode: ERROR_TABLE.internal.exitCode,
  };
};

const describeCause = (cause: unknown): readonly string[] => {
  if (cause === undefined) return [];
  const text = cause instanceof Error ? cause.stack : undefined;
  return (text ?? inspect(cause)).split("\n").map((line) => `  ${line}`);
};
