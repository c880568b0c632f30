import { existsSync } from "node:fs";
import type { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { Runtime } from "../context.ts";
import { isTerminal } from "../print.ts";
import { createProgressBar } from "../progress-bar.ts";

interface CopyOptions {
  readonly from: string;
  readonly to: string;
  readonly overwrite?: true;
  readonly json?: true;
}

/** Declares `ghl-mcp storage copy`. */
export const defineStorage = (program: Command, runtime: Runtime): void => {
  const storage = program
    .command("storage")
    .description("look after the store")
    .addHelpText(
      "after",
      "\nExample:\n  ghl-mcp storage copy --from sqlite:./data/ghl-mcp.db --to postgres://user@host/database",
    );
  storage
    .command("copy")
    .description("copy every record to another store; stop the servers before")
    .requiredOption("--from <url>", "the store to copy, as in STORAGE_URL")
    .requiredOption("--to <url>", "the store to copy to, as in STORAGE_URL")
    .option("--overwrite", "replace what the target holds")
    .option("--json", "print the result as one line of JSON")
    .addHelpText(
      "after",
      [
        "",
        "Example:",
        "  ghl-mcp storage copy --from sqlite:./data/ghl-mcp.db --to postgres://user@host/database",
        "",
        "Run again, it completes a copy that was cut off. No key is needed: sealed values stay sealed.",
      ].join("\n"),
    )
    .action(async (options: CopyOptions) => copy(options, runtime));
};

const copy = async (options: CopyOptions, runtime: Runtime): Promise<void> => {
  checkUrls(options);
  const { printer } = runtime;
  const { signal } = runtime.shutdown();
  const { copyStore, openRecordStore } = await import("../../app.ts");
  const deps = { clock: systemClock };
  const terminal = isTerminal();
  const bars = {
    copy: createProgressBar(printer, { label: "copying", terminal }),
    verify: createProgressBar(printer, { label: "verifying", terminal }),
  };
  const from = await openRecordStore(options.from, deps);
  try {
    const to = await openRecordStore(options.to, deps);
    try {
      const result = await copyStore({
        from,
        to,
        overwrite: options.overwrite === true,
        signal,
        onProgress: (step, done, total) => {
          if (step === "verify") bars.copy.stop();
          bars[step].update(done, total);
        },
      });
      stopBars(bars);
      for (const line of options.json === true
        ? [JSON.stringify(result)]
        : toLines(options, result)) {
        printer.result(line);
      }
    } finally {
      await to.close();
    }
  } finally {
    stopBars(bars);
    await from.close();
  }
};

const stopBars = (bars: Readonly<Record<string, { stop(): void }>>): void => {
  for (const bar of Object.values(bars)) bar.stop();
};

const checkUrls = ({ from, to }: CopyOptions): void => {
  if (from === to) throw new AppError("usage", "--from and --to name the same store");
  if (from === "memory:" || to === "memory:") {
    throw new AppError("usage", '"memory:" is gone with its process, so it cannot be copied');
  }
  const path = findPath(from);
  if (path !== undefined && !existsSync(path)) {
    throw new AppError("usage", `--from names the file "${path}", which does not exist`);
  }
};

const findPath = (url: string): string | undefined =>
  url.startsWith("sqlite:") ? url.slice("sqlite:".length) : undefined;

const toLines = (
  options: CopyOptions,
  result: { readonly copied: number; readonly removed: number },
): readonly string[] => {
  const path = findPath(options.from);
  const removed = result.removed === 0 ? "" : `, ${result.removed} removed from the target`;
  return [
    `copied ${result.copied} ${result.copied === 1 ? "record" : "records"} and compared each${removed}`,
    "set STORAGE_URL to the new store; MASTER_KEY stays the same",
    ...(path !== undefined && existsSync(`${path}.key`)
      ? [`if MASTER_KEY is not set, the key is in a file: set MASTER_KEY=file:${path}.key`]
      : []),
  ];
};
