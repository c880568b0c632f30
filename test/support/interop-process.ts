import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMPILE_CACHE } from "./compile-cache.ts";

const BROWSER_SCRIPT = fileURLToPath(new URL("interop-browser.ts", import.meta.url));

/** A place for programs that we did not write: an empty home, and a browser that signs in by itself. */
export interface InteropHome {
  readonly folder: string;
  /** The whole environment: nothing of the test's own but PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends every program that was started here, then removes the files. */
  close(): Promise<void>;
  /** Starts a Node program; `close` ends it if it has not ended by then. */
  start(script: string, args: readonly string[], env?: Record<string, string>): ChildProcess;
  /** Runs a Node program to its end, or kills it after `timeoutMs`. */
  run(
    script: string,
    args: readonly string[],
    options?: { readonly env?: Record<string, string>; readonly timeoutMs?: number },
  ): Promise<ProgramResult>;
}

/** How a program ended. */
export interface ProgramResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command of a package, by the address of its package.json. */
export function findBin(manifestUrl: string, command: string): string {
  const manifest = fileURLToPath(manifestUrl);
  const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { bin: Record<string, string> };
  return join(dirname(manifest), bin[command] ?? `no-command-${command}`);
}

/** Makes the place. Linux programs open `$BROWSER`, others `open` or `xdg-open` from the PATH. */
export function createInteropHome(): InteropHome {
  const folder = mkdtempSync(join(tmpdir(), "ghl-mcp-interop-"));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const name of ["browser", "open", "xdg-open"]) {
    const shim = join(bin, name);
    writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${BROWSER_SCRIPT}" "$@"\n`);
    chmodSync(shim, 0o755);
  }
  const env: InteropHome["env"] = {
    PATH: [bin, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    BROWSER: join(bin, "browser"),
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    NO_COLOR: "1",
  };
  const running = new Map<ChildProcess, Promise<void>>();

  const start: InteropHome["start"] = (script, args, extra = {}) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: folder,
      env: { ...env, ...extra },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const ended = new Promise<void>((resolve) => {
      child.once("error", () => resolve());
      child.once("close", () => resolve());
    }).then(() => void running.delete(child));
    running.set(child, ended);
    return child;
  };

  return {
    folder,
    env,
    start,
    run: async (script, args, { env: extra = {}, timeoutMs = 60_000 } = {}) => {
      const child = start(script, args, extra);
      child.stdin?.end();
      const killer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
      let stdout = "";
      let stderr = "";
      child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
      child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
      const exitCode = await new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
      });
      clearTimeout(killer);
      return { exitCode, stdout, stderr };
    },
    close: async () => {
      const children = [...running];
      for (const [child] of children) child.kill("SIGKILL");
      await Promise.all(children.map(([, ended]) => ended));
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
