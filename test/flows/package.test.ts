import { execFile, spawn } from "node:child_process";
import {
  chmodSync,
  globSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  getMcpConfigForManifest,
  MANIFEST_SCHEMAS,
  unpackExtension,
  validateManifest,
} from "@anthropic-ai/mcpb";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeMcpb } from "../../scripts/package/make-mcpb.ts";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { compile } from "../support/compile.ts";
import { findFreePort } from "../support/free-port.ts";
import { npm, packRepository, type Packed, readPackageJson } from "../support/packed.ts";

const root = join(import.meta.dirname, "..", "..");
const run = promisify(execFile);
/** What a packed file may weigh; it was 1.6 MB when this was written. */
const MAX_PACKED_BYTES = 2_200_000;
/** What a bundle for Claude Desktop may weigh; it was 1.7 MB when this was written. */
const MAX_BUNDLE_BYTES = 2_200_000;
/** How much code a start over stdio may read before its first answer; it was 613 kB when this was written. */
const MAX_START_BYTES = 700_000;
const TEXTS: readonly string[] = [
  "package.json",
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "LICENSE",
  "THIRD-PARTY-NOTICES",
];

let base: string;
let folder: string;
let packed: Packed;
let env: Record<string, string>;
let sandbox: RunningSandbox;
let location: string;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "ghl-mcp-package-"));
  folder = join(base, "empty");
  mkdirSync(folder);
  packed = await packRepository(base);
  sandbox = await startSandbox();
  location = sandbox.locations[0]?.id ?? "";
  await npm(folder, ["install", "--prefer-offline", packed.path]);
  env = {
    PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
    // npx keeps its cache below
    HOME: base,
    NO_COLOR: "1",
  };
}, 240_000);

afterAll(async () => {
  await sandbox.close();
  rmSync(base, { recursive: true, force: true });
});

describe("the tarball of npm pack", () => {
  it("holds what runs and nothing else, and is small", () => {
    const { files, sizeBytes, unpackedBytes } = packed;
    console.log(
      `package: ${(sizeBytes / 1e6).toFixed(2)} MB packed, ` +
        `${(unpackedBytes / 1e6).toFixed(1)} MB unpacked, ${files.length} files`,
    );
    const unwanted = files.filter(
      (path) =>
        !/^(dist\/.+\.(js|d\.ts|json)|bin\/(ghl-mcp|compile-cache)\.js|docs\/.+\.md|docs\/screenshots\/[a-z-]+\.png|deploy\/[a-zA-Z-]+(\.[a-z]+)?)$/u.test(
          path,
        ) && !TEXTS.includes(path),
    );
    expect(unwanted).toEqual([]);
    expect(sizeBytes).toBeLessThan(MAX_PACKED_BYTES);
  });

  it("holds every page that its README, its change log and its pages lead to", () => {
    const pages = packed.files.filter((path) => path.endsWith(".md"));
    const installed = join(folder, "node_modules/ghl-mcp");
    const broken = pages.flatMap((page) =>
      [...readFileSync(join(installed, page), "utf8").matchAll(/\]\(([^)\s#]+)[^)]*\)/gu)]
        .map(([, target = ""]) => target)
        .filter((target) => !/^[a-z]+:/u.test(target))
        .filter((target) => isWholeInPackage(page) || target.endsWith(".md"))
        .filter((target) => !existsSync(join(installed, dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    );
    // the index of the code is of no use without the code
    expect(
      broken.filter((link) => !/^(CONTRIBUTING|docs\/.*)\.md: (\.\.\/)*AGENTS\.md$/u.test(link)),
    ).toEqual([]);
    expect(pages.length).toBeGreaterThan(60);
  });

  it("has the programs, the library, and every data file of the sources at its place", () => {
    const data = globSync("**/*.json", { cwd: join(root, "src") });
    const expected = ["cli/main.js", "courier/courier-process.js", "index.js", ...data];
    expect(expected.length).toBeGreaterThan(100);
    expect(expected.filter((path) => !packed.files.includes(`dist/${path}`))).toEqual([]);
  });

  it("runs on its own code alone, and names the licence of each package in it", () => {
    const installed = join(folder, "node_modules/ghl-mcp");
    const imported = globSync("dist/**/*.js", { cwd: installed }).flatMap((path) =>
      ts
        .preProcessFile(readFileSync(join(installed, path), "utf8"), true, true)
        .importedFiles.map(({ fileName }) => fileName),
    );
    const packages = new Set(imported.filter((name) => !name.startsWith(".") && !isBuiltin(name)));
    expect(imported.length).toBeGreaterThan(100);
    expect([...packages]).toEqual(["@aws-sdk/client-secrets-manager"]);
    const notices = readFileSync(join(installed, "THIRD-PARTY-NOTICES"), "utf8");
    for (const name of [
      "zod 4",
      "undici 8",
      "@modelcontextprotocol/server 2",
      "pg 8",
      "ioredis 6",
    ]) {
      expect(notices).toContain(`\n${name}`);
    }
    expect(notices).toContain("Permission is hereby granted, free of charge");
  });

  it("declares its types with packages that it brings", () => {
    const installed = join(folder, "node_modules/ghl-mcp");
    const dependencies = Object.keys(readPackageJson()["dependencies"] ?? {});
    const foreign = globSync("dist/**/*.d.ts", { cwd: installed }).flatMap((path) =>
      [
        ...readFileSync(join(installed, path), "utf8").matchAll(
          /(?:from|import\() ?"([^."][^"]*)"/gu,
        ),
      ]
        .map(([, name = ""]) => name)
        .filter((name) => !name.startsWith("node:") && !dependencies.includes(name))
        .map((name) => `${path}: ${name}`),
    );
    expect(foreign).toEqual([]);
  });
});

/** Pages of which every link leads to something that is packed; others also lead to code and pictures. */
const isWholeInPackage = (page: string): boolean => ["README.md", "CHANGELOG.md"].includes(page);

describe("the package installed in an empty folder", () => {
  it("says its version as npx ghl-mcp", async () => {
    const { stdout, stderr } = await run("npx", ["ghl-mcp", "--version"], { cwd: folder, env });
    expect({ stdout, stderr }).toEqual({
      stdout: `${String(readPackageJson()["version"])}\n`,
      stderr: "",
    });
  });

  it("keeps its compiled code where only its user can write, and nowhere else", async () => {
    const start = async (home: string): Promise<readonly string[]> => {
      const compiled = join(home, ".cache/ghl-mcp/compiled");
      const program = join(folder, "node_modules/.bin/ghl-mcp");
      await run(program, ["--version"], { cwd: folder, env: { ...env, HOME: home } });
      return globSync("*/*", { cwd: compiled });
    };
    const home = join(base, "home");
    expect(await start(home)).not.toEqual([]);
    expect(statSync(join(home, ".cache/ghl-mcp/compiled")).mode & 0o777).toBe(0o700);
    const open = join(base, "open");
    mkdirSync(join(open, ".cache/ghl-mcp/compiled"), { recursive: true });
    chmodSync(join(open, ".cache"), 0o777);
    expect(await start(open)).toEqual([]);
  });

  it("speaks MCP over stdio, with the words and the search index that it brings", async () => {
    const transport = new StdioClientTransport({
      command: "npx",
      args: ["ghl-mcp", "stdio"],
      cwd: folder,
      env: {
        ...env,
        GHL_BASE_URL: sandbox.baseUrl,
        GHL_PRIVATE_TOKEN: sandbox.privateTokens.get(location) ?? "",
        GHL_LOCATION_ID: location,
      },
      stderr: "ignore",
    });
    const client = new Client({ name: "package-test", version: "1.0.0" });
    await client.connect(transport);
    try {
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toContain("search_contacts");
      const found = await client.callTool({ name: "search_contacts", arguments: { limit: 1 } });
      expect(found.isError ?? false).toBe(false);
      const searched = await client.callTool({
        name: "search_operations",
        arguments: { query: "book an appointment" },
      });
      expect(JSON.stringify(searched.content)).toContain("calendars.create-appointment");
    } finally {
      await client.close();
    }
  });

  it("answers initialize over stdio from little of its code, and that is quick to read", async () => {
    const preload = join(import.meta.dirname, "../support/loaded-before.mjs");
    const installed = join(folder, "node_modules/ghl-mcp");
    const starting = run(
      process.execPath,
      ["--import", preload, join(installed, "bin/ghl-mcp.js"), "stdio"],
      {
        cwd: folder,
        env: {
          ...env,
          GHL_BASE_URL: sandbox.baseUrl,
          GHL_PRIVATE_TOKEN: sandbox.privateTokens.get(location) ?? "",
          GHL_LOCATION_ID: location,
        },
      },
    );
    const clientInfo = { name: "package-test", version: "1.0.0" };
    const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo };
    starting.child.stdin?.end(
      `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params })}\n`,
    );
    const { stdout, stderr } = await starting;
    expect(stdout).toContain('"name":"ghl-mcp"');
    const report = stderr.split("\n").find((line) => line.startsWith('{"files"')) ?? "";
    const { files, builtins } = JSON.parse(report) as Record<"files" | "builtins", string[]>;
    const texts = files
      .filter((url) => url.startsWith("file:"))
      .map((url) => ({
        name: relative(installed, fileURLToPath(url)).replace(/-[\w-]{8}\.js$/u, ""),
        text: readFileSync(new URL(url), "utf8"),
      }));
    // files of a line only lead on to another
    const read = texts.filter(({ text }) => text.length > 500);
    expect(read.map(({ name }) => name).toSorted()).toEqual([
      "bin/compile-cache.js",
      "bin/ghl-mcp.js",
      "dist/chunks/app",
      "dist/chunks/cli",
      "dist/chunks/common",
      "dist/chunks/courier",
      "dist/chunks/rolldown-runtime",
      "dist/cli/main.js",
    ]);
    expect(texts.length).toBeLessThan(18);
    expect(read.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(MAX_START_BYTES);
    expect(
      builtins.filter((name) => /^NativeModule (http|https|http2|_http_.*)$/u.test(name)),
    ).toEqual([]);
    for (const { name, text } of read.filter((file) => file.name.startsWith("dist/"))) {
      expect({ name, outside: /[^\0-\x7F]/u.exec(text)?.[0] }).toEqual({
        name,
        outside: undefined,
      });
      // an import of one reads all that it exports
      expect(
        ts.preProcessFile(text).importedFiles.filter(({ fileName }) => isBuiltin(fileName)),
      ).toEqual([]);
    }
  });

  it("serves on the sandbox, and ends when it is told to", async () => {
    const port = await findFreePort();
    const child = spawn(join(folder, "node_modules/.bin/ghl-mcp"), ["serve", "--port", `${port}`], {
      cwd: folder,
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    try {
      await expect.poll(() => said, { interval: 50 }).toContain("Sandbox mode");
      await expect
        .poll(() => fetch(`http://127.0.0.1:${port}/health/ready`).then((a) => a.status, String))
        .toBe(200);
      const answer = await fetch(`http://127.0.0.1:${port}/mcp`, { method: "POST" });
      expect(answer.status).toBe(401);
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain("<html");
    } finally {
      child.kill("SIGTERM");
      expect(await ended).toBe(0);
    }
  });
});

describe("the installed library", () => {
  it("calls an operation, and starts the process that carries a refresh", async () => {
    writeFileSync(
      join(folder, "example.mjs"),
      `import { createGhlClient, systemParts, toSecret } from "ghl-mcp";
      const { apiBaseUrl, privateToken, locationId } = JSON.parse(process.argv[2]);
      const auth = { privateToken: toSecret(privateToken) };
      const client = createGhlClient({ auth, locationId, apiBaseUrl });
      const call = await client.call("contacts.search-contacts-advanced", { body: { pageLimit: 1 } });
      await client.close();
      const courier = systemParts().makeCourier({ spoolDir: ".", log: { warn: console.error } });
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const url = apiBaseUrl + "/oauth/token";
      const order = { method: "POST", url, headers, body: "", timeoutMs: 10_000, maxBytes: 65_536 };
      const carried = await courier.carry(order, {});
      console.log(JSON.stringify({ call: call.ok, carried: carried?.sent?.value?.status }));`,
    );
    const settings = {
      apiBaseUrl: sandbox.baseUrl,
      privateToken: sandbox.privateTokens.get(location),
      locationId: location,
    };
    const { stdout } = await run(process.execPath, ["example.mjs", JSON.stringify(settings)], {
      cwd: folder,
      env,
    });
    expect(JSON.parse(stdout)).toEqual({ call: true, carried: 400 });
  });

  it("brings types that take a right call and refuse a wrong one", () => {
    const client = `import { createGhlClient, toSecret } from "ghl-mcp";
      const client = createGhlClient({ auth: { privateToken: toSecret("x") }, locationId: "l" });\n`;
    const paths = [
      [
        "right.mts",
        'await client.call("contacts.get-contact", { parameters: { contactId: "c" } });',
      ],
      [
        "wrong.mts",
        'await client.call("contacts.get-contakt", { parameters: { contactId: "c" } });',
      ],
    ].map(([name = "", call = ""]) => {
      const path = join(folder, name);
      writeFileSync(path, client + call);
      return path;
    });
    const complaints = compile(paths);
    expect(complaints.map(({ path }) => path)).toEqual([join(folder, "wrong.mts")]);
    expect(complaints[0]?.text).toContain("contacts.get-contakt");
  });
});

describe("the bundle for Claude Desktop", () => {
  let bundle: string;
  let sizeBytes: number;
  /** What Claude Desktop makes of the manifest and the answers of the person. */
  const start = async (answers: Readonly<Record<string, string>>) => {
    const manifest = MANIFEST_SCHEMAS["0.3"].parse(
      JSON.parse(readFileSync(join(bundle, "manifest.json"), "utf8")),
    );
    const config = await getMcpConfigForManifest({
      manifest,
      extensionPath: bundle,
      systemDirs: {},
      userConfig: answers,
      pathSeparator: sep,
    });
    return { manifest, config };
  };

  beforeAll(async () => {
    const path = join(base, "ghl-mcp.mcpb");
    ({ sizeBytes } = await makeMcpb(root, path));
    bundle = join(base, "bundle");
    await unpackExtension({ mcpbPath: path, outputDir: bundle, silent: true });
  }, 60_000);

  it("is small, and all of it is JavaScript, data and licences", () => {
    console.log(`bundle: ${(sizeBytes / 1e6).toFixed(2)} MB`);
    expect(sizeBytes).toBeLessThan(MAX_BUNDLE_BYTES);
    const others = globSync("**/*.*", { cwd: bundle }).filter(
      (path) => !/\.(js|json)$/u.test(path),
    );
    expect(others).toEqual([]);
    expect(readFileSync(join(bundle, "THIRD-PARTY-NOTICES"), "utf8")).toContain("\nundici 8");
    expect(readFileSync(join(bundle, "LICENSE"), "utf8")).toContain("MIT");
  });

  it("has a manifest of this version that the tool of MCPB takes", () => {
    expect(validateManifest(join(bundle, "manifest.json"))).toBe(true);
    const manifest: unknown = JSON.parse(readFileSync(join(bundle, "manifest.json"), "utf8"));
    expect(manifest).toMatchObject({
      version: readPackageJson()["version"],
      user_config: {
        private_token: { sensitive: true, required: true },
        location_id: { required: true },
      },
    });
  });

  it("is not to be started before the person has given a token and a location", async () => {
    expect((await start({ private_token: "pit-1" })).config).toBeUndefined();
    expect((await start({ location_id: "l" })).config).toBeUndefined();
  });

  it("speaks MCP as Claude Desktop starts it, with the tools of its manifest", async () => {
    const { manifest, config } = await start({
      private_token: sandbox.privateTokens.get(location) ?? "",
      location_id: location,
      access: "critical",
    });
    if (config === undefined) throw new Error("not started");
    const place = join(base, "nowhere");
    mkdirSync(place);
    const transport = new StdioClientTransport({
      command: config.command,
      // Electron puts arguments of its own into the list
      args: [...(config.args ?? []), "--type=utility", "more"],
      cwd: place,
      env: { ...env, ...config.env, GHL_BASE_URL: sandbox.baseUrl },
      stderr: "ignore",
    });
    const client = new Client({ name: "bundle-test", version: "1.0.0" });
    await client.connect(transport);
    try {
      const { tools } = await client.listTools();
      expect(tools.map(({ name, description }) => ({ name, description }))).toEqual(manifest.tools);
      const found = await client.callTool({ name: "search_contacts", arguments: { limit: 1 } });
      expect(found.isError ?? false).toBe(false);
      expect(JSON.stringify(found.structuredContent)).toContain('"contacts":[{');
    } finally {
      await client.close();
    }
    expect(globSync("*", { cwd: place })).toEqual([]);
  });

  it("goes on where it is imported, as Electron does, and reaches as far as the form says", async () => {
    const { config } = await start({
      private_token: sandbox.privateTokens.get(location) ?? "",
      location_id: location,
    });
    const host = join(base, "host.mjs");
    writeFileSync(
      host,
      `const [node, , entry, ...rest] = process.argv;
      process.argv = [node, "--type=utility", entry, ...rest];
      await import(entry);
      process.stderr.write("imported");`,
    );
    const transport = new StdioClientTransport({
      command: config?.command ?? "",
      args: [host, ...(config?.args ?? [])],
      cwd: base,
      env: { ...env, ...config?.env, GHL_BASE_URL: sandbox.baseUrl },
      stderr: "pipe",
    });
    let said = "";
    transport.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const client = new Client({ name: "bundle-test", version: "1.0.0" });
    await client.connect(transport);
    try {
      const names = (await client.listTools()).tools.map(({ name }) => name);
      expect(names).toContain("write_operation");
      expect(names).not.toContain("critical_operation");
      expect(said).toContain("imported");
    } finally {
      await client.close();
    }
  });

  it("refuses to start without a token, where a placeholder was left in its place", async () => {
    const { config } = await start({ private_token: "pit-1", location_id: "l" });
    const started = run(process.execPath, config?.args ?? [], {
      cwd: base,
      env: { ...env, GHL_PRIVATE_TOKEN: "${user_config.private_token}" },
    });
    await expect(started).rejects.toMatchObject({
      code: 78,
      stdout: "",
      stderr: "ghl-mcp: no private integration token; enter it in the settings of this extension\n",
    });
  });
});
