import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPrinter } from "../../src/cli/print.ts";
import { createProgram } from "../../src/cli/program.ts";
import { type CliResult, runCli } from "../support/cli-process.ts";

/** Lines as typed, the last word of each still open, and what bash is to offer. */
const LINES = [
  ["ghl-mcp sta", ["status"]],
  ["ghl-mcp --env-file serve st", ["stdio", "status", "storage"]],
  ["ghl-mcp operations sh", ["show"]],
  ["ghl-mcp operations show contacts.create-c", ["contacts.create-contact"]],
  ["ghl-mcp call contacts.create-c", ["contacts.create-contact"]],
  ["ghl-mcp call -p sta=1 contacts.create-c", ["contacts.create-contact"]],
  ["ghl-mcp call contacts.create-contact --dr", ["--dry-run"]],
  ["ghl-mcp stdio --access ", ["read", "write", "critical"]],
  ["ghl-mcp connect --access = f", ["full"]],
  ["ghl-mcp connect cl", ["claude", "claude-code", "claude-desktop"]],
  ["ghl-mcp keys ", ["status", "rotate", "help"]],
  ["ghl-mcp keys rotate --st", ["--storage-url"]],
  ["ghl-mcp completion ", ["bash", "zsh", "fish"]],
  ["ghl-mcp help op", ["operations"]],
  // a value of ours is not known: bash offers file names
  ["ghl-mcp --env-file ", []],
  ["ghl-mcp connect --name cl", []],
] as const;

let folder: string;
let made: CliResult;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-completion-"));
  made = await runCli(["completion", "bash"], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the script makes bash offer for each line. */
const completeAll = (lines: readonly string[]): string[][] => {
  const path = join(folder, "completion.bash");
  writeFileSync(path, made.stdout);
  const program = `
    source "$1"; shift
    complete -p ghl-mcp >&2
    for line in "$@"; do
      COMP_WORDS=($line); [[ $line == *' ' ]] && COMP_WORDS+=('')
      COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
      COMPREPLY=(stale); _ghl_mcp; printf '%s\\n' "\${COMPREPLY[*]}"
    done`;
  return execFileSync("bash", ["--norc", "-c", program, "bash", path, ...lines], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  })
    .slice(0, -1)
    .split("\n")
    .map((line) => line.split(" ").filter((word) => word !== ""));
};

describe("ghl-mcp completion bash, run by bash", () => {
  it("is all that the command prints", () => {
    expect(made).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("completes commands, options, values of options, operations and clients", () => {
    expect(completeAll(LINES.map(([line]) => line))).toEqual(LINES.map(([, offered]) => offered));
  });

  it("knows every command that there is, with each option of its help", async () => {
    const silent = { write: () => true };
    const program = await createProgram("1.0.0", {
      json: false,
      printer: createPrinter({ stdout: silent, stderr: silent }),
      shutdown: () => {
        throw new Error("nothing runs here");
      },
    });
    const others = program.commands.filter((command) => command.name() !== "help");
    const [names = [], ...options] = completeAll([
      "ghl-mcp ",
      ...others.map((command) => `ghl-mcp ${command.name()} -`),
    ]);
    expect(names).toEqual(program.commands.map((command) => command.name()));
    expect(names.length).toBeGreaterThan(10);
    const inHelp = others.map((command) =>
      [...command.helpInformation().matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gmu)].map(
        ([, long]) => long,
      ),
    );
    expect(options).toEqual(inHelp.map((flags) => expect.arrayContaining(flags) as string[]));
    expect(options.every((flags) => flags.includes("--env-file"))).toBe(true);
  });
});
