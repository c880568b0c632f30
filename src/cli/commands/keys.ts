import type { Command } from "commander";
import type { KeyRotation, KeyState, KeyUpkeep } from "../../app.ts";
import { loadMasterKeys } from "../../config/master-key.ts";
import { systemClock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { CommandContext, Runtime } from "../context.ts";
import { addSettingOptions, openContext } from "../context.ts";
import { isTerminal } from "../print.ts";
import { createProgressBar } from "../progress-bar.ts";
import { hasStore } from "../session.ts";

/** Declares `ghl-mcp keys status` and `ghl-mcp keys rotate`. */
export const defineKeys = (program: Command, runtime: Runtime): void => {
  const keys = program
    .command("keys")
    .description("look after the master keys of the store")
    .addHelpText("after", "\nExamples:\n  ghl-mcp keys status\n  ghl-mcp keys rotate");
  const status = keys
    .command("status")
    .description("count the records that are sealed under each master key")
    .option("--json", "print the result as one line of JSON")
    .addHelpText("after", "\nExamples:\n  ghl-mcp keys status\n  ghl-mcp keys status --json");
  addSettingOptions(status, ["STORAGE_URL"]);
  status.action(async () => printStatus(openContext(status, runtime)));

  const rotate = keys
    .command("rotate")
    .description("seal every record under the first key of MASTER_KEY; servers may run meanwhile")
    .option("--json", "print the result as one line of JSON")
    .addHelpText(
      "after",
      [
        "",
        "Example:",
        "  ghl-mcp keys rotate",
        "",
        "To change the master key:",
        "  1. set MASTER_KEY to the new key and, after a space, the old one; restart every server",
        "  2. ghl-mcp keys rotate",
        "  3. when it says so, take the old key out of MASTER_KEY and restart",
      ].join("\n"),
    );
  addSettingOptions(rotate, ["STORAGE_URL"]);
  rotate.action(async () => rotateKeys(openContext(rotate, runtime)));
};

const printStatus = async (context: CommandContext): Promise<void> => {
  const { json, printer } = context;
  const states = await withUpkeep(context, (upkeep) => upkeep.status());
  for (const line of json ? [JSON.stringify({ keys: states })] : toTable(states)) {
    printer.result(line);
  }
};

const rotateKeys = async (context: CommandContext): Promise<void> => {
  const { json, printer, shutdown } = context;
  const bar = createProgressBar(printer, { label: "sealing", terminal: isTerminal() });
  const rotation = await withUpkeep(context, (upkeep) =>
    upkeep
      .rotate({ signal: shutdown.signal, onProgress: (done, total) => bar.update(done, total) })
      .finally(() => bar.stop()),
  );
  for (const line of json ? [JSON.stringify(rotation)] : toReport(rotation)) printer.result(line);
  if (rotation.unreadable.length > 0) {
    throw new AppError(
      "storage_corrupt",
      [
        "these records do not open and stay under their old key; restore them from a backup:",
        ...rotation.unreadable.map((address) => `  ${address}`),
      ].join("\n"),
    );
  }
};

const withUpkeep = async <Value>(
  { config, log }: CommandContext,
  run: (upkeep: KeyUpkeep) => Promise<Value>,
): Promise<Value> => {
  if (config.masterKey.source === "ephemeral" || !hasStore(config)) {
    throw new AppError("not_connected", "nothing is stored yet, so there is no key to look after");
  }
  const { openKeyUpkeep, systemParts } = await import("../../app.ts");
  const { http, random } = systemParts();
  await http.close();
  const keys = await loadMasterKeys(config.masterKey, { random, log });
  const upkeep = await openKeyUpkeep({ url: config.storageUrl, keys, clock: systemClock, random });
  try {
    return await run(upkeep);
  } finally {
    await upkeep.close();
  }
};

const toReport = ({ before, after, rewrapped, retired }: KeyRotation): readonly string[] => [
  "before:",
  ...toTable(before),
  "after:",
  ...toTable(after),
  `${rewrapped} ${rewrapped === 1 ? "record was" : "records were"} sealed again, under the first key`,
  ...(retired.length === 0 ? [] : [`may be taken out of MASTER_KEY now: ${retired.join(", ")}`]),
];

const toTable = (states: readonly KeyState[]): readonly string[] =>
  states.map((state) => `  ${state.kid}  ${String(state.records).padStart(8)}  ${describe(state)}`);

const describe = ({ place, records, required }: KeyState): string => {
  switch (place) {
    case "first":
      return "first in MASTER_KEY: encrypts";
    case "in_ring":
      return records === 0 && !required ? "in MASTER_KEY, not needed" : "in MASTER_KEY: decrypts";
    case "missing":
      return "not in MASTER_KEY, but needed";
  }
};
