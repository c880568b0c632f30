import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { toEnding } from "../../src/cli/exit.ts";
import { createPrinter } from "../../src/cli/print.ts";
import { createProgram } from "../../src/cli/program.ts";
import { listenForShutdown } from "../../src/cli/shutdown.ts";
import { confirm } from "../../src/cli/confirm.ts";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { createBrowser } from "../support/browser.ts";
import { type CliResult, runCli, startCli } from "../support/cli-process.ts";
import { findFreePort } from "../support/free-port.ts";

let folder: string;
let sandbox: RunningSandbox;
let locationId: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-call-"));
  sandbox = await startSandbox();
  locationId = sandbox.locations[0]?.id ?? "";
  const settings = {
    GHL_BASE_URL: sandbox.baseUrl,
    GHL_PRIVATE_TOKEN: sandbox.privateTokens.get(locationId) ?? "",
    GHL_LOCATION_ID: locationId,
    LOG_LEVEL: "silent",
  };
  writeFileSync(join(folder, ".env"), toLines(settings));
});

const toLines = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await sandbox.close();
});

beforeEach(() => {
  sandbox.control.clearRequests();
});

/** The command in this process: what main.ts does, without the start of a process for each case. */
const runWith = async (envFile: string, args: readonly string[]): Promise<CliResult> => {
  const out = { stdout: "", stderr: "" };
  const sink = (name: keyof typeof out) => ({ write: (text: string) => (out[name] += text) });
  const printer = createPrinter({ stdout: sink("stdout"), stderr: sink("stderr") });
  const shutdown = listenForShutdown();
  try {
    const program = await createProgram("0.0.0", {
      printer,
      json: false,
      shutdown: () => shutdown,
    });
    await program.parseAsync(["node", "ghl-mcp", "--env-file", envFile, ...args]);
    return { exitCode: 0, ...out };
  } catch (error) {
    const { lines, exitCode } = toEnding(error, { logId: "", showStack: false });
    return { exitCode, ...out, stderr: `${out.stderr}ghl-mcp: ${lines.join("\n")}\n` };
  } finally {
    shutdown.release();
  }
};

const run = (...args: readonly string[]): Promise<CliResult> => runWith(join(folder, ".env"), args);

/** The same as a process of its own, in the folder of the settings. */
const runAlone = (...args: readonly string[]): Promise<CliResult> => runCli(args, { cwd: folder });

/** What a successful command printed. */
const result = async (line: string, ...more: readonly string[]): Promise<unknown> => {
  const { exitCode, stdout, stderr } = await run(...line.split(" "), ...more);
  expect([exitCode, stderr.includes("ghl-mcp:")]).toEqual([0, false]);
  expect(stdout.trim().split("\n")).toHaveLength(1);
  return JSON.parse(stdout) as unknown;
};

/** A refusal prints nothing on stdout and sends nothing. */
const expectRefusal = (refused: CliResult, exitCode: number, text: string | RegExp): void => {
  expect(refused.stderr).toMatch(text);
  expect([refused.exitCode, refused.stdout]).toEqual([exitCode, ""]);
  expect(sandbox.control.requests()).toEqual([]);
};

describe("ghl-mcp operations", () => {
  it("finds operations by plain words, within an area, a class or an app", async () => {
    const tags = await runAlone("operations", "add", "a", "tag", "to", "a", "contact");
    expect(tags).toMatchObject({ exitCode: 0, stderr: "" });
    expect(tags.stdout).toMatch(/^contacts\.add-tags +write +Add tags to a contact\n/u);
    expect(tags.stdout.trim().split("\n")).toHaveLength(10);
    const json = await result("operations refund --class critical --limit 3 --json");
    expect(json).toMatchObject({ operations: [{ class: "critical" }, {}, {}] });
    const { stdout } = await run("operations", "--app", "workflows");
    expect(stdout).toMatch(/^workflows\.get-workflow +read +\S/u);
  });

  it("shows all parameters of one, and names what a misspelt id could mean", async () => {
    const { stdout } = await run("operations", "show", "contacts.create-task");
    expect(stdout).toContain("request     POST /contacts/{contactId}/tasks, Version v3\n");
    expect(stdout).toMatch(/^ {2}contactId \* {2}string$/mu);
    expect(stdout).toMatch(/^ {2}completed \* {2}boolean$/mu);
    const slots = await result("operations show calendars.get-slots --json");
    expect(slots).toMatchObject({ id: "calendars.get-slots", class: "read", paged: false });
    expectRefusal(
      await run("operations", "show", "contacts.creat-task"),
      64,
      'there is no operation "contacts.creat-task"; did you mean:\n  contacts.create-task\n',
    );
    expectRefusal(await run("operations", "--app", "nope"), 64, 'no app "nope"; there are: ad-man');
  });
});

describe("ghl-mcp call", () => {
  it("works at once with a private token, and leaves no file behind", async () => {
    const { exitCode, stdout, stderr } = await runAlone("call", "opportunities.get-pipelines");
    expect([exitCode, stderr]).toEqual([0, "calling opportunities.get-pipelines\n"]);
    expect(JSON.parse(stdout)).toMatchObject({ pipelines: expect.any(Array) as unknown });
    expect(readdirSync(folder)).toEqual([".env"]);
  });

  it("names the settings of a private token that GoHighLevel refuses", async () => {
    const { exitCode, stderr } = await runCli(["call", "opportunities.get-pipelines"], {
      cwd: folder,
      env: { GHL_PRIVATE_TOKEN: "pit-wrong" },
    });
    expect(exitCode).toBe(77);
    expect(stderr).toContain("no longer accepts the private integration token\n");
    expect(stderr).toContain("set GHL_PRIVATE_TOKEN to it");
    expect(stderr).toContain("GHL_LOCATION_ID has to be the location");
    expect(stderr).not.toContain("sign in again");
  });

  it("reads each value by the type of its parameter or field, and bodies from a file", async () => {
    const create = "call contacts.create-contact -p firstName=Ada -p email=call@example.com";
    const given = "-p tags=one -p tags=two -p dnd=false --fields contact.id,contact.tags";
    const created = await result(`${create} ${given}`);
    expect(created).toEqual({
      contact: { id: expect.any(String) as unknown, tags: ["one", "two"] },
    });
    writeFileSync(join(folder, "body.json"), '{"pageLimit":2}');
    const searched = await result(
      "call contacts.search-contacts-advanced --body",
      `@${join(folder, "body.json")}`,
    );
    rmSync(join(folder, "body.json"));
    expect(searched).toMatchObject({ contacts: [{}, {}] });
    const dry = await result("call opportunities.search-opportunity -p limit=5 -p q=a&b --dry-run");
    expect(dry).toEqual({
      method: "GET",
      url: `${sandbox.baseUrl}/opportunities/search?q=a%26b&limit=5&locationId=${locationId}`,
      headers: { accept: "application/json", version: "v3" },
    });
  });

  it("lists over pages, and prints only the fields that were asked for", async () => {
    const search = "call contacts.search-contacts-advanced --fields id";
    const all = (await result(`${search} --all`)) as readonly unknown[];
    expect(all.length).toBeGreaterThan(100);
    expect(all[0]).toEqual({ id: expect.any(String) as unknown });
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(all.length);
    const one = (await result(`${search} --pages 1`)) as readonly unknown[];
    expect(one.length).toBeLessThan(all.length);
  });

  it("says on stderr which of the wanted fields match nothing", async () => {
    const { exitCode, stdout, stderr } = await run(
      ..."call opportunities.get-pipelines --fields nope,pipelines.id,pipelines.nope".split(" "),
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      pipelines: [{ id: expect.any(String) as unknown }, {}],
    });
    expect(stderr).toContain('--fields: nothing is called "nope", "pipelines.nope"; there are:');
  });

  it.each<[readonly string[], number, string]>([
    [["contacts.get-contakt"], 64, 'no operation "contacts.get-contakt"; did you mean:'],
    [["contacts.get-contact"], 64, '"contactId" is a required parameter (string)'],
    [["contacts.get-contact", "-p", "contactid=c"], 64, 'did you mean "contactId"'],
    [["contacts.get-contact", "-p", "contactId=../users"], 64, "must be a plain id"],
    [["contacts.get-contact", "-p", "contactId"], 64, "must be name=value"],
    [["opportunities.search-opportunity", "-p", "limit=many"], 64, '"limit" must be a number'],
    [["contacts.create-contact", "-p", "dnd=maybe"], 64, '"dnd" must be true or false'],
    [["contacts.create-contact", "--body", "{"], 64, "--body is no JSON"],
    [["contacts.create-contact", "--body", "@none.json"], 64, "--body cannot be read: ENOENT"],
    [["medias.upload-media-content", "--file", "file=@none.png"], 64, "--file cannot be read"],
    [["contacts.get-contact", "--all", "-p", "contactId=c"], 64, "has no pages"],
    [["contacts.delete-contact", "-p", "contactId=c"], 64, "is critical (Delete"],
    [["opportunities.get-pipelines", "--location", "elsewhere"], 64, 'no location "elsewhere"'],
  ])("refuses %j with %i and sends nothing that changes anything", async (args, code, text) => {
    const refused = await run("call", ...args);
    expect(refused.stderr).toContain(text);
    expect([refused.exitCode, refused.stdout]).toEqual([code, ""]);
    // Names of locations have to be asked for.
    expect(sandbox.control.requests().filter(({ path }) => !path.startsWith("/locations"))).toEqual(
      [],
    );
  });

  it("shows the files that would go up, and the fields beside them", async () => {
    writeFileSync(join(folder, "logo.png"), "png");
    const dry = await result(
      "call medias.upload-media-content --dry-run -p name=logo",
      "--file",
      `file=@${join(folder, "logo.png")}`,
    );
    rmSync(join(folder, "logo.png"));
    expect(dry).toMatchObject({
      method: "POST",
      body: { name: "logo", file: { file: "logo.png", type: "image/png", bytes: 3 } },
    });
  });

  it("makes a critical call with --yes, and says what GoHighLevel says of a second one", async () => {
    const created = (await result("call contacts.create-contact -p email=gone@example.com")) as {
      readonly contact: { readonly id: string };
    };
    const remove = `call contacts.delete-contact -p contactId=${created.contact.id} --yes`;
    expect(await result(remove)).toMatchObject({ succeeded: true });
    const again = await run(...remove.split(" "));
    expect([again.exitCode, again.stdout]).toEqual([65, ""]);
    expect(again.stderr).toContain("check the id, or search for the record");
  });

  it("says which contact a new one would double", async () => {
    const create = "call contacts.create-contact -p email=twice@example.com";
    const { contact } = (await result(create)) as { readonly contact: { readonly id: string } };
    const again = await run(...create.split(" "));
    expect([again.exitCode, again.stdout]).toEqual([65, ""]);
    expect(again.stderr).toContain(contact.id);
  });

  it("ends with 130 at Ctrl-C while GoHighLevel never answers", async () => {
    const asked = Promise.withResolvers<undefined>();
    const server = createServer(() => {
      asked.resolve(undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const env = { GHL_BASE_URL: `http://127.0.0.1:${port}` };
    const cli = startCli(["call", "opportunities.get-pipelines"], { cwd: folder, env });
    await asked.promise;
    cli.child.kill("SIGINT");
    const ended = await cli.ended;
    expect(ended.stderr).toContain("stopped before it was done");
    expect([ended.exitCode, ended.stdout]).toEqual([130, ""]);
    server.close();
  });

  it("sends a person without a connection to login, and makes no database", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    const refused = await runCli(["call", "opportunities.get-pipelines"], { cwd: empty });
    expectRefusal(refused, 77, "no GoHighLevel connection yet; run: ghl-mcp login");
    expect(readdirSync(empty)).toEqual([]);
    rmSync(empty, { recursive: true });
  });

  it("works with the stored connection of an agency, in the location that is named", async () => {
    const agency = mkdtempSync(join(tmpdir(), "ghl-mcp-agency-"));
    const oauth = {
      GHL_BASE_URL: sandbox.baseUrl,
      GHL_AUTHORIZE_URL: sandbox.authorizeUrl,
      GHL_CLIENT_ID: sandbox.clientId,
      GHL_CLIENT_SECRET: sandbox.clientSecret,
      STORAGE_URL: `sqlite:${join(agency, "ghl.db")}`,
      PORT: String(await findFreePort()),
    };
    writeFileSync(join(agency, ".env"), toLines(oauth));
    const inAgency = (...args: readonly string[]) => runWith(join(agency, ".env"), args);
    try {
      const login = startCli(["login", "--no-browser"], { cwd: agency });
      const [, startUrl = ""] = await login.waitForStderr(/sign in at: (\S+)/u);
      const browser = createBrowser();
      await browser.submitForm(await browser.get(startUrl), { fields: { choice: "company" } });
      expect((await login.ended).exitCode).toBe(0);
      const [, second] = sandbox.locations;
      const name = second?.name.toUpperCase() ?? "";
      const named = await inAgency("call", "locations.get-location", "--location", name);
      expect(JSON.parse(named.stdout)).toMatchObject({ location: { id: second?.id } });
      const unclear = await inAgency("call", "opportunities.get-pipelines");
      expect([unclear.exitCode, unclear.stdout]).toEqual([64, ""]);
      expect(unclear.stderr).toContain("name one with --location:");
      expect(unclear.stderr).toContain(second?.id);
    } finally {
      rmSync(agency, { recursive: true, force: true });
    }
  });
});

describe("the question before a critical call", () => {
  const ask = async (answer: string, signal = new AbortController().signal): Promise<boolean> => {
    const input = new PassThrough();
    const asked = confirm("sure? ", { input, output: new PassThrough(), signal });
    input.end(answer);
    return asked;
  };

  it("takes the word yes, and nothing else, for a yes", async () => {
    expect(await ask("yes\n")).toBe(true);
    expect(await ask("YES \n")).toBe(true);
    for (const no of ["y\n", "\n", "no\n", ""]) expect(await ask(no)).toBe(false);
  });

  it("ends with the reason of the signal", async () => {
    const stop = new AbortController();
    const asked = confirm("sure? ", {
      input: new PassThrough(),
      output: new PassThrough(),
      signal: stop.signal,
    });
    stop.abort(new Error("stopped"));
    await expect(asked).rejects.toThrow("stopped");
  });
});
