import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { systemClock } from "../../src/core/clock.ts";
import {
  findMissing,
  postgres,
  redis,
  type StoreKind,
  type StorePlace,
} from "../contract/store-places.ts";
import {
  type AttackClient,
  callMcp,
  createAttackClient,
  openMcp,
} from "../support/attack-client.ts";
import { type AppProcess, startAppProcess } from "../support/app-process.ts";
import { readFrames } from "../support/event-stream.ts";
import { findFreePort } from "../support/free-port.ts";
import { findProgram, readDeployed, toNginxConfig } from "../support/proxies.ts";

const missing = await findMissing();
const nginx = findProgram("nginx");

/** nginx with the shipped configuration, without TLS: the client's way is plain on this machine. */
const writeNginx = (
  folder: string,
  { port, servers }: { readonly port: number; readonly servers: readonly [string, string] },
): void => {
  const [upstream = ""] = /upstream ghl_mcp \{.*?\n\}/su.exec(readDeployed("nginx.conf")) ?? [];
  const [location = ""] = /location \/ \{.*?\n {2}\}/su.exec(readDeployed("nginx.conf")) ?? [];
  const site = `${upstream} server { listen 127.0.0.1:${port}; ${location} }`
    .replaceAll("/etc/nginx/nginx-proxy.conf", join(folder, "nginx-proxy.conf"))
    .replace(":8001", `:${servers[0]}`)
    .replace(":8002", `:${servers[1]}`);
  writeFileSync(join(folder, "nginx-proxy.conf"), readDeployed("nginx-proxy.conf"));
  writeFileSync(join(folder, "nginx.conf"), toNginxConfig(folder, { site }));
};

/** The processes that a process has started. */
const childrenOf = (pid: number): readonly string[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");

const LIST = { method: "tools/list" };
const READ = { method: "tools/call", params: { name: "list_locations", arguments: {} } };

for (const kind of [postgres, redis])
  describe.skipIf(nginx === undefined || missing.has(kind))(
    `two instances on ${kind.name} behind nginx`,
    () => {
      let place: StorePlace;
      let sandbox: RunningSandbox;
      let folder: string;
      let proxy: ChildProcess;
      let port: number;
      let ports: readonly [number, number];
      const instances: AppProcess[] = [];
      let target: { readonly publicUrl: string };
      let client: AttackClient;

      const startInstance = async (index: 0 | 1): Promise<void> => {
        const { publicUrl } = target;
        const redirectUri = `${publicUrl}/oauth/callback`;
        const config = {
          port: ports[index],
          publicUrl,
          redirectUri,
          storageUrl: place.url,
        };
        instances[index] = await startAppProcess({ config, sandbox });
      };

      const startProxy = async (): Promise<void> => {
        writeNginx(folder, { port, servers: [`${ports[0]}`, `${ports[1]}`] });
        const args = ["-p", folder, "-c", join(folder, "nginx.conf")];
        proxy = spawn(nginx ?? "", args, { stdio: "ignore" });
        await vi.waitFor(() => fetch(`${target.publicUrl}/`), { timeout: 10_000, interval: 20 });
      };
      /** Gives nginx other servers, as docs/deployment.md has it; resolves when the old ones are let go. */
      const reloadProxy = async (servers: readonly [string, string]): Promise<void> => {
        const pid = proxy.pid ?? 0;
        const before = childrenOf(pid);
        writeNginx(folder, { port, servers });
        proxy.kill("SIGHUP");
        await vi.waitUntil(
          () => {
            const now = childrenOf(pid);
            return now.every((worker) => worker !== "" && !before.includes(worker));
          },
          { timeout: 20_000, interval: 20 },
        );
      };
      const stopProxy = async (): Promise<void> => {
        const ended = new Promise((resolve) => proxy.once("close", resolve));
        proxy.kill("SIGTERM");
        await ended;
      };

      beforeAll(async () => {
        folder = mkdtempSync(join(tmpdir(), "ghl-mcp-instances-"));
        [place, sandbox] = await Promise.all([
          makePlace(kind),
          startSandbox({ clock: systemClock }),
        ]);
        port = await findFreePort();
        ports = [await findFreePort(), await findFreePort()];
        target = { publicUrl: `http://localhost:${port}` };
        await startProxy();
        await Promise.all([startInstance(0), startInstance(1)]);
        client = await createAttackClient(target);
      }, 40_000);
      afterAll(async () => {
        await Promise.all(instances.map((instance) => instance.kill()));
        await stopProxy();
        await sandbox.close();
        await place.dispose();
        rmSync(folder, { recursive: true, force: true });
      });
      const makePlace = (one: StoreKind): Promise<StorePlace> => one.makePlace();

      it("signs in, lists, calls, refreshes and revokes, each step at the next instance", async () => {
        const tokens = await client.obtain();
        for (let turn = 0; turn < 4; turn += 1) {
          expect((await callMcp(target, tokens.access_token, LIST)).status).toBe(200);
          expect((await callMcp(target, tokens.access_token, READ, { era: "legacy" })).status).toBe(
            200,
          );
        }
        const fresh = await client.refresh(tokens.refresh_token);
        expect(fresh.status).toBe(200);
        const token = String(fresh.json?.["access_token"]);
        expect((await callMcp(target, token, READ)).text).toContain("Harbor Street Dental");
        await client.revoke(String(fresh.json?.["refresh_token"]));
        const statuses = async (): Promise<readonly number[]> => {
          const answers = [0, 1, 2, 3].map(() => callMcp(target, token, LIST));
          return (await Promise.all(answers)).map(({ status }) => status);
        };
        // The other instance may remember the token for half a second (ADR 49).
        await expect.poll(statuses, { timeout: 1_000, interval: 20 }).toEqual([401, 401, 401, 401]);
      });

      /** Listens four times, so that each instance has streams. */
      const listen = async (token: string): Promise<readonly Response[]> => {
        const params = { notifications: { resourcesListChanged: true } };
        const call = { method: "subscriptions/listen", params };
        const streams = await Promise.all([0, 1, 2, 3].map(() => openMcp(target, token, call)));
        expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
        return streams;
      };

      it("tells those who listen at either instance of changed lists within a second", async () => {
        const { access_token: token } = await client.obtain({ choose: "company" });
        const frames = (await listen(token)).map(readFrames);
        const next = async (): Promise<readonly unknown[]> =>
          (await Promise.all(frames.map((stream) => stream.next()))).map(
            ({ value }) => (value as Readonly<Record<string, unknown>> | undefined)?.["method"],
          );
        expect(new Set(await next())).toEqual(
          new Set(["notifications/subscriptions/acknowledged"]),
        );
        const [location] = sandbox.locations;
        const event = { companyId: sandbox.companyId, locationId: location?.id };
        const { body, headers } = sandbox.control.signWebhook({ type: "INSTALL", ...event });
        const changed = next();
        const answer = await fetch(`${target.publicUrl}/webhooks/ghl`, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body,
        });
        const answeredMs = performance.now();
        expect(answer.status).toBe(200);
        expect(new Set(await changed)).toEqual(new Set(["notifications/resources/list_changed"]));
        expect(performance.now() - answeredMs).toBeLessThan(1_000);
        await Promise.all(frames.map((stream) => stream.return(undefined)));
      });

      it("ends streams of a revoked grant in both instances within a second", async () => {
        const tokens = await client.obtain();
        const streams = await listen(tokens.access_token);
        const ends = streams.map((stream) =>
          stream.text().then(
            () => "ended",
            () => "cut",
          ),
        );
        await client.revoke(tokens.refresh_token);
        const answeredMs = performance.now();
        expect(await Promise.all(ends)).toEqual(["cut", "cut", "cut", "cut"]);
        expect(performance.now() - answeredMs).toBeLessThan(1_000);
      });

      /**
       * Calls without a pause while something happens; gives how the calls ended that failed, and those
       * that failed again when they were repeated once the instance was gone.
       */
      const underLoad = async (
        happens: (
          served: (count: number) => Promise<void>,
          during: (ending: Promise<unknown> | undefined) => Promise<unknown>,
        ) => Promise<void>,
      ) => {
        const { access_token: token } = await client.obtain();
        let isRunning = true;
        let calls = 0;
        let ending: Promise<unknown> | undefined;
        const failed: (number | "cut")[] = [];
        const uncured: (number | "cut")[] = [];
        const call = (): Promise<number | "cut"> =>
          // A connection that is kept could be closed by nginx in the moment that a call goes out.
          callMcp(target, token, READ, { headers: { connection: "close" } }).then(
            ({ status }) => status,
            () => "cut",
          );
        const load = Array.from({ length: 3 }, async () => {
          while (isRunning) {
            calls += 1;
            const status = await call();
            if (status === 200) continue;
            failed.push(status);
            await ending;
            const again = await call();
            if (again !== 200) uncured.push(again);
          }
        });
        const served = async (count: number): Promise<void> => {
          const goal = calls + count;
          await vi.waitUntil(() => calls > goal, { timeout: 20_000, interval: 10 });
        };
        await happens(served, async (end) => {
          ending = end;
          return end;
        });
        isRunning = false;
        await Promise.all(load);
        return { failed, uncured };
      };
      it("cures every failed call by one more while an instance is killed and started again", async () => {
        const { uncured } = await underLoad(async (served, during) => {
          await served(20);
          await during(instances[1]?.kill());
          await served(20);
          await startInstance(1);
          await served(20);
        });
        expect(uncured).toEqual([]);
      });

      it("loses no call while an instance is taken out, asked to end, and started again", async () => {
        const [first, second] = [`${ports[0]}`, `${ports[1]}`];
        const { failed } = await underLoad(async (served) => {
          await served(10);
          await reloadProxy([first, `${second} down`]);
          expect(await instances[1]?.stop()).toBe(0);
          await served(10);
          await startInstance(1);
          await reloadProxy([first, second]);
          await served(10);
        });
        expect(failed).toEqual([]);
      });
    },
  );
