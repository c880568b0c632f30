import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ConfigSources } from "../../../src/config/load.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { AppError } from "../../../src/core/errors.ts";

const KEY_A = Buffer.alloc(32, 1).toString("base64");
const KEY_B = Buffer.alloc(32, 2).toString("base64");

let folder: string;
let previous: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-config-"));
  previous = process.cwd();
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(previous);
  rmSync(folder, { recursive: true, force: true });
});

const load = (environment: Record<string, string>, rest: Omit<ConfigSources, "environment"> = {}) =>
  loadConfig({ environment, ...rest });

const failure = (run: () => unknown): AppError => {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

const mistakesOf = (environment: Record<string, string>): string => {
  const error = failure(() => load(environment));
  expect(error.code).toBe("config_invalid");
  return error.message;
};

describe("with nothing set", () => {
  test("runs the sandbox on loopback with a key made beside the database", () => {
    const { config, warnings } = load({});
    expect(config).toMatchObject({
      host: "127.0.0.1",
      port: 8000,
      publicUrl: "http://localhost:8000",
      upstream: { mode: "sandbox" },
      redirectUri: "http://localhost:8000/oauth/callback",
      apiBaseUrl: "https://services.leadconnectorhq.com",
      authorizeUrl: "https://marketplace.gohighlevel.com/v2/oauth/chooselocation",
      storageUrl: "sqlite:./data/ghl-mcp.db",
      masterKey: {
        source: "generated",
        path: "./data/ghl-mcp.db.key",
        databasePath: "./data/ghl-mcp.db",
      },
      log: { level: "info" },
      enableSse: true,
      accessTokenTtlSeconds: 28_800,
      refreshTokenTtlSeconds: 5_184_000,
    });
    expect(config.scopes).toHaveLength(18);
    expect(config).not.toHaveProperty("privateToken");
    expect(config).not.toHaveProperty("versionId");
    expect(warnings).toEqual([]);
  });

  test("takes the keys of webhooks, and names the one that is none", () => {
    const current = "MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg=";
    const pem = `-----BEGIN PUBLIC KEY-----\\n${current}\\n-----END PUBLIC KEY-----`;
    expect(load({ GHL_WEBHOOK_PUBLIC_KEY: pem }).config.webhookKeys).toEqual({ current });
    expect(load({}).config.webhookKeys).toEqual({});
    expect(() => load({ GHL_WEBHOOK_LEGACY_KEY: pem })).toThrow(
      'GHL_WEBHOOK_LEGACY_KEY: "-----BEGIN PUBLIC KEY-----',
    );
  });

  test("creates no file", () => {
    load({});
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("where settings come from", () => {
  test("takes flags over the environment over the file over the default", () => {
    writeFileSync(".env", "PORT=1001\nLOG_LEVEL=warn\nENABLE_SSE=false\n");
    const { config } = load({ PORT: "1002", LOG_LEVEL: "error" }, { flags: { PORT: "1003" } });
    expect(config.port).toBe(1003);
    expect(config.log.level).toBe("error");
    expect(config.enableSse).toBe(false);
  });

  test("counts an empty or blank value as absent, so the next source decides", () => {
    writeFileSync(".env", "PORT=1001\nGHL_CLIENT_ID=\n");
    expect(load({ PORT: "", GHL_CLIENT_SECRET: "  " }).config).toMatchObject({
      port: 1001,
      upstream: { mode: "sandbox" },
    });
  });

  test("reads the file named on the command line in place of .env", () => {
    writeFileSync(".env", "PORT=1001\n");
    writeFileSync("other.env", "\uFEFFPORT=1004\n");
    expect(load({}, { envFile: "other.env" }).config.port).toBe(1004);
  });

  test("leaves the settings of other programs alone", () => {
    const { config } = load({ DEBUG: "express:*", PATH: "/bin", HOSTNAME: "x" });
    expect(config.log.level).toBe("info");
  });

  test.each([
    ["DEBUG=true", { DEBUG: "true" }, {}, "debug"],
    ["DEBUG=1 over LOG_LEVEL", { DEBUG: "1", LOG_LEVEL: "warn" }, {}, "debug"],
    ["trace, which says more than debug", { DEBUG: "true", LOG_LEVEL: "trace" }, {}, "trace"],
    ["the flag", { DEBUG: "true" }, { LOG_LEVEL: "error" }, "error"],
  ])("logs at the level of %s", (_name, environment, flags, level) => {
    expect(load(environment, { flags }).config.log.level).toBe(level);
  });
});

describe("a .env file that cannot be read", () => {
  test("is refused with what to do when it is a directory", () => {
    mkdirSync(".env");
    const error = failure(() => load({}));
    expect(error.code).toBe("env_file_unreadable");
    expect(error.message).toBe(
      'the settings file ".env" cannot be read: it is a directory; put a file of NAME=value lines there, or remove it',
    );
  });

  test("is refused when it is not UTF-8", () => {
    writeFileSync(".env", Buffer.from([0x50, 0xff, 0xfe, 0x0a]));
    const error = failure(() => load({}));
    expect(error.code).toBe("env_file_unreadable");
    expect(error.message).toContain("not UTF-8 text");
  });

  test("is refused when it was named and is missing", () => {
    const error = failure(() => load({}, { envFile: "nowhere.env" }));
    expect(error.code).toBe("env_file_unreadable");
    expect(error.message).toContain("check the path given with --env-file");
  });
});

describe("one clear line for each mistake", () => {
  test.each<[string, Record<string, string>, string]>([
    [
      "a port in words",
      { PORT: "80a" },
      'PORT: "80a" is not a whole number; give a whole number from 1 to 65535',
    ],
    ["port 0", { PORT: "0" }, 'PORT: "0" is out of range'],
    ["port 65536", { PORT: "65536" }, 'PORT: "65536" is out of range'],
    [
      "an id without a secret",
      { GHL_CLIENT_ID: "a" },
      "GHL_CLIENT_SECRET: missing while GHL_CLIENT_ID is set",
    ],
    [
      "a secret without an id",
      { GHL_CLIENT_SECRET: "a" },
      "GHL_CLIENT_ID: missing while GHL_CLIENT_SECRET is set",
    ],
    [
      "a token without a location",
      { GHL_PRIVATE_TOKEN: "pit-a" },
      "GHL_LOCATION_ID: missing while GHL_PRIVATE_TOKEN is set",
    ],
    [
      "a public http address",
      { PUBLIC_URL: "http://mcp.example.com" },
      "uses http for a host that is not this machine, where only https is safe; give scheme, host and port alone",
    ],
    [
      "a host that only starts like loopback",
      { PUBLIC_URL: "http://127.0.0.1.example.com" },
      "only https is safe",
    ],
    [
      "a public address with a path",
      { PUBLIC_URL: "https://mcp.example.com/ghl" },
      'PUBLIC_URL: "https://mcp.example.com/ghl" contains more than scheme, host and port',
    ],
    [
      "a public address with a query",
      { PUBLIC_URL: "https://mcp.example.com?a" },
      "contains more than scheme, host and port",
    ],
    [
      "a public address without a scheme",
      { PUBLIC_URL: "mcp.example.com" },
      "is not an http or https address",
    ],
    ["an API base over plain http", { GHL_BASE_URL: "http://api.example.com" }, "GHL_BASE_URL: "],
    [
      "a whole installation link",
      { GHL_AUTHORIZE_URL: "https://a.example/choose?client_id=1" },
      "contains a query (?); give the https address of the page up to the question mark",
    ],
    [
      "a redirect with a fragment",
      { GHL_REDIRECT_URI: "https://a.example/cb#x" },
      "contains a fragment (#)",
    ],
    [
      "scopes with commas",
      { GHL_SCOPES: "contacts.readonly,contacts.write" },
      "contains a comma; separate the names by spaces",
    ],
    [
      "an unknown store",
      { STORAGE_URL: "mysql://u:hunter2@h/db" },
      "STORAGE_URL: the value does not name a store of this server",
    ],
    [
      "an unknown level",
      { LOG_LEVEL: "loud" },
      'LOG_LEVEL: "loud" is not a log level; give one of: trace, debug',
    ],
    ["a flag in words", { ENABLE_SSE: "maybe" }, 'ENABLE_SSE: "maybe" is neither true nor false'],
    ["a lifetime of nothing", { ACCESS_TOKEN_TTL: "0" }, 'ACCESS_TOKEN_TTL: "0" is out of range'],
    [
      "a refresh token that dies first",
      { ACCESS_TOKEN_TTL: "600", REFRESH_TOKEN_TTL: "600" },
      "REFRESH_TOKEN_TTL: 600 s is not longer than ACCESS_TOKEN_TTL (600 s)",
    ],
    [
      "a mistyped name",
      { GHL_CLIENTID: "a" },
      "GHL_CLIENTID: no such setting; did you mean GHL_CLIENT_ID?",
    ],
    [
      "another mistyped name",
      { GHL_CLINET_SECRET: "a" },
      "GHL_CLINET_SECRET: no such setting; did you mean GHL_CLIENT_SECRET?",
    ],
    [
      "a key that is too short",
      { MASTER_KEY: "c2hvcnQ=" },
      "MASTER_KEY: a key is not 32 bytes in base64; give 32 bytes",
    ],
    [
      "a missing key file",
      { MASTER_KEY: "file:/nowhere/key" },
      'MASTER_KEY: the file "/nowhere/key" cannot be read',
    ],
    [
      "a missing key variable",
      { MASTER_KEY: "env:NO_KEY" },
      'MASTER_KEY: the variable "NO_KEY" is not set',
    ],
    [
      "an unknown kind of reference",
      { MASTER_KEY: "vault:prod/key" },
      '"vault:" is not a kind of reference; supported are file:, env: and aws-secretsmanager:',
    ],
  ])("names the setting, the fault and what is right for %s", (_name, environment, expected) => {
    expect(mistakesOf(environment)).toContain(expected);
  });

  test("reports all mistakes at once", () => {
    const message = mistakesOf({ PORT: "x", LOG_LEVEL: "y", GHL_CLIENT_ID: "a", MASTER_KEY: "z" });
    expect(message.split("\n")).toHaveLength(5);
    expect(message).toMatch(/^4 settings are wrong:\n/);
  });

  test("never repeats a secret value", () => {
    const message = mistakesOf({
      GHL_CLIENT_ID: "id",
      GHL_CLIENT_SECRET: "hunter two",
      GHL_PRIVATE_TOKEN: "pit hunter",
      STORAGE_URL: "postgres://user:hunter@db/x",
      MASTER_KEY: "hunter",
      GHL_BASE_URL: "https://user:hunter@api.example.com",
    });
    expect(message).not.toMatch(/hunter/);
    expect(message).toContain("GHL_CLIENT_SECRET: the value contains a space");
  });
});

describe("what settings become", () => {
  test("an app's id and secret make the mode oauth, and the secret does not print", () => {
    const { config } = load({ GHL_CLIENT_ID: "app-1", GHL_CLIENT_SECRET: "hush" });
    expect(config.upstream).toMatchObject({ mode: "oauth", clientId: "app-1" });
    expect(JSON.stringify(config)).not.toContain("hush");
  });

  test("live without an app makes the mode token_entry, with a private token or without", () => {
    expect(load({ GHL_MODE: "live" }).config.upstream).toEqual({ mode: "token_entry" });
    const withToken = { GHL_MODE: "LIVE", GHL_PRIVATE_TOKEN: "pit-1", GHL_LOCATION_ID: "loc1" };
    expect(load(withToken).config.upstream).toEqual({ mode: "token_entry" });
    const withApp = { GHL_MODE: "live", GHL_CLIENT_ID: "app-1", GHL_CLIENT_SECRET: "hush" };
    expect(load(withApp).config.upstream).toMatchObject({ mode: "oauth" });
  });

  test("PKCE is tried unless it is switched off", () => {
    expect(load({}).config.pkce).toBe("auto");
    expect(load({ GHL_PKCE: "off" }).config.pkce).toBe("off");
    expect(() => load({ GHL_PKCE: "on", GHL_MODE: "dead" })).toThrow(
      /GHL_MODE: "dead" is not a mode[\s\S]*GHL_PKCE: "on" is neither auto nor off/u,
    );
  });

  test("a private token alone makes the mode private_token", () => {
    const { config } = load({ GHL_PRIVATE_TOKEN: "pit-1", GHL_LOCATION_ID: "loc1" });
    expect(config.upstream).toEqual({ mode: "private_token" });
    expect(config.privateToken?.locationId).toBe("loc1");
    expect(config.privateToken?.token.reveal()).toBe("pit-1");
  });

  test.each([
    ["https://mcp.example.com", "0.0.0.0", "https://mcp.example.com"],
    ["https://MCP.example.com:443/", "0.0.0.0", "https://mcp.example.com"],
    ["http://localhost:9000", "127.0.0.1", "http://localhost:9000"],
    ["http://127.0.0.1:9000", "127.0.0.1", "http://127.0.0.1:9000"],
    ["http://[::1]:9000", "127.0.0.1", "http://[::1]:9000"],
  ])("PUBLIC_URL %s listens on %s", (url, host, publicUrl) => {
    const { config } = load({ PUBLIC_URL: url });
    expect(config).toMatchObject({ host, publicUrl, redirectUri: `${publicUrl}/oauth/callback` });
  });

  test("a HOST that is set stays", () => {
    const { config } = load({ PUBLIC_URL: "https://a.example", HOST: "127.0.0.1" });
    expect(config.host).toBe("127.0.0.1");
  });

  test("a redirect URI is kept byte for byte", () => {
    const uri = "https://A.example:443/oauth/callback/?x=%7e";
    expect(load({ GHL_REDIRECT_URI: uri }).config.redirectUri).toBe(uri);
  });

  test("a key ring keeps its order and resolves references", () => {
    writeFileSync("key-b", `${KEY_B}\n`);
    const { config } = load({
      MASTER_KEY: `env:MY_KEY, file:${join(folder, "key-b")}`,
      MY_KEY: KEY_A,
    });
    if (config.masterKey.source !== "given") throw new Error("not given");
    expect(config.masterKey.keys.map((key) => key.reveal())).toEqual([KEY_A, KEY_B]);
  });

  test("a key in base64url without padding is the same key", () => {
    const bytes = Buffer.alloc(32, 0xfb);
    const { config } = load({ MASTER_KEY: bytes.toString("base64url") });
    if (config.masterKey.source !== "given") throw new Error("not given");
    expect(config.masterKey.keys[0]?.reveal()).toBe(bytes.toString("base64"));
  });

  test.each([
    "postgres://user:hunter@db:5432/x?schema=y",
    "postgresql://db/x",
    "redis://:hunter@cache:6379/1",
    "rediss://cache",
  ])("the database server %s is a store that needs a key", (url) => {
    const { config } = load({ STORAGE_URL: url, MASTER_KEY: KEY_A });
    expect(config).toMatchObject({ storageUrl: url, masterKey: { source: "given" } });
    const message = mistakesOf({ STORAGE_URL: url });
    expect(message).toContain(
      "MASTER_KEY: missing while STORAGE_URL names a database server; give",
    );
    expect(message).not.toContain("hunter");
  });

  test("a memory store gets a key that lives as long as it does", () => {
    expect(load({ STORAGE_URL: "memory:" }).config.masterKey).toEqual({ source: "ephemeral" });
  });

  test("a foreign GHL_ name that resembles none of ours is only warned about", () => {
    expect(load({ GHL_WEBHOOK_TARGET: "x" }).warnings).toEqual([
      "GHL_WEBHOOK_TARGET: no such setting, ignored",
    ]);
  });
});
