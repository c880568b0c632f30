import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { findFreePort } from "./free-port.ts";

/** A server of a store that belongs to one test, which takes it away and gives it back. */
export interface OwnServer {
  readonly url: string;
  /** Ends the server as a crash would: nothing is finished, connections break. */
  crash(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

/** A kind of server, and whether its program is installed. */
export interface OwnServerKind {
  readonly name: string;
  readonly program: string | undefined;
  start(): Promise<OwnServer>;
}

const inPath = (name: string): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

const POSTGRES_HOME = "/usr/lib/postgresql";

const findPostgres = (name: string): string | undefined => {
  const versions = existsSync(POSTGRES_HOME) ? readdirSync(POSTGRES_HOME).toSorted() : [];
  const paths = versions.map((version) => join(POSTGRES_HOME, version, "bin", name));
  return paths.findLast((path) => existsSync(path)) ?? inPath(name);
};

/** PostgreSQL refuses to run as root. */
const findServiceUser = (): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  const ask = (flag: string): number =>
    Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: ask("-u"), gid: ask("-g") };
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

/** A server from its program's start to its end. */
const runServer = async (options: {
  readonly folder: string;
  readonly port: number;
  readonly url: string;
  readonly signal: NodeJS.Signals;
  launch(): ChildProcess;
}): Promise<OwnServer> => {
  let child: ChildProcess | undefined;
  const crash = async (): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null) return;
    const ended = new Promise((resolve) => ending.once("close", resolve));
    ending.kill(options.signal);
    await ended;
  };
  const start = async (): Promise<void> => {
    const started = options.launch();
    child = started;
    while (!(await accepts(options.port))) {
      if (started.exitCode !== null) throw new Error(`the server of ${options.url} did not start`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await start();
  return {
    url: options.url,
    crash,
    start,
    close: async () => {
      await crash();
      rmSync(options.folder, { recursive: true, force: true });
    },
  };
};

/** PostgreSQL in a folder and on a port of its own. */
export const ownPostgres: OwnServerKind = {
  name: "PostgreSQL",
  program: findPostgres("postgres"),
  start: async () => {
    const user = findServiceUser();
    const folder = mkdtempSync(join(tmpdir(), "ghl-mcp-postgres-"));
    if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
    const data = join(folder, "data");
    const options = { ...user, cwd: folder, stdio: "ignore" as const, env: { LC_ALL: "C" } };
    execFileSync(
      findPostgres("initdb") ?? "initdb",
      ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "--no-instructions"],
      options,
    );
    const port = await findFreePort();
    const settings = ["listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`];
    return runServer({
      folder,
      port,
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      // "Immediate shutdown": what is not in the log is lost.
      signal: "SIGQUIT",
      launch: () =>
        spawn(
          findPostgres("postgres") ?? "postgres",
          ["-D", data, "-p", String(port), ...settings.flatMap((one) => ["-c", one])],
          options,
        ),
    });
  },
};

/** Redis in a folder and on a port of its own, with the settings that docs/storage.md asks for. */
export const ownRedis: OwnServerKind = {
  name: "Redis",
  program: inPath("redis-server"),
  start: async () => {
    const folder = mkdtempSync(join(tmpdir(), "ghl-mcp-redis-"));
    const port = await findFreePort();
    const settings = {
      port,
      bind: "127.0.0.1",
      dir: folder,
      appendonly: "yes",
      appendfsync: "always",
      save: "",
      "maxmemory-policy": "noeviction",
    };
    return runServer({
      folder,
      port,
      url: `redis://127.0.0.1:${port}/0`,
      signal: "SIGKILL",
      launch: () =>
        spawn(
          inPath("redis-server") ?? "redis-server",
          Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
          { stdio: "ignore" },
        ),
    });
  },
};

/** Whether the program of a kind is not installed: said loudly, and under CI a failure. */
export const isNotInstalled = ({ name, program }: OwnServerKind): boolean => {
  if (program !== undefined) return false;
  const text = `the program of ${name} is not installed`;
  if (process.env["CI"] !== undefined) throw new Error(`${text}, and CI must not skip its tests`);
  process.stderr.write(`\n*** SKIPPED: ${text}; an outage of it is NOT tested ***\n\n`);
  return true;
};
