import { execFile, spawn } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv, promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toEnding, toErrorJson } from "../../src/cli/exit.ts";
import { readClientsFile } from "../../src/config/clients-file.ts";
import { loadConfig } from "../../src/config/load.ts";
import { CLIENT_GUIDES } from "../../src/connect/clients.ts";
import { PLACEHOLDER_STDIO, SERVER_NAME } from "../../src/connect/target.ts";
import { AppError } from "../../src/core/errors.ts";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { findMissing, postgres, withPostgres } from "../contract/store-places.ts";
import { COMPILE_CACHE } from "../support/compile-cache.ts";
import { findUsageError, splitCommandLines } from "../support/command-tree.ts";
import {
  type DocBlock,
  type DocCommand,
  findBlocks,
  findCommands,
  fits,
  PAGES,
  readPage,
  ROOT,
} from "../support/doc-blocks.ts";
import { COMMANDS, type How, SHOWN_TEXT, TYPESCRIPT } from "../support/doc-commands.ts";
import { readPackageJson } from "../support/packed.ts";

const blocks = PAGES.flatMap((file) => findBlocks(file));
const inLanguage = (...languages: readonly string[]): readonly DocBlock[] =>
  blocks.filter(({ language }) => languages.includes(language));
const placeOf = ({ file, line }: DocBlock): string => `${file}:${line}`;
const run = promisify(execFile);
let folder: string;
let sandbox: RunningSandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-docs-"));
  mkdirSync(join(folder, "bin"));
  const main = join(ROOT, "src/cli/main.ts");
  writeFileSync(
    join(folder, "bin/ghl-mcp"),
    `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`,
    {
      mode: 0o755,
    },
  );
  writeFileSync(join(folder, "film.mp4"), "film");
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await sandbox.close();
});

const howOf = ({ text }: DocCommand): How | undefined =>
  COMMANDS.find(([pattern]) => pattern.test(text))?.[1];

describe("the fenced blocks of the documentation", () => {
  const LANGUAGES = ["sh", "console", "ts", "json", "env", "yaml", "sql", "text", "mermaid"];

  it("are found, each in a language that this test holds", () => {
    expect(blocks.length).toBeGreaterThan(35);
    const others = blocks.filter(({ language }) => !LANGUAGES.includes(language));
    expect(others.map(placeOf)).toEqual([]);
  });

  it("show text that nobody runs only where the reason is known", () => {
    const strange = inLanguage("text").filter(({ file }) => !(file in SHOWN_TEXT));
    expect(strange.map(placeOf)).toEqual([]);
  });

  it("in TypeScript are compiled and run by a test that reads the page", () => {
    for (const block of inLanguage("ts")) {
      const test = TYPESCRIPT[block.file];
      expect([placeOf(block), test !== undefined && existsSync(join(ROOT, test))]).toEqual([
        placeOf(block),
        true,
      ]);
      expect(readPage(test ?? "")).toContain(block.file);
    }
  });

  it("are found by a reader that knows fences, indentation and what is shown", () => {
    const text =
      "1. a\n   ```sh\n   one \\\n     two    # why\n   ```\n```console\n$ x\n12 …\n```\n";
    const [first, second, ...none] = findBlocks("page.md", text);
    expect(none).toEqual([]);
    if (first === undefined || second === undefined) throw new Error("not found");
    expect(findCommands(first)).toEqual([{ place: "page.md:3", text: "one two" }]);
    expect(findCommands(second)).toEqual([{ place: "page.md:7", text: "x", shown: "12 …" }]);
    expect([fits("12 of 3\n", "12 …"), fits("13 of 3", "12 …")]).toEqual([true, false]);
    expect(() => findBlocks("page.md", "```sh\n")).toThrow("page.md:1: the fence is not closed");
  });
});

describe("the commands of the documentation", () => {
  const commands = inLanguage("sh", "console").flatMap(findCommands);
  const held = commands.map((command) => ({ command, how: howOf(command) }));

  it("each have a row that says how they are held", () => {
    expect(held.filter(({ how }) => how === undefined).map(({ command }) => command)).toEqual([]);
  });

  it("have arguments that the command line takes", async () => {
    const ours = commands.filter(({ text }) => /\bghl-mcp [a-z]/u.test(text));
    expect(ours.length).toBeGreaterThan(5);
    const lines = ours.map(
      ({ text }) => text.replace(/^.*?\bghl-mcp /u, "ghl-mcp ").split(" | ")[0] ?? "",
    );
    for (const [index, args] of splitCommandLines(lines).entries()) {
      expect([ours[index]?.place, await findUsageError(args)]).toEqual([
        ours[index]?.place,
        undefined,
      ]);
    }
  });

  it("are covered by tests that are there, are scripts, and name files that exist", () => {
    const { scripts } = readPackageJson() as { readonly scripts: Readonly<Record<string, string>> };
    for (const { command, how } of held) {
      const problem = how === undefined ? undefined : findProblem(command.text, how, scripts);
      expect([command.place, problem]).toEqual([command.place, undefined]);
    }
  });

  // the same command on two pages is run once, unless both show what it prints
  const toRun = held.filter(
    ({ command, how }, index) =>
      how?.kind === "run" &&
      (command.shown !== undefined ||
        held.findIndex((one) => one.command.text === command.text) === index),
  );

  it.each(toRun.map(({ command }) => [command.text, command] as const))(
    "do what the page says: %s",
    async (text, { place, shown }) => {
      const { code, stderr, stdout } = await runCommand(text);
      expect({ place, code, stderr: code === 0 ? "" : stderr }).toEqual({
        place,
        code: 0,
        stderr: "",
      });
      if (shown !== undefined)
        expect([place, stdout, fits(stdout, shown)]).toEqual([place, stdout, true]);
      else expect(stdout).not.toBe("");
    },
    60_000,
  );
});

/** What is wrong with a command that does not run here. */
const findProblem = (
  text: string,
  how: How,
  scripts: Readonly<Record<string, string>>,
): string | undefined => {
  switch (how.kind) {
    case "run":
      return undefined;
    case "covered":
      return readPage(how.test).includes(how.words) ? undefined : `${how.test} lacks ${how.words}`;
    case "script": {
      const [name = ""] = text.replace(/^npm (run )?/u, "").split(" ");
      return name in scripts ? undefined : `there is no script "${name}"`;
    }
    case "client": {
      const guide = CLIENT_GUIDES.find(({ id }) => id === how.client);
      const target = {
        url: "http://localhost:8000/mcp",
        name: SERVER_NAME,
        stdio: PLACEHOLDER_STDIO,
      };
      const shown = guide
        ?.steps(target)
        .flatMap((step) => (step.kind === "run" ? [step.command] : []));
      return shown?.includes(text) === true ? undefined : `connect shows ${String(shown)}`;
    }
    case "paths":
    case "elsewhere": {
      const paths = text.match(/(?:test|deploy|docs|scripts)\/[\w./-]+|\.env\.example/gu) ?? [];
      const missing = paths.filter((path) => globSync(`${path}*`, { cwd: ROOT }).length === 0);
      return missing.length === 0 ? undefined : `not in the repository: ${missing.join(" ")}`;
    }
  }
};

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command as a reader types it; in a clone it would stand in its folder. */
const runCommand = async (text: string): Promise<Ran> => {
  const [{ id } = { id: "" }] = sandbox.locations;
  const withToken = text.includes("ghl-mcp call");
  const inClone = text.startsWith("npx ");
  try {
    const { stdout, stderr } = await run("bash", ["--norc", "-o", "pipefail", "-c", text], {
      cwd: inClone ? ROOT : folder,
      timeout: 50_000,
      env: {
        PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`,
        HOME: folder,
        SHLVL: "1",
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        ...(withToken && {
          GHL_BASE_URL: sandbox.baseUrl,
          GHL_PRIVATE_TOKEN: sandbox.privateTokens.get(id) ?? "",
          GHL_LOCATION_ID: id,
        }),
      },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Ran;
  }
};

describe("the settings of the documentation", () => {
  const EXAMPLES: Readonly<Record<string, string>> = {
    MASTER_KEY: Buffer.alloc(32, 7).toString("base64"),
  };
  /** Of compose.yaml alone: the server does not read it. */
  const NOT_OURS = ["POSTGRES_PASSWORD"];

  it.each(inLanguage("env").map((block) => [placeOf(block), block] as const))(
    "are taken by the server: %s",
    (_place, { code }) => {
      const given = Object.entries(parseEnv(code)).filter(([name]) => !NOT_OURS.includes(name));
      expect(given.length).toBeGreaterThan(0);
      const environment = Object.fromEntries(
        given.map(([name, value = ""]) => [
          name,
          value.includes("...") ? (EXAMPLES[name] ?? value.replace("...", "example")) : value,
        ]),
      );
      const lone = { GHL_CLIENT_ID: "example", GHL_CLIENT_SECRET: "example" };
      const { warnings } = loadConfig({
        environment: {
          ...("GHL_CLIENT_ID" in environment || "GHL_PRIVATE_TOKEN" in environment ? {} : lone),
          ...environment,
        },
        envFile: "/dev/null",
      });
      expect(warnings).toEqual([]);
    },
  );
});

interface StdioEntry {
  readonly command: string;
  readonly args: readonly string[];
}

describe("the JSON of the documentation", () => {
  const parsed = inLanguage("json").map((block) => ({
    block,
    value: JSON.parse(block.code) as unknown,
  }));
  const isServers = (
    value: unknown,
  ): value is { readonly mcpServers: Readonly<Record<string, unknown>> } =>
    typeof value === "object" && value !== null && "mcpServers" in value;
  const servers = parsed.flatMap(({ block, value }) =>
    isServers(value) ? [{ block, entries: value.mcpServers }] : [],
  );
  const isStdio = (entry: unknown): entry is StdioEntry =>
    typeof entry === "object" && entry !== null && "command" in entry;

  it("is all of a kind that is known", () => {
    const known = parsed.filter(
      ({ value }) => isServers(value) || Array.isArray(value) || isError(value),
    );
    expect(known.map(({ block }) => placeOf(block))).toEqual(
      parsed.map(({ block }) => placeOf(block)),
    );
  });

  it("connects a client as ghl-mcp connect does", () => {
    const target = {
      url: "http://localhost:8000/mcp",
      name: SERVER_NAME,
      stdio: PLACEHOLDER_STDIO,
    };
    const contents = CLIENT_GUIDES.flatMap((guide) =>
      guide.steps(target).flatMap((step) => (step.kind === "file" ? [step.content] : [])),
    );
    const viaShell = servers.filter(({ entries }) =>
      Object.values(entries).some((entry) => isStdio(entry) && entry.command === "sh"),
    );
    for (const { block, entries } of servers.filter((one) => !viaShell.includes(one))) {
      expect([placeOf(block), contents]).toEqual([
        placeOf(block),
        expect.arrayContaining([JSON.stringify({ mcpServers: entries }, null, 2)]),
      ]);
    }
  });

  it.each(
    servers.flatMap(({ block, entries }) =>
      Object.values(entries)
        .filter(isStdio)
        .map((entry) => [placeOf(block), entry] as const),
    ),
  )(
    "starts a server that answers: %s",
    async (_place, entry) => {
      const here = (text: string): string =>
        text
          .replaceAll("sqlite:/path/to/ghl-mcp/data", `sqlite:${folder}`)
          .replaceAll("/path/to/ghl-mcp", ROOT.replace(/\/$/u, ""));
      const [{ id } = { id: "" }] = sandbox.locations;
      const child = spawn(here(entry.command), entry.args.map(here), {
        cwd: folder,
        stdio: ["pipe", "pipe", "ignore"],
        env: {
          PATH: process.env["PATH"] ?? "",
          NODE_COMPILE_CACHE: COMPILE_CACHE,
          STORAGE_URL: `sqlite:${folder}/stdio.db`,
          GHL_BASE_URL: sandbox.baseUrl,
          GHL_PRIVATE_TOKEN: sandbox.privateTokens.get(id) ?? "",
          GHL_LOCATION_ID: id,
        },
      });
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.stdin.end(`{"jsonrpc":"2.0","id":1,"method":"ping"}\n`);
      let answer = "";
      child.stdout.on("data", (chunk: Buffer) => (answer += chunk.toString()));
      expect(await ended).toBe(0);
      expect(JSON.parse(answer)).toMatchObject({ jsonrpc: "2.0", id: 1 });
    },
    60_000,
  );

  it("names clients that the server takes", () => {
    const files = parsed.filter(({ value }) => Array.isArray(value));
    expect(files.length).toBeGreaterThan(0);
    for (const { block } of files) {
      const path = join(folder, "clients.json");
      writeFileSync(path, block.code, { mode: 0o600 });
      expect([placeOf(block), readClientsFile(path).mistakes]).toEqual([placeOf(block), []]);
    }
  });

  it("shows an error as the command line tells it", () => {
    const text = "nothing is stored yet, so there is no key to look after";
    const told = toErrorJson(
      toEnding(new AppError("not_connected", text), { logId: "", showStack: false }),
    );
    const shown = parsed.filter(({ value }) => isError(value));
    expect(shown.map(({ value }) => value)).toEqual([JSON.parse(told)]);
  });
});

const isError = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "error" in value;

describe("the YAML and SQL of the documentation", () => {
  it.each(inLanguage("yaml").map((block) => [placeOf(block), block] as const))(
    "is read by a parser: %s",
    async (_place, { code }) => {
      const file = join(folder, "block.yaml");
      writeFileSync(file, `${code}\n`);
      const { stdout } = await run(join(ROOT, "node_modules/.bin/oxfmt"), [
        "--list-different",
        file,
      ]).catch((error: unknown) => error as Ran);
      expect(stdout).toBe("");
    },
  );

  it("is run by PostgreSQL, and taken back", async (context) => {
    if ((await findMissing()).has(postgres)) context.skip("there is no PostgreSQL");
    await withPostgres(async (client) => {
      for (const { code } of inLanguage("sql")) {
        await client.query("BEGIN");
        for (const [, role = ""] of code.matchAll(/AUTHORIZATION (\w+)/gu)) {
          await client.query(`CREATE ROLE ${role}`);
        }
        await client.query(code);
        await client.query("ROLLBACK");
      }
    });
  });
});
