import { type ChildProcess, spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Clock, systemClock, toEpochSeconds } from "../../src/core/clock.ts";
import { toConnectionId } from "../../src/core/ids.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { createProcessCourier } from "../../src/courier/spawn-courier.ts";
import { toSecret } from "../../src/core/secret.ts";
import { createKeyring } from "../../src/crypto/keyring.ts";
import { systemRandom } from "../../src/crypto/random.ts";
import { createHttpClient } from "../../src/net/undici-http-client.ts";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { openRecordStore } from "../../src/storage/open.ts";
import type { MaintainableStore } from "../../src/storage/maintainable-store.ts";
import { openSpoolFolder } from "../../src/storage/spool-folder.ts";
import { createUpstream, type UpkeptUpstream } from "../../src/upstream/create-upstream.ts";
import type { RefreshStep, RefreshTrace } from "../../src/upstream/refresh-trace.ts";
import { COMPILE_CACHE } from "./compile-cache.ts";

/** Which store, spool and GoHighLevel a crashing process works on. All of it can be written as JSON. */
export interface CrashPlace {
  readonly storageUrl: string;
  readonly spoolDir: string;
  readonly sandbox: Pick<RunningSandbox, "baseUrl" | "authorizeUrl" | "clientId" | "clientSecret">;
  /** Whether a process of its own carries each refresh, as in a server. */
  readonly hasCourier: boolean;
  /** How far the clock is ahead: past the lease of the process that was killed before. */
  readonly aheadMs: number;
}

/** What a crashing process does: first the proof that the connection works, then the refresh to die in. */
export interface CrashOrder {
  readonly place: CrashPlace;
  readonly connectionId: string;
  /** Refresh once more after the proof. */
  readonly andRefresh: boolean;
  /** Kill yourself at this step of that refresh. */
  readonly killAt?: RefreshStep;
}

/** A line of a crashing process. `works` is the proof: a refresh that GoHighLevel took. */
export type CrashLine =
  | { readonly kind: "proved"; readonly outcome: string }
  | { readonly kind: "step"; readonly step: RefreshStep }
  | { readonly kind: "refreshed"; readonly outcome: string };

const KEY = toSecret(Buffer.alloc(32, 5).toString("base64"));

/** The upstream of a process, on an open store. */
export const openCrashUpstream = async (
  place: CrashPlace,
  trace?: RefreshTrace,
): Promise<{ readonly upstream: UpkeptUpstream; readonly store: MaintainableStore }> => {
  const clock: Clock = {
    ...systemClock,
    nowMs: () => systemClock.nowMs() + place.aheadMs,
    nowSeconds: () => toEpochSeconds((systemClock.nowMs() + place.aheadMs) / 1000),
  };
  const store = await openRecordStore(place.storageUrl, { clock });
  const { baseUrl, authorizeUrl, clientId, clientSecret } = place.sandbox;
  const upstream = createUpstream({
    config: {
      environment: "sandbox",
      apiBaseUrl: baseUrl,
      authorizeUrl,
      clientId,
      clientSecret: toSecret(clientSecret),
      redirectUri: "http://localhost:8000/oauth/callback",
      scopes: ["contacts.readonly", "locations.readonly"],
    },
    store,
    keyring: createKeyring([KEY]),
    random: systemRandom,
    clock,
    http: createHttpClient(),
    log: silentLogger,
    spool: openSpoolFolder(place.spoolDir, { log: silentLogger }),
    ...(place.hasCourier
      ? { courier: createProcessCourier({ spoolDir: place.spoolDir, log: silentLogger }) }
      : {}),
    ...(trace === undefined ? {} : { trace }),
  });
  await upstream.upkeep.restore();
  return { upstream, store };
};

/** A process that was started to be killed. */
export interface CrashProcess {
  /** Ends it at once, as a power cut would; resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves with everything that it said once it is gone, and its courier too. */
  readonly lines: Promise<readonly CrashLine[]>;
}

/** Starts a process with an order; `onLine` hears its lines as they come. */
export const startCrashProcess = (
  order: CrashOrder,
  onLine: (line: CrashLine) => void = () => undefined,
): CrashProcess => {
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(import.meta.url), JSON.stringify(order)],
    {
      // Its courier has its standard error too, so that this one is over when both are.
      stdio: ["ignore", "pipe", "pipe"],
      // Hundreds of processes with the same modules: compiled once.
      env: {
        PATH: process.env["PATH"] ?? "",
        NODE_COMPILE_CACHE: COMPILE_CACHE,
      },
    },
  );
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const lines: CrashLine[] = [];
  const { stdout } = child;
  child.stderr?.on("data", (chunk: Buffer) => process.stderr.write(chunk));
  if (stdout === null) throw new Error("the process has no output");
  createInterface({ input: stdout }).on("line", (text) => {
    const line = JSON.parse(text) as CrashLine;
    lines.push(line);
    onLine(line);
  });
  return {
    kill: () => {
      child.kill("SIGKILL");
      return exited;
    },
    lines: new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", () => resolve(lines));
    }),
  };
};

const run = async ({ place, connectionId, andRefresh, killAt }: CrashOrder): Promise<void> => {
  // Written at once and whole: what a killed process said last is what it did last.
  const say = (line: CrashLine): void => {
    writeSync(1, `${JSON.stringify(line)}\n`);
  };
  let isArmed = false;
  const { upstream, store } = await openCrashUpstream(place, {
    reached: (step) => {
      if (!isArmed) return;
      say({ kind: "step", step });
      if (step === killAt) process.kill(process.pid, "SIGKILL");
    },
  });
  const refresh = async (): Promise<string> => {
    const outcome = await upstream.refreshNow(toConnectionId(connectionId));
    return outcome.ok ? "works" : outcome.failure.kind;
  };
  say({ kind: "proved", outcome: await refresh() });
  if (andRefresh) {
    isArmed = true;
    say({ kind: "refreshed", outcome: await refresh() });
  }
  await upstream.upkeep.stop();
  await store.close();
  process.exit(0);
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Only the parent above starts this file, with just this order.
  await run(JSON.parse(process.argv[2] ?? "") as CrashOrder);
}
