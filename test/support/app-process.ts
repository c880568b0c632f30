import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Config } from "../../src/config/config.ts";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { COMPILE_CACHE } from "./compile-cache.ts";
import { startApp } from "./running-app.ts";

/** What a server in a process of its own is told. All of it can be written as JSON. */
export interface AppProcessOptions {
  readonly config: Pick<Config, "port" | "publicUrl" | "redirectUri" | "storageUrl">;
  readonly sandbox: Pick<RunningSandbox, "baseUrl" | "authorizeUrl" | "clientId" | "clientSecret">;
}

/** A server that runs in a process of its own. */
export interface AppProcess {
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Asks it to end, as a service manager does; gives its exit code. */
  stop(): Promise<number | null>;
}

/** Starts the server of {@link startApp} in a process of its own; resolves once it serves. */
export async function startAppProcess(options: AppProcessOptions): Promise<AppProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(import.meta.url), JSON.stringify(options)],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: process.env["PATH"] ?? "", NODE_COMPILE_CACHE: COMPILE_CACHE },
    },
  );
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const folder = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (chunk: Buffer) => resolve(dirname(chunk.toString().trim())));
    child.once("error", reject);
    child.once("close", () => reject(new Error("the server process ended before it served")));
  });
  return {
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
      return child.exitCode;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Only the parent above starts this file, with just these options.
  const { config, sandbox } = JSON.parse(process.argv[2] ?? "") as AppProcessOptions;
  const running = await startApp({ config, sandbox: sandbox as RunningSandbox });
  process.once("SIGTERM", () => void running.close());
  process.stdout.write(`${running.databasePath}\n`);
}
