import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { createBrowser, type Page } from "../support/browser.ts";
import { type CliProcess, type CliResult, runCli, startCli } from "../support/cli-process.ts";
import { findFreePort } from "../support/free-port.ts";

let folder: string;
const cleanups: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-cli-"));
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  rmSync(folder, { recursive: true, force: true });
});

const run = async (args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> =>
  runCli(args, { cwd: folder, env });

const start = (args: readonly string[], env: Record<string, string> = {}): CliProcess => {
  const cli = startCli(args, { cwd: folder, env });
  cleanups.push(async () => {
    cli.child.kill("SIGKILL");
    await cli.ended;
  });
  return cli;
};

const openSandbox = async (): Promise<RunningSandbox> => {
  const sandbox = await startSandbox();
  cleanups.push(async () => sandbox.close());
  return sandbox;
};

const settingsFor = async (sandbox: RunningSandbox): Promise<Record<string, string>> => ({
  GHL_BASE_URL: sandbox.baseUrl,
  GHL_AUTHORIZE_URL: sandbox.authorizeUrl,
  GHL_CLIENT_ID: sandbox.clientId,
  GHL_CLIENT_SECRET: sandbox.clientSecret,
  PORT: String(await findFreePort()),
});

const occupy = async (): Promise<number> => {
  const server: Server = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("no port"));
      else resolve(address.port);
    });
  });
  cleanups.push(() => server.close());
  return port;
};

/** Signs in at the sandbox as a person would, from the address that `login` prints. */
const signInWithBrowser = async (login: CliProcess, choice?: string): Promise<Page> => {
  const [, startUrl = ""] = await login.waitForStderr(/sign in at: (\S+)/u);
  const browser = createBrowser();
  const page = await browser.get(startUrl);
  return choice === undefined
    ? browser.submitForm(page, { fields: { decision: "cancel" } })
    : browser.submitForm(page, { fields: { choice } });
};

const firstLocation = (sandbox: RunningSandbox): { id: string; name: string } => {
  const [location] = sandbox.locations;
  if (location === undefined) throw new Error("the sandbox has no location");
  return location;
};

/** A refused start leaves the folder as it was. */
const expectRefusal = (result: CliResult, exitCode: number, text: string | RegExp): void => {
  expect(result.stderr).toMatch(text);
  expect(result.exitCode).toBe(exitCode);
  expect(result.stdout).toBe("");
};

describe("a start that is refused", () => {
  test("names every wrong setting and makes no file", async () => {
    const result = await run(["serve"], { PORT: "80a", GHL_CLIENT_ID: "x", LOG_LEVEL: "loud" });
    expectRefusal(
      result,
      78,
      /^ghl-mcp: 3 settings are wrong:\n {2}PORT: "80a" is not a whole number; /u,
    );
    expect(result.stderr.trim().split("\n")).toHaveLength(4);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("says what to do about a .env that is a directory", async () => {
    mkdirSync(join(folder, ".env"));
    const result = await run(["serve"]);
    expectRefusal(
      result,
      78,
      'the settings file ".env" cannot be read: it is a directory; put a file',
    );
    expect(readdirSync(folder)).toEqual([".env"]);
  });

  test("says what to do about a .env that permissions forbid", async () => {
    writeFileSync(join(folder, ".env"), "PORT=8000\n");
    chmodSync(join(folder, ".env"), 0o000);
    chmodSync(folder, 0o755);
    const asRoot = process.getuid?.() === 0;
    const result = await runCli(["serve"], { cwd: folder, ...(asRoot ? { uid: 65_534 } : {}) });
    expectRefusal(result, 78, "its permissions forbid it; make it readable");
    expect(readdirSync(folder)).toEqual([".env"]);
  });

  test("names the port in use and makes no database", async () => {
    const port = await occupy();
    const result = await run(["serve", "--port", String(port)]);
    expectRefusal(
      result,
      69,
      `port ${port} on 127.0.0.1 is in use; stop the program that listens there`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test("points login to the running server when the port is in use", async () => {
    const port = await occupy();
    const result = await run(["login", "--no-browser"], { PORT: String(port) });
    expectRefusal(result, 69, `sign in at http://localhost:${port}/oauth/authorize instead`);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("tells a private token apart from an app", async () => {
    const result = await run(["serve"], {
      GHL_PRIVATE_TOKEN: "pit-very-secret",
      GHL_LOCATION_ID: "loc1",
    });
    expectRefusal(result, 78, "GHL_PRIVATE_TOKEN works with: ghl-mcp stdio");
    expect(result.stderr).not.toContain("pit-very-secret");
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    [["srve"], "unknown command 'srve'\n(Did you mean serve?)"],
    [["serve", "--prot", "1"], "unknown option '--prot'\n(Did you mean --port?)"],
    [
      ["stdio", "--access", "all"],
      "argument 'all' is invalid. Allowed choices are read, write, critical",
    ],
    [["login", "--timeout", "soon"], "Give a whole number of seconds from 1 to 3600"],
    [["connect", "cursor", "--location", ""], "Give the id or the name of a location."],
    [["connect", "cursor", "--name", "a b"], "Give at most 40 letters, digits, - and _."],
  ])("explains wrong usage: %j", async (args, text) => {
    const result = await run(args);
    expect(result.stderr).toContain(text);
    expect(result.exitCode).toBe(64);
    expect(result.stdout).toBe("");
  });

  test("stops at a master key other than the store's, and the right one still works", async () => {
    const env = {
      MASTER_KEY: Buffer.alloc(32, 1).toString("base64"),
      PORT: String(await findFreePort()),
    };
    const first = start(["serve"], env);
    await first.waitForStderr(/MCP URL/u);
    first.child.kill("SIGTERM");
    expect(await first.ended).toMatchObject({ exitCode: 0, stdout: "" });
    const wrong = { ...env, MASTER_KEY: Buffer.alloc(32, 2).toString("base64") };
    const result = await run(["serve"], wrong);
    expectRefusal(result, 78, "key");
    expect(result.stderr).not.toContain(wrong.MASTER_KEY);
    expect(await run(["status", "--json"], env)).toMatchObject({
      exitCode: 0,
      stdout: '{"connections":[]}\n',
    });
  });
});

describe("with an empty store", () => {
  test("status says so and makes no database", async () => {
    expect(await run(["status"])).toMatchObject({
      exitCode: 0,
      stdout: "no connection yet; run: ghl-mcp login\n",
      stderr: "",
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("stdio sends the person to login and makes no database", async () => {
    const result = await run(["stdio"]);
    expectRefusal(result, 77, "no GoHighLevel connection yet; run: ghl-mcp login");
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("with an empty store, GHL_MODE=live and no app", () => {
  // nobody listens there
  const live = { GHL_MODE: "live", GHL_BASE_URL: "http://127.0.0.1:1" };
  const advice =
    "set GHL_PRIVATE_TOKEN and GHL_LOCATION_ID, or GHL_CLIENT_ID and GHL_CLIENT_SECRET";

  test.each([
    [["stdio"], 77],
    [["call", "opportunities.get-pipelines"], 77],
    [["status"], 0],
    [["doctor"], 1],
  ])("%j names the settings that help, and not the sign-in that is refused", async (args, code) => {
    const { exitCode, stderr, stdout } = await run(args, live);
    expect(stderr + stdout).toContain(advice);
    expect(stderr + stdout).not.toContain("run: ghl-mcp login");
    expect(exitCode).toBe(code);
  });
});

describe("serve without credentials", () => {
  test("says that this is the sandbox, where it is and what to do next, and stops when asked", async () => {
    const port = await findFreePort();
    const serve = start(["serve", "--port", String(port)]);
    await serve.waitForStderr(/Ctrl-C/u);
    const [first = ""] = serve.stderr().split("\n");
    expect(first).toContain("Sandbox mode");
    expect(serve.stderr()).toContain(`http://localhost:${port}/mcp`);
    expect(serve.stderr()).toContain("GHL_CLIENT_ID and GHL_CLIENT_SECRET");
    const live = await fetch(`http://localhost:${port}/health/live`);
    expect(live.status).toBe(200);
    const challenged = await fetch(`http://localhost:${port}/mcp`, { method: "POST" });
    expect(challenged.status).toBe(401);
    expect(statSync(join(folder, "data", "ghl-mcp.db.key")).mode & 0o777).toBe(0o600);
    serve.child.kill("SIGINT");
    expect(await serve.ended).toMatchObject({ exitCode: 0, stdout: "" });
  });
});

describe("login", () => {
  test("signs in through the browser, proves call and refresh, and stdio then works with it", async () => {
    const sandbox = await openSandbox();
    const env = await settingsFor(sandbox);
    const location = firstLocation(sandbox);
    const login = start(["login", "--no-browser", "--json"], env);
    const page = await signInWithBrowser(login, location.id);
    expect(page.status).toBe(200);
    expect(page.body).toContain("Signed in");
    expect(page.headers.get("set-cookie")).toContain("Max-Age=0");

    const result = await login.ended;
    expect(result.exitCode).toBe(0);
    const report: unknown = JSON.parse(result.stdout);
    expect(report).toMatchObject({
      connection: expect.any(String),
      kind: "location",
      locations: [{ id: location.id, name: location.name }],
      scopes: expect.arrayContaining(["contacts.readonly", "contacts.write"]),
      tokenExpiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u),
      refresh: "works",
    });
    const grants = sandbox.control.requests().flatMap((request) => request.grantType ?? []);
    expect(grants).toEqual(["authorization_code", "refresh_token"]);

    const status = await run(["status", "--check", "--json"], env);
    expect(JSON.parse(status.stdout)).toMatchObject({
      connections: [
        {
          kind: "location",
          status: "active",
          grants: 0,
          reachable: true,
          locations: [{ id: location.id, name: location.name }],
        },
      ],
    });

    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [join(import.meta.dirname, "../../src/cli/main.ts"), "stdio"],
      cwd: folder,
      env,
      stderr: "pipe",
    });
    const client = new Client({ name: "cli-test", version: "1.0.0" });
    cleanups.push(async () => client.close());
    await client.connect(transport);
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toContain("search_contacts");
    const found = await client.callTool({ name: "search_contacts", arguments: { limit: 3 } });
    expect(found.isError ?? false).toBe(false);
    expect(JSON.stringify(found.content)).toContain("contacts");
  });

  test("connects an agency with all of its locations and says so in lines", async () => {
    const sandbox = await openSandbox();
    const env = await settingsFor(sandbox);
    const login = start(["login", "--no-browser"], env);
    await signInWithBrowser(login, "company");
    const result = await login.ended;
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toMatch(/^connection {2}\S+\nkind {8}company\n/u);
    expect(result.stdout).toMatch(/refresh {5}works\n$/u);
    expect(result.stdout.match(/^location /gmu)).toHaveLength(sandbox.locations.length);
    expect(result.stderr).not.toContain(sandbox.clientSecret);
  });

  test("ends with 77 and what to do when access is denied, and stores nothing", async () => {
    const env = await settingsFor(await openSandbox());
    const login = start(["login", "--no-browser"], env);
    const page = await signInWithBrowser(login);
    expect(page.body).toContain("Access denied");
    const result = await login.ended;
    expectRefusal(result, 77, "access was denied on GoHighLevel's page");
    expect((await run(["status", "--json"], env)).stdout).toBe('{"connections":[]}\n');
  });

  test("ends with 77 and the four things to check when the client secret is wrong", async () => {
    const sandbox = await openSandbox();
    const env = { ...(await settingsFor(sandbox)), GHL_CLIENT_SECRET: "not-the-secret" };
    const login = start(["login", "--no-browser"], env);
    await signInWithBrowser(login, firstLocation(sandbox).id);
    const result = await login.ended;
    expectRefusal(result, 77, "GoHighLevel refused to exchange the code");
    for (const word of ["client credentials", "redirect URI", "code:", "scopes"]) {
      expect(result.stderr).toContain(word);
    }
    expect(result.stderr).not.toContain("not-the-secret");
    expect((await run(["status", "--json"], env)).stdout).toBe('{"connections":[]}\n');
  });

  test("refuses a callback from another browser without asking GoHighLevel", async () => {
    const sandbox = await openSandbox();
    const login = start(["login", "--no-browser"], await settingsFor(sandbox));
    const [, startUrl = ""] = await login.waitForStderr(/sign in at: (\S+)/u);
    const victim = createBrowser();
    const page = await victim.get(startUrl);
    const sent = await victim.submitForm(page, {
      fields: { choice: firstLocation(sandbox).id },
      stop: (url) => url.pathname === "/oauth/callback",
    });
    const other = await createBrowser().get(sent.stoppedAt ?? "");
    expect(other.status).toBe(400);
    expectRefusal(await login.ended, 77, "the browser that came back is not the one that began");
    expect(sandbox.control.requests().filter((one) => one.path === "/oauth/token")).toEqual([]);
  });

  test("keeps waiting when a browser comes back from some other sign-in", async () => {
    const sandbox = await openSandbox();
    const login = start(["login", "--no-browser"], await settingsFor(sandbox));
    const [, startUrl = ""] = await login.waitForStderr(/sign in at: (\S+)/u);
    const stray = await createBrowser().get(new URL("/oauth/callback?code=x&state=y", startUrl));
    expect(stray.status).toBe(400);
    await login.waitForStderr(/a sign-in that is not this one/u);
    await signInWithBrowser(login, firstLocation(sandbox).id);
    expect((await login.ended).exitCode).toBe(0);
  });

  test("ends with 77 when nobody signs in in time", async () => {
    const env = await settingsFor(await openSandbox());
    const result = await run(["login", "--no-browser", "--timeout", "1"], env);
    expectRefusal(result, 77, "nobody signed in within 1 s");
  });

  test("ends with 130 at Ctrl-C and leaves a store that works", async () => {
    const env = await settingsFor(await openSandbox());
    const login = start(["login", "--no-browser"], env);
    await login.waitForStderr(/waiting up to/u);
    login.child.kill("SIGINT");
    expectRefusal(await login.ended, 130, "stopped before it was done");
    expect((await run(["status", "--json"], env)).stdout).toBe('{"connections":[]}\n');
  });
});

describe("stdio", () => {
  test("works with a private token alone", async () => {
    const sandbox = await openSandbox();
    const { id } = firstLocation(sandbox);
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [join(import.meta.dirname, "../../src/cli/main.ts"), "stdio", "--access", "read"],
      cwd: folder,
      env: {
        GHL_BASE_URL: sandbox.baseUrl,
        GHL_PRIVATE_TOKEN: sandbox.privateTokens.get(id) ?? "",
        GHL_LOCATION_ID: id,
      },
      stderr: "pipe",
    });
    const client = new Client({ name: "cli-test", version: "1.0.0" });
    cleanups.push(async () => client.close());
    await client.connect(transport);
    const { tools } = await client.listTools();
    const names = tools.map((tool) => tool.name);
    expect(names).toContain("search_contacts");
    expect(names).not.toContain("create_contact");
    const found = await client.callTool({ name: "search_contacts", arguments: { limit: 3 } });
    expect(found.isError ?? false).toBe(false);
  });

  test("lists the connections and how to choose when there are several", async () => {
    const sandbox = await openSandbox();
    const env = await settingsFor(sandbox);
    for (const { id } of sandbox.locations.slice(0, 2)) {
      const login = start(["login", "--no-browser"], env);
      await signInWithBrowser(login, id);
      expect((await login.ended).exitCode).toBe(0);
    }
    const result = await run(["stdio"], env);
    expectRefusal(
      result,
      77,
      "several connections are stored; choose one with --connection <id> or GHL_LOCATION_ID",
    );
    expect(result.stderr).toContain(sandbox.locations[0]?.id);
    expect(result.stderr).toContain(sandbox.locations[1]?.id);
    const chosen = await run(["stdio"], {
      ...env,
      GHL_LOCATION_ID: sandbox.locations[1]?.id ?? "",
    });
    expect(chosen).toMatchObject({ exitCode: 0, stdout: "" });
    const unknown = await run(["stdio", "--connection", "nope"], env);
    expectRefusal(unknown, 77, 'no stored connection matches "nope"');
  });
});

describe("sandbox", () => {
  test("prints the settings that point a server at it, as lines of a .env file", async () => {
    const port = await findFreePort();
    const sandbox = start(["sandbox", "--port", String(port)]);
    await sandbox.waitForStderr(/runs until Ctrl-C/u);
    writeFileSync(join(folder, ".env"), sandbox.stdout());
    expect(sandbox.stdout()).toContain(`GHL_BASE_URL=http://127.0.0.1:${port}\n`);
    const login = start(["login", "--no-browser", "--json"], {
      PORT: String(await findFreePort()),
    });
    await signInWithBrowser(login, "company");
    expect(JSON.parse((await login.ended).stdout)).toMatchObject({
      kind: "company",
      refresh: "works",
    });
    sandbox.child.kill("SIGTERM");
    expect((await sandbox.ended).exitCode).toBe(0);
  });

  test("names the port in use, and the option that sets it", async () => {
    const port = await occupy();
    expectRefusal(
      await run(["sandbox", "--port", String(port)]),
      69,
      `port ${port} on 127.0.0.1 is in use; stop the program that listens there, or choose another with --port\n`,
    );
  });
});

describe("help and version", () => {
  test("go to stdout with exit code 0", async () => {
    const help = await run(["--help"]);
    expect(help).toMatchObject({ exitCode: 0, stderr: "" });
    for (const word of ["serve", "stdio", "login", "status", "sandbox", "Examples:"]) {
      expect(help.stdout).toContain(word);
    }
    expect((await run(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
  });
});
