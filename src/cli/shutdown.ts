import type { ShutdownSignal } from "./exit.ts";
import { Interrupted, toSignalExitCode } from "./exit.ts";

/** SIGINT and SIGTERM as an abort signal, for the time that a command runs. */
export interface Shutdown {
  /** Aborts with an {@link Interrupted} at the first signal. */
  readonly signal: AbortSignal;
  /** Resolves at the first signal; for commands that run until they are told to stop. */
  readonly requested: Promise<ShutdownSignal>;
  /** Stops listening for signals. */
  release(): void;
}

/** Listens for SIGINT and SIGTERM. The first asks the command to end; a second one ends the process. */
export const listenForShutdown = (): Shutdown => {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<ShutdownSignal>();
  const onSignal = (signal: ShutdownSignal): void => {
    if (controller.signal.aborted) process.exit(toSignalExitCode(signal));
    controller.abort(new Interrupted(signal));
    resolve(signal);
  };
  const signals: readonly ShutdownSignal[] = ["SIGINT", "SIGTERM"];
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    requested: promise,
    release: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
};
