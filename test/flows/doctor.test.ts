import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemParts } from "../../src/app.ts";
import { examine } from "../../src/cli/doctor/examine.ts";
import type { Finding, Level } from "../../src/cli/doctor/finding.ts";
import { openSession, type Session } from "../../src/cli/session.ts";
import { loadConfig } from "../../src/config/load.ts";
import { silentLogger } from "../../src/core/logger.ts";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { createBrowser } from "../support/browser.ts";
import { runCli } from "../support/cli-process.ts";
import { findFreePort } from "../support/free-port.ts";
import {
  findMissing,
  postgres,
  redis,
  type StoreKind,
  withPostgres,
  withRedis,
} from "../contract/store-places.ts";

const missing = await findMissing();
const KEY = Buffer.alloc(32, 3).toString("base64");
const OTHER_KEY = Buffer.alloc(32, 4).toString("base64");

const parts = systemParts();
let sandbox: RunningSandbox;
let folder: string;
let port: number;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  await sandbox.close();
  await parts.http.close();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-doctor-"));
  port = await findFreePort();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  rmSync(folder, { recursive: true, force: true });
  sandbox.control.limitScopes(undefined);
});

type Environment = Readonly<Record<string, string>>;

const environment = (changes: Environment = {}): Environment => ({
  GHL_BASE_URL: sandbox.baseUrl,
  GHL_AUTHORIZE_URL: sandbox.authorizeUrl,
  GHL_CLIENT_ID: sandbox.clientId,
  GHL_CLIENT_SECRET: sandbox.clientSecret,
  GHL_SCOPES: "contacts.readonly locations.readonly oauth.write",
  STORAGE_URL: `sqlite:${join(folder, "store.db")}`,
  MASTER_KEY: KEY,
  PORT: String(port),
  ...changes,
});

/** An empty file in the place of `.env`, so that nothing of the working directory is read. */
const sourcesOf = (variables: Environment) => {
  const envFile = join(folder, "no.env");
  writeFileSync(envFile, "");
  return { environment: variables, envFile };
};

const diagnose = async (
  variables: Environment,
  options: { readonly asksGhl?: boolean; readonly clock?: typeof parts.clock } = {},
): Promise<readonly Finding[]> =>
  examine({
    sources: sourcesOf(variables),
    asksGhl: options.asksGhl ?? false,
    signal: new AbortController().signal,
    parts: { ...parts, clock: options.clock ?? parts.clock },
  });

const of = (findings: readonly Finding[], check: string): readonly Finding[] =>
  findings.filter((finding) => finding.check === check);

const levels = (findings: readonly Finding[], level: Level): readonly string[] =>
  findings.filter((finding) => finding.level === level).map(({ check }) => check);

const open = async (variables: Environment): Promise<Session> => {
  const { config } = loadConfig(sourcesOf(variables));
  const session = await openSession({ config, log: silentLogger });
  let closed = false;
  const close = session.close.bind(session);
  const closeOnce: Session["close"] = async (options) => {
    if (!closed) await close(options);
    closed = true;
  };
  cleanups.push(() => closeOnce());
  return { ...session, close: closeOnce };
};

const locationId = (): string => sandbox.locations[0]?.id ?? "";

/** Signs in as a person does, and stops the server again. */
const connect = async (variables: Environment): Promise<void> => {
  const session = await open(variables);
  await session.app.listen();
  const browser = createBrowser();
  const chooser = await browser.get(`http://localhost:${port}/oauth/authorize`);
  const done = await browser.submitForm(chooser, {
    button: "allow",
    fields: { choice: locationId() },
  });
  expect(done.body).toContain("the account is connected");
  await session.close();
};

describe("the doctor", () => {
  it("finds nothing wrong with a connected server, and asks GoHighLevel only when told to", async () => {
    await connect(environment());
    sandbox.control.clearRequests();
    const quiet = await diagnose(environment());
    expect([...levels(quiet, "problem"), ...levels(quiet, "warning")]).toEqual([]);
    const asked = (): readonly string[] =>
      sandbox.control.requests().map(({ path }) => path.replace(locationId(), "{id}"));
    expect(asked()).toEqual(["/", "/oauth/token"]);
    expect(of(quiet, "connections")[0]?.text).toMatch(/^location \w+: connected, token until /u);

    const thorough = await diagnose(environment(), { asksGhl: true });
    expect(asked()).toContain("/locations/{id}");
    expect(of(thorough, "connections")).toEqual([
      {
        check: "connections",
        level: "ok",
        text: `location ${locationId()}: GoHighLevel answers with its token`,
      },
    ]);
  });

  it("uses up no token by asking about the credentials", async () => {
    await connect(environment());
    for (let round = 0; round < 2; round += 1) await diagnose(environment());
    const { app } = await open(environment());
    const [connection] = await app.upstream.listConnections();
    if (connection === undefined) throw new Error("there is no connection");
    expect((await app.upstream.refreshNow(connection.id)).ok).toBe(true);
  });

  it("makes no file where nothing was started yet", async () => {
    const { MASTER_KEY: _, ...generated } = environment();
    const findings = await diagnose(generated, { asksGhl: true });
    expect(levels(findings, "problem")).toEqual([]);
    expect(of(findings, "key")[0]?.text).toContain("the first start makes it");
    expect(levels(await diagnose(environment(), { asksGhl: true }), "problem")).toEqual([]);
    expect(readdirSync(folder)).toEqual(["no.env"]);
  });
});

const countSchemas = (url: string): Promise<number> =>
  withPostgres(async (client) => {
    const schema = new URL(url).searchParams.get("schema");
    return (await client.query("SELECT FROM pg_namespace WHERE nspname = $1", [schema])).rows
      .length;
  });

const countKeys = (url: string): Promise<number> =>
  withRedis(async (client) => {
    const prefix = new URL(url).searchParams.get("prefix");
    return (await client.keys(`{${prefix}}*`)).length;
  });

const servers: readonly (readonly [StoreKind, (url: string) => Promise<number>])[] = [
  [postgres, countSchemas],
  [redis, countKeys],
];

describe.each(servers)("the doctor on the server of a store: $name", (kind, countThings) => {
  it.skipIf(missing.has(kind))("makes no store, and ties none to its key", async () => {
    const place = await kind.makePlace();
    cleanups.push(() => place.dispose());
    const variables = environment({ STORAGE_URL: place.url });
    const privately = {
      GHL_BASE_URL: sandbox.baseUrl,
      GHL_PRIVATE_TOKEN: sandbox.privateTokens.get(locationId()) ?? "",
      GHL_LOCATION_ID: locationId(),
      STORAGE_URL: place.url,
      MASTER_KEY: KEY,
      PORT: String(port),
    };
    for (const given of [variables, privately]) {
      const findings = await diagnose(given, { asksGhl: true });
      expect(levels(findings, "problem")).toEqual([]);
      expect(of(findings, "store")).toEqual([
        { check: "store", level: "note", text: "there is no store yet: the first start makes it" },
      ]);
      expect(await countThings(place.url)).toBe(0);
    }

    await connect({ ...variables, MASTER_KEY: OTHER_KEY });
    const findings = await diagnose({ ...variables, MASTER_KEY: OTHER_KEY });
    expect(levels(findings, "problem")).toEqual([]);
    expect(of(findings, "store").map(({ level }) => level)).toEqual(["ok", "ok"]);
  });
});

describe("troubleshooting an OAuth app", () => {
  it("names bad client credentials, and where to copy the right ones", async () => {
    const findings = await diagnose(environment({ GHL_CLIENT_SECRET: "wrong-secret" }));
    expect(levels(findings, "problem")).toEqual(["app"]);
    const [found] = of(findings, "app");
    expect(found?.text).toBe("GoHighLevel does not accept the client id and secret");
    expect(found?.fix).toContain("under Client Keys");
    expect(JSON.stringify(findings)).not.toContain("wrong-secret");
  });

  it("does not claim that credentials are right where that cannot be known", async () => {
    const [right] = of(await diagnose(environment()), "app");
    expect(right?.text).toContain("only a sign-in proves them for certain");
    sandbox.control.misbehave({
      pathPrefix: "/oauth/token",
      count: 1,
      how: { kind: "status", status: 400, body: '{"message":"No"}' },
    });
    const [unclear] = of(await diagnose(environment()), "app");
    expect([unclear?.level, unclear?.text]).toEqual([
      "note",
      expect.stringContaining("cannot be known without a sign-in (GoHighLevel answered 400)"),
    ]);
  });

  it("names a redirect mismatch after the sign-in that it broke, until one succeeds", async () => {
    const started = await open(environment());
    await started.app.listen();
    const browser = createBrowser();
    const chooser = await browser.get(`http://localhost:${port}/oauth/authorize`);
    await started.close();
    const changed = environment({ GHL_REDIRECT_URI: `http://127.0.0.1:${port}/oauth/callback` });
    const restarted = await open(changed);
    await restarted.app.listen();
    const failed = await browser.submitForm(chooser, { button: "allow" });
    expect(failed.status).toBeGreaterThanOrEqual(400);
    await restarted.close();

    const findings = await diagnose(changed);
    expect(levels(findings, "problem")).toEqual(["connections"]);
    const found = of(findings, "connections").find(({ level }) => level === "problem");
    expect(found?.text).toMatch(
      /^the last sign-in, on [\d-]+ at [\d:]+ UTC, failed: the redirect/u,
    );
    expect(found?.fix).toContain(
      `GHL_REDIRECT_URI (now "http://127.0.0.1:${port}/oauth/callback")`,
    );
    expect(of(findings, "redirect").map(({ level }) => level)).toEqual(["warning"]);

    await connect(environment());
    expect(levels(await diagnose(environment()), "problem")).toEqual([]);
  });

  it("names an expired or revoked token, and with --check finds it out", async () => {
    await connect(environment());
    sandbox.control.expireAccessTokens();
    sandbox.control.revokeRefreshTokens();
    expect(levels(await diagnose(environment()), "problem")).toEqual([]);
    for (const asksGhl of [true, false]) {
      const findings = await diagnose(environment(), { asksGhl });
      expect(levels(findings, "problem")).toEqual(["connections"]);
      const [found] = of(findings, "connections");
      expect(found?.text).toMatch(/its token has expired or was revoked: GoHighLevel no longer/u);
      expect(found?.fix).toContain("Reconnect on the page /connections, or ghl-mcp login");
    }
  });

  it("names each missing scope, with what stops working without it", async () => {
    sandbox.control.limitScopes(["locations.readonly"]);
    await connect(environment());
    const findings = await diagnose(environment(), { asksGhl: true });
    expect(levels(findings, "problem")).toEqual(["connections"]);
    const found = of(findings, "connections").find(({ level }) => level === "problem");
    expect(found?.text).toContain("contacts.readonly (finding and reading contacts");
    expect(found?.text).toContain("oauth.write (");
    expect(found?.text).not.toContain("locations.readonly (");
    expect(found?.fix).toContain("reconnect the account on /connections");
  });
});

it("asks with a private integration token, names a dead one, and makes no store for it", async () => {
  const variables = {
    GHL_BASE_URL: sandbox.baseUrl,
    GHL_PRIVATE_TOKEN: sandbox.privateTokens.get(locationId()) ?? "",
    GHL_LOCATION_ID: locationId(),
    STORAGE_URL: `sqlite:${join(folder, "store.db")}`,
    PORT: String(port),
  };
  const good = await diagnose(variables, { asksGhl: true });
  expect(levels(good, "problem")).toEqual([]);
  expect(of(good, "connections")[0]?.text).toContain("GoHighLevel answers with its token");
  const dead = await diagnose({ ...variables, GHL_PRIVATE_TOKEN: "pit-dead" }, { asksGhl: true });
  expect(of(dead, "connections").filter(({ level }) => level === "problem")).toEqual([
    {
      check: "connections",
      level: "problem",
      text: `private integration token of location ${locationId()}: GoHighLevel no longer accepts the private integration token`,
      fix: "make a new one in the location under Settings, Private Integrations, and set GHL_PRIVATE_TOKEN to it",
    },
  ]);
  expect(JSON.stringify(dead)).not.toContain("pit-dead");
  expect(readdirSync(folder)).toEqual(["no.env"]);
});

describe("key and store", () => {
  it("says that the store was written with another key, and adds none to it", async () => {
    await connect(environment());
    const findings = await diagnose(environment({ MASTER_KEY: OTHER_KEY }));
    expect(of(findings, "store").map(({ level }) => level)).toEqual(["ok", "problem"]);
    expect(of(findings, "store")[1]?.text).toMatch(/written with master key "[\w-]{8}"/u);
    expect(JSON.stringify(findings)).not.toContain(OTHER_KEY);
    expect(levels(await diagnose(environment()), "problem")).toEqual([]);
  });

  it("says that a key file is malformed, or gone", async () => {
    const { MASTER_KEY: _, ...generated } = environment();
    await connect(generated);
    const path = join(folder, "store.db.key");
    const key = readFileSync(path, "utf8");
    writeFileSync(path, "rubbish");
    const broken = await diagnose(generated);
    expect(of(broken, "key")[0]?.text).toContain("does not hold 32 bytes in base64");
    rmSync(path);
    const gone = await diagnose(generated);
    expect(of(gone, "key")[0]?.text).toContain("but its key file");
    expect(readdirSync(folder)).not.toContain("store.db.key");
    writeFileSync(path, key);
    expect(levels(await diagnose(generated), "problem")).toEqual([]);
  });

  it("says that the server of the store does not answer, without its password", async () => {
    const closed = await findFreePort();
    const STORAGE_URL = `postgres://someone:hunter2@127.0.0.1:${closed}/x`;
    const findings = await diagnose(environment({ STORAGE_URL }));
    expect(of(findings, "store").map(({ level }) => level)).toEqual(["problem"]);
    expect(of(findings, "store")[0]?.fix).toContain("STORAGE_URL");
    expect(JSON.stringify(findings)).not.toContain("hunter2");
  });
});

describe("network and port", () => {
  it("says that nothing listens at the API's address", async () => {
    const closed = await findFreePort();
    const findings = await diagnose(environment({ GHL_BASE_URL: `http://127.0.0.1:${closed}` }));
    expect(of(findings, "network")[0]?.text).toContain("refuses the connection");
    expect(of(findings, "app").at(-1)?.level).toBe("warning");
  });

  it("says that the clock is wrong, by how much and which way", async () => {
    const clock = { ...parts.clock, nowMs: () => parts.clock.nowMs() - 600_000 };
    const [, skew] = of(await diagnose(environment(), { clock }), "network");
    expect(skew?.text).toMatch(/^the clock of this machine is (?:599|600|601) s behind/u);
  });

  it("tells its own server on the port from another program", async () => {
    const session = await open(environment());
    await session.app.listen();
    const own = await diagnose(environment());
    expect(of(own, "port")[0]).toMatchObject({
      level: "ok",
      text: `this server runs on port ${port} now`,
    });
    const moved = await diagnose(
      environment({ PUBLIC_URL: "https://mcp.example.com", HOST: "127.0.0.1" }),
    );
    expect(of(moved, "port")[0]).toMatchObject({ level: "problem" });
    await session.close();

    const other = createServer((socket) => socket.destroy());
    cleanups.push(() => other.close());
    await new Promise<void>((resolve) => void other.listen(port, "127.0.0.1", resolve));
    const taken = await diagnose(environment());
    expect(of(taken, "port")[0]?.text).toContain(`port ${port} on 127.0.0.1 is in use`);
  });
});

describe("ghl-mcp doctor", () => {
  it("works with no settings at all, makes no file, and ends with 0", async () => {
    const cwd = mkdtempSync(join(folder, "empty-"));
    const result = await runCli(["doctor", "--port", String(port)], { cwd });
    expect([result.exitCode, result.stderr]).toEqual([0, ""]);
    expect(result.stdout).toContain("the built-in sandbox is used");
    expect(result.stdout).not.toContain("\u001B");
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("lists every wrong setting with what is right, as one line of JSON, and ends with 1", async () => {
    const env = { PORT: "80a", GHL_CLIENT_ID: "x", LOG_LEVEL: "loud" };
    const result = await runCli(["doctor", "--json"], { cwd: folder, env });
    expect(result.exitCode).toBe(1);
    expect(JSON.parse(result.stderr)).toMatchObject({
      error: { code: "problems_found", message: "3 problems were found", exitCode: 1 },
    });
    const { findings, problems } = JSON.parse(result.stdout) as {
      readonly problems: number;
      readonly findings: readonly Finding[];
    };
    expect(problems).toBe(3);
    expect(of(findings, "settings")).toContainEqual({
      check: "settings",
      level: "problem",
      text: 'PORT: "80a" is not a whole number',
      fix: "give a whole number from 1 to 65535",
    });
    expect(of(findings, "store")[0]?.text).toContain("not looked at");
  });
});
