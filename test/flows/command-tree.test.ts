import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ERROR_TABLE } from "../../src/core/errors.ts";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { type CliResult, runCli, startCli } from "../support/cli-process.ts";
import {
  buildProgram,
  findUsageError,
  readHelp,
  runsByItself,
  splitCommandLines,
  walkCommands,
} from "../support/command-tree.ts";
import { findFreePort } from "../support/free-port.ts";

const commands = walkCommands(await buildProgram());
const running = commands.filter(runsByItself);
let folder: string;
let sandbox: RunningSandbox;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-tree-"));
  sandbox = await startSandbox();
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (line: string, env: Record<string, string> = {}): Promise<CliResult> =>
  runCli(line.split(" "), { cwd: folder, env });

/** Runs a command that goes on, until `pattern` is in what it prints, and then asks it to stop. */
const runUntil = async (
  line: string,
  options: { readonly env?: Record<string, string>; readonly input?: string } = {},
): Promise<CliResult> => {
  const { env, input } = options;
  const args = line.split(" ");
  const cli = startCli(args, {
    cwd: folder,
    ...(env !== undefined && { env }),
    ...(input !== undefined && { input: true }),
  });
  if (input !== undefined) cli.child.stdin?.write(input);
  await new Promise((resolve) => {
    cli.child.stdout?.once("data", resolve);
    cli.child.once("close", resolve);
  });
  cli.child.kill("SIGTERM");
  return cli.ended;
};

const firstLocation = () => {
  const [{ id } = { id: "" }] = sandbox.locations;
  return {
    GHL_BASE_URL: sandbox.baseUrl,
    GHL_PRIVATE_TOKEN: sandbox.privateTokens.get(id) ?? "",
    GHL_LOCATION_ID: id,
  };
};

const INITIALIZE = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "tree", version: "1" },
  },
});

/** How each command is run for a result; a new command needs a row here or below. */
const RESULTS: Readonly<Record<string, () => Promise<CliResult>>> = {
  serve: async () => runUntil(`serve --json --storage-url memory: --port ${await findFreePort()}`),
  stdio: () => runUntil("stdio --json", { env: firstLocation(), input: `${INITIALIZE}\n` }),
  connect: () => run("connect cursor --json"),
  sandbox: async () => runUntil(`sandbox --json --port ${await findFreePort()}`),
  completion: () => run("completion bash --json"),
};

/** Commands whose whole stdout another test reads as JSON, with the words by which it runs them. */
const READ_ELSEWHERE: Readonly<Record<string, readonly [file: string, words: string]>> = {
  login: ["cli.test.ts", '"login", "--no-browser", "--json"'],
  status: ["cli.test.ts", '"status", "--check", "--json"'],
  doctor: ["doctor.test.ts", '"doctor", "--json"'],
  operations: ["cli-call.test.ts", "operations refund --class critical --limit 3 --json"],
  "operations show": ["cli-call.test.ts", "operations show calendars.get-slots --json"],
  call: ["cli-call.test.ts", '"call", "opportunities.get-pipelines"'],
  "storage copy": ["store-commands.test.ts", '"storage"'],
  "keys status": ["store-commands.test.ts", '"keys", "status", "--json"'],
  "keys rotate": ["store-commands.test.ts", '"keys", "rotate", "--json"'],
};

describe("every command with --json", () => {
  it("is run here or elsewhere", () => {
    const known = [...Object.keys(RESULTS), ...Object.keys(READ_ELSEWHERE)];
    expect(known.toSorted()).toEqual(running.map(({ path }) => path).toSorted());
    for (const [file, words] of Object.values(READ_ELSEWHERE)) {
      const text = readFileSync(join(import.meta.dirname, file), "utf8");
      expect(text).toContain(words);
      expect(text).toMatch(/JSON\.parse\(\S+\.stdout\)|JSON\.parse\(stdout\)/u);
    }
  });

  it.each(Object.entries(RESULTS))(
    "prints one line of JSON and nothing else on stdout: %s",
    async (_path, runForResult) => {
      const { exitCode, stderr, stdout } = await runForResult();
      expect(exitCode).toBe(0);
      const lines = stdout.split("\n");
      expect(lines).toHaveLength(2);
      expect(typeof JSON.parse(lines[0] ?? "")).toBe("object");
      // nobody reads along: no colors, no cursor
      expect(stderr).not.toContain("\u001B");
    },
    60_000,
  );
});

describe("an error with --json", () => {
  const readError = ({ stderr }: CliResult): unknown =>
    JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "");

  it.each([
    ["keys status --json --storage-url sqlite:./none.db", "not_connected"],
    ["serve --json --prot 1", "usage"],
  ] as const)("is the last line of stderr, in JSON: %s", async (line, code) => {
    const result = await run(line, { FORCE_COLOR: "1" });
    const { exitCode, retryable } = ERROR_TABLE[code];
    expect(readError(result)).toEqual({
      error: {
        code,
        message: expect.stringMatching(/^[^A-Z]/u) as string,
        fix: expect.stringMatching(/^[A-Z][^`]*\.$/u) as string,
        exitCode,
        retryable,
      },
    });
    expect(result).toMatchObject({ exitCode, stdout: "" });
  });
});

describe("colors", () => {
  it.each([
    [{ FORCE_COLOR: "1" }, true],
    [{ NO_COLOR: "1", FORCE_COLOR: "0" }, false],
    [{}, false],
  ])("into a pipe with %j", async (env, colored) => {
    const { stderr } = await run("srve", env);
    expect(stderr.includes("\u001B[31m")).toBe(colored);
    expect(stderr).toContain("unknown command 'srve'");
  });
});

const findExamples = (help: string): readonly string[] =>
  [...help.matchAll(/^ {2}((?:[A-Z_]+=\S+ )*ghl-mcp .*?)(?: {2,}.*)?$/gmu)].map(
    ([, line = ""]) => line,
  );

describe("the help of every command", () => {
  it.each(commands.map(({ path, command }) => [path, command] as const))(
    "is for a terminal, and has examples: ghl-mcp %s",
    (_path, command) => {
      const help = readHelp(command);
      expect(help).not.toMatch(/`|\]\(/u);
      expect(help).toMatch(/^Examples?:$/mu);
      expect(findExamples(help).length).toBeGreaterThan(0);
    },
  );

  it("has examples that are right", async () => {
    const lines = commands.flatMap(({ command }) => findExamples(readHelp(command)));
    for (const args of splitCommandLines(lines)) {
      expect([args, await findUsageError(args)]).toEqual([args, undefined]);
    }
  });

  it.each(running.map(({ path, command }) => [path, command] as const))(
    "knows --json: ghl-mcp %s",
    (_path, command) => {
      expect(command.options.map(({ long }) => long)).toContain("--json");
    },
  );

  it("is judged by a parser that sees what is wrong", async () => {
    expect(await findUsageError(["serve", "--prot", "1"])).toContain("unknown option '--prot'");
    expect(await findUsageError(["keys", "turn"])).toContain("unknown command 'turn'");
    expect(await findUsageError(["operations", "add", "a", "tag"])).toBeUndefined();
  });
});
