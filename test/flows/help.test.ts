import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { type CliResult, runCli, startCli } from "../support/cli-process.ts";

const run = (line: string): Promise<CliResult> => runCli(line.split(" "), { cwd: tmpdir() });

it.each([
  ["help serve", "Usage: ghl-mcp serve [options]"],
  ["help keys", "Usage: ghl-mcp keys [options] [command]"],
  ["help keys rotate", "Usage: ghl-mcp keys rotate [options]"],
  ["help operations show", "Usage: ghl-mcp operations show [options] <id>"],
  ["keys help rotate", "Usage: ghl-mcp keys rotate [options]"],
])("shows the help of the command that is named by %s", async (line, usage) => {
  const { exitCode, stdout, stderr } = await run(line);
  expect({ exitCode, stderr, usage: stdout.split("\n", 1)[0] }).toEqual({
    exitCode: 0,
    stderr: "",
    usage,
  });
});

it.each([
  ["help nope", "ghl-mcp: unknown command 'nope'\n"],
  ["help serv", "ghl-mcp: unknown command 'serv'\n(Did you mean serve?)\n"],
  ["help keys nope", "ghl-mcp: unknown command 'nope'\n"],
  ["help call nope", "ghl-mcp: unknown command 'nope'\n"],
  ["keys help nope", "ghl-mcp: unknown command 'nope'\n"],
])("says in place of a help which name of %s is unknown", async (line, stderr) => {
  expect(await run(line)).toEqual({ exitCode: 64, stdout: "", stderr });
});

it("tells an unknown name to programs as JSON", async () => {
  const { exitCode, stdout, stderr } = await run("help nope --json");
  expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: "" });
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: "usage", message: "unknown command 'nope'", exitCode: 64 },
  });
});

it("ends as it would where the reader of its messages has left, as head does", async () => {
  const { child, ended } = startCli(["keys"], { cwd: tmpdir() });
  child.stderr?.destroy();
  expect((await ended).exitCode).toBe(64);
});
