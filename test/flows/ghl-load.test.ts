import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import type { LoadOrder, LoadResult } from "../unit/ghl/load-worker.ts";
import { createScaledClock } from "../unit/ghl/scaled-clock.ts";

/** Two scaled seconds pass in one real second, in the sandbox and in both processes. */
const FACTOR = 2;
const DURATION_MS = 39_000;
const LIMIT_PER_WINDOW = 100;
const WINDOW_MS = 10_000;

const worker = fileURLToPath(new URL("../unit/ghl/load-worker.ts", import.meta.url));
const startMs = Date.now();
let sandbox: RunningSandbox;

beforeAll(async () => {
  const clock = createScaledClock(startMs, FACTOR);
  sandbox = await startSandbox({ clock, enforceRateLimit: true });
});

afterAll(() => sandbox.close());

/** Starts a worker; what it gives, once it has loaded, offers the load and tells what came of it. */
const startWorker = (grants: LoadOrder["grants"]): Promise<() => Promise<LoadResult>> =>
  new Promise((resolve, reject) => {
    const locationId = sandbox.locations[0]?.id ?? "";
    const token = sandbox.privateTokens.get(locationId) ?? "";
    const child = fork(worker, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const result = Promise.withResolvers<LoadResult>();
    const fail = (error: Error): void => {
      reject(error);
      result.reject(error);
    };
    child.once("error", fail);
    child.once("exit", (code) => {
      fail(new Error(`the worker ended with ${code} before it told anything`));
    });
    child.once("message", () => {
      resolve(() => {
        child.once("message", (told) => {
          result.resolve(told as LoadResult);
        });
        const order = { baseUrl: sandbox.baseUrl, token, locationId, startMs, factor: FACTOR };
        child.send({ ...order, durationMs: DURATION_MS, grants });
        return result.promise;
      });
    });
  });

describe("two processes that offer five times the limit of one location", () => {
  it("use the limit, are hardly ever refused, and starve no grant", async () => {
    const workers = await Promise.all([
      startWorker({ greedy1: 20, modest1: 5 }),
      startWorker({ greedy2: 20, modest2: 5 }),
    ]);
    const grants = await Promise.all(workers.map((begin) => begin()));
    const tallies = Object.assign({}, ...grants) as LoadResult;
    const statuses = sandbox.control.requests().map(({ status }) => status);
    const succeeded = statuses.filter((status) => status === 200).length;
    const refused = statuses.filter((status) => status === 429).length;
    const windows = Math.ceil(DURATION_MS / WINDOW_MS);
    const possible = windows * LIMIT_PER_WINDOW;
    const mean = succeeded / Object.keys(tallies).length;
    console.info(
      `goodput ${succeeded} of ${possible} (${((100 * succeeded) / possible).toFixed(1)} %), ` +
        `refused with 429: ${refused}; by grant: ${Object.entries(tallies)
          .map(([grant, tally]) => `${grant} ${tally.succeeded} of ${tally.offered}`)
          .join(", ")}`,
    );

    expect(Object.values(tallies).reduce((sum, { offered }) => sum + offered, 0)).toBeGreaterThan(
      4.5 * (DURATION_MS / WINDOW_MS) * LIMIT_PER_WINDOW,
    );
    expect(succeeded).toBeGreaterThanOrEqual(0.9 * possible);
    expect(refused).toBeLessThanOrEqual(0.02 * statuses.length);
    for (const { succeeded: own } of Object.values(tallies)) {
      expect(own).toBeGreaterThanOrEqual(0.5 * mean);
    }
    // The load takes its time whatever the machine does; the start of two processes may add to it.
  }, 60_000);
});
