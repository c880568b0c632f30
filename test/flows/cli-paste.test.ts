import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { countRows } from "../support/attack-store.ts";
import { createBrowser } from "../support/browser.ts";
import { findFreePort } from "../support/free-port.ts";
import { type CliProcess, type CliResult, runCli, startCli } from "../support/cli-process.ts";

/** `ghl-mcp login --paste`, and what login does when GoHighLevel sends no state back. */

const REDIRECT_URI = "https://page.example/ghl/back";

let folder: string;
let sandbox: RunningSandbox;
let running: CliProcess | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-paste-"));
  sandbox = await startSandbox();
});
afterEach(async () => {
  running?.child.kill("SIGKILL");
  await running?.ended;
  running = undefined;
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (more: Readonly<Record<string, string>> = {}) => ({
  GHL_BASE_URL: sandbox.baseUrl,
  GHL_AUTHORIZE_URL: sandbox.authorizeUrl,
  GHL_CLIENT_ID: sandbox.clientId,
  GHL_CLIENT_SECRET: sandbox.clientSecret,
  GHL_REDIRECT_URI: REDIRECT_URI,
  LOG_LEVEL: "trace",
  ...more,
});
const start = (args: readonly string[], more?: Readonly<Record<string, string>>): CliProcess => {
  running = startCli(["login", ...args], { cwd: folder, env: settings(more), input: true });
  return running;
};
const status = async (): Promise<Record<string, unknown[]>> =>
  JSON.parse(
    (await runCli(["status", "--json"], { cwd: folder, env: settings() })).stdout,
  ) as never;

/** Chooses in a browser, and gives the address that it would end on. */
const chooseAt = async (login: CliProcess, choice?: string): Promise<URL> => {
  const [, address = ""] = await login.waitForStderr(/\n {3}(http\S+)\n/u);
  const browser = createBrowser();
  const page = await browser.submitForm(await browser.get(address), {
    fields: choice === undefined ? { decision: "cancel" } : { choice },
    stop: (url) => url.href.startsWith(REDIRECT_URI),
  });
  if (page.stoppedAt === undefined) throw new Error(page.body);
  return page.stoppedAt;
};
const type = (login: CliProcess, ...lines: readonly string[]): void => {
  for (const line of lines) login.child.stdin?.write(`${line}\n`);
};
const here = () => sandbox.locations[0] ?? { id: "", name: "" };
const expectNoCode = (result: CliResult, address: URL): void => {
  const code = address.searchParams.get("code") ?? "";
  expect(code.length).toBeGreaterThan(20);
  expect(result.stdout + result.stderr).not.toContain(code);
  expect(readFileSync(join(folder, "data/ghl-mcp.db")).includes(code)).toBe(false);
};

describe("login --paste", () => {
  it("signs in with a redirect URI elsewhere, after mistakes that it explains, and proves it", async () => {
    sandbox.control.setPkce("verify");
    const login = start(["--paste", "--json"]);
    const address = await chooseAt(login, here().id);
    const [, opened = ""] = await login.waitForStderr(/\n {3}(http\S+)\n/u);
    type(login, "", opened, address.searchParams.get("code") ?? "", "what?");
    await login.waitForStderr(/that is not an address/u);
    expect(login.stderr()).toContain("that is the address to open");
    expect(login.stderr()).toContain("that looks like the code alone");
    type(login, ` ${address.href} `);
    const result = await login.ended;
    expect(result.exitCode).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({
      kind: "location",
      locations: [{ id: here().id, name: here().name }],
      refresh: "works",
    });
    expectNoCode(result, address);
  });

  it("asks whether the account is right where no state came back, and connects it on yes", async () => {
    sandbox.control.dropState(true);
    const login = start(["--paste"]);
    const address = await chooseAt(login, "company");
    expect(address.searchParams.has("state")).toBe(false);
    type(login, address.href);
    await login.waitForStderr(/type "yes" to connect it/u);
    expect(login.stderr()).toContain(`an agency with ${sandbox.locations.length} locations`);
    expect(login.stdout()).toBe("");
    type(login, "yes");
    const result = await login.ended;
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toMatch(/^connection {2}\S+\nkind {8}company\n/u);
    expectNoCode(result, address);
  });

  it("leaves it unclaimed without a yes, also where the input just ends, and status says so", async () => {
    sandbox.control.dropState(true);
    const login = start(["--paste"]);
    const address = await chooseAt(login, here().id);
    login.child.stdin?.end(`${address.href}\n`);
    const result = await login.ended;
    expect(result.exitCode).toBe(77);
    expect(result.stdout).toBe("");
    expect(result.stderr).toContain("not confirmed, so nothing is connected");
    expect(await status()).toMatchObject({
      connections: [],
      unclaimed: [{ kind: "location", locationId: here().id }],
    });
  });

  it.each<[string, (login: CliProcess) => Promise<string>, string]>([
    [
      "access is denied",
      async (login) => (await chooseAt(login)).href,
      "access was denied on GoHighLevel's page",
    ],
    [
      "the code is not good any more",
      async (login) => {
        const address = await chooseAt(login, here().id);
        address.searchParams.set("code", "an-expired-code-of-long-ago");
        return address.href;
      },
      "it works once and for a short time",
    ],
    ["nothing is pasted", async () => "", "no address was pasted before the input ended"],
  ])("ends with 77 when %s, and stores nothing", async (_name, paste, text) => {
    const login = start(["--paste"]);
    login.child.stdin?.end(`${await paste(login)}\n`);
    const result = await login.ended;
    expect(result.stderr).toContain(text);
    expect([result.exitCode, result.stdout]).toEqual([77, ""]);
    const database = join(folder, "data/ghl-mcp.db");
    for (const namespace of ["connection", "unclaimed_install", "install_claim"]) {
      expect(countRows(database, namespace)).toBe(0);
    }
  });

  it("ends with 77 after five wrong lines, and when nobody pastes in time", async () => {
    const tired = start(["--paste"]);
    type(tired, "a b", "a b", "a b", "a b", "a b");
    const wrong = await tired.ended;
    expect([wrong.exitCode, wrong.stderr]).toEqual([77, expect.stringContaining("five times")]);
    const late = await start(["--paste", "--timeout", "1"]).ended;
    expect([late.exitCode, late.stderr]).toEqual([
      77,
      expect.stringContaining("nothing was pasted within 1 s"),
    ]);
  });
});

describe("login", () => {
  it("asks in the terminal when the browser comes back without a state", async () => {
    sandbox.control.dropState(true);
    const port = await findFreePort();
    const login = start(["--no-browser"], {
      PORT: String(port),
      GHL_REDIRECT_URI: `http://localhost:${port}/oauth/callback`,
    });
    const [, startUrl = ""] = await login.waitForStderr(/sign in at: (\S+)/u);
    const browser = createBrowser();
    const page = await browser.submitForm(await browser.get(startUrl), {
      fields: { choice: here().id },
    });
    expect(page.body).toContain("Confirm in the terminal");
    await login.waitForStderr(/type "yes" to connect it/u);
    expect(login.stderr()).toContain(here().name);
    type(login, "y");
    const result = await login.ended;
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toContain(here().id);
  });
});
