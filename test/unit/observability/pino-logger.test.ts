import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";

/** Runs code that has `createPinoLogger` in a process of its own and gives what came out of it. */
const run = async (code: string): Promise<{ readonly stdout: string; readonly stderr: string }> => {
  const module = new URL("../../../src/observability/pino-logger.ts", import.meta.url).href;
  const source = `import { createPinoLogger } from ${JSON.stringify(module)};\n${code}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr };
};

const toLines = (output: string): unknown[] =>
  output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

describe("the JSON log", () => {
  it("writes a line each to standard error and nothing to standard output", async () => {
    const { stdout, stderr } = await run(`
      const log = createPinoLogger({ level: "debug", pretty: false });
      log.debug("one");
      log.info("two", { port: 8000 });
      log.child({ request: "r1" }).child({ part: "p1" }).warn("three", { status: 404 });
      log.error("four", { error: new Error("broken") });
    `);

    expect(stdout).toBe("");
    expect(toLines(stderr)).toEqual([
      { level: "debug", time: expect.any(String), msg: "one" },
      { level: "info", time: expect.any(String), msg: "two", port: 8000 },
      {
        level: "warn",
        time: expect.any(String),
        msg: "three",
        request: "r1",
        part: "p1",
        status: 404,
      },
      {
        level: "error",
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        msg: "four",
        error: expect.objectContaining({ type: "Error", message: "broken" }),
      },
    ]);
  });

  it("outlives a field that cannot be read, and says so", async () => {
    const { stderr } = await run(`
      const log = createPinoLogger({ level: "info", pretty: false });
      log.info("one", { get broken() { throw new Error("no"); } });
      log.info("two");
    `);
    expect(toLines(stderr)).toMatchObject([
      { msg: "one", fields: "cannot be written" },
      { msg: "two" },
    ]);
  });

  it("says of each line when it came, also of those that go out together", async () => {
    const { stderr } = await run(`
      const log = createPinoLogger({ level: "info", pretty: false });
      log.info("one");
      const until = Date.now() + 30;
      while (Date.now() < until);
      log.info("two");
    `);
    const [one, two] = toLines(stderr) as { readonly time: string }[];
    expect(Date.parse(two?.time ?? "") - Date.parse(one?.time ?? "")).toBeGreaterThanOrEqual(30);
  });

  it("leaves out what is below its level", async () => {
    const { stderr } = await run(`
      const log = createPinoLogger({ level: "warn", pretty: false });
      log.info("low");
      log.child({}).debug("low");
      log.warn("high");
    `);

    expect(toLines(stderr)).toMatchObject([{ msg: "high" }]);
  });

  it("writes nothing at the level silent", async () => {
    const { stdout, stderr } = await run(`
      createPinoLogger({ level: "silent", pretty: false }).error("x");
    `);

    expect(stdout + stderr).toBe("");
  });

  it("has written a line by the time that the process is ended", async () => {
    const { stderr } = await run(`
      createPinoLogger({ level: "info", pretty: false }).info("last words");
      process.exit(3);
    `);

    expect(toLines(stderr)).toMatchObject([{ msg: "last words" }]);
  });
});

describe.each([false, true])("secrets, with pretty %s", (pretty) => {
  it("do not come out by any way in", async () => {
    const { stdout, stderr } = await run(`
      const log = createPinoLogger({ level: "debug", pretty: ${pretty} });
      const headers = { authorization: "sentinel", cookie: "sentinel" };
      log.info("got Bearer sentinel", { headers, list: [{ deep: { access_token: "sentinel" } }] });
      log.child({ refresh_token: "sentinel", a: { code: "sentinel" } }).info("x");
      log.error("x", { error: new Error("x", { cause: new Error("code=sentinel") }) });
      log.debug("x", { client_secret: "sentinel", code_verifier: "sentinel", password: "sentinel" });
      log.warn("x", { url: "http://localhost/oauth/callback?code=sentinel&state=1" });
    `);

    expect(stdout).toBe("");
    expect(stderr).toContain("[secret]");
    expect(stderr).not.toContain("sentinel");
  });
});

describe("the log on a terminal", () => {
  it("is for people, and on standard error as well", async () => {
    const { stdout, stderr } = await run(`
      createPinoLogger({ level: "info", pretty: true }).warn("look here", { port: 8000 });
    `);

    expect(stdout).toBe("");
    expect(stderr).toContain("WARN");
    expect(stderr).toContain("look here");
    expect(stderr).not.toMatch(/^\{/m);
  });
});
