import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "vitest";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { type Answer, callTool, createAttackClient, resultOf } from "../support/attack-client.ts";
import { isNotInstalled, ownPostgres, ownRedis } from "../support/own-servers.ts";
import { startApp } from "../support/running-app.ts";
import { startWiretap } from "../support/wiretap.ts";

/** A store that goes away under load, in the very moment in which GoHighLevel has answered a refresh. */

/** A store that can be taken away and given back. */
interface FragileStore {
  readonly storageUrl: string;
  takeAway(): Promise<void>;
  giveBack(): Promise<void>;
  close(): Promise<void>;
}

const sqlite = {
  name: "SQLite",
  /** Another process that does not end its transaction: nobody can write. */
  start: async (): Promise<FragileStore> => {
    const folder = mkdtempSync(join(tmpdir(), "ghl-mcp-outage-"));
    const path = join(folder, "locked.db");
    let other: DatabaseSync | undefined;
    return {
      storageUrl: `sqlite:${path}`,
      takeAway: async () => {
        other = new DatabaseSync(path, { timeout: 5_000 });
        other.exec("BEGIN IMMEDIATE");
      },
      giveBack: async () => {
        other?.exec("ROLLBACK");
        other?.close();
      },
      close: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
  isMissing: false,
};

const servers = [ownPostgres, ownRedis].map((kind) => ({
  name: kind.name,
  start: async (): Promise<FragileStore> => {
    const server = await kind.start();
    return {
      storageUrl: server.url,
      takeAway: server.crash,
      giveBack: server.start,
      close: server.close,
    };
  },
  isMissing: isNotInstalled(kind),
}));

const isError = (answer: Answer): boolean => resultOf(answer)["isError"] === true;

/** What an answer says to whoever called. */
const toWords = (answer: Answer): string => {
  if (answer.status === 200) return isError(answer) ? answer.text : "works";
  return `${answer.status} ${String(answer.json?.["error"])} ${String(answer.headers.get("retry-after"))}`;
};

const MAY_BE_SAID =
  /^works$|^503 temporarily_unavailable 5$|the server cannot reach its store right now/u;

describe.concurrent("a store that goes away under load", () => {
  for (const kind of [sqlite, ...servers])
    it.skipIf(kind.isMissing)(
      `${kind.name}: gives clear errors, keeps the new tokens on disk, and goes on by itself`,
      { timeout: 120_000 },
      // Concurrent tests have an `expect` of their own.
      async ({ expect }) => {
        const wire = await startWiretap();
        const sandbox = await startSandbox();
        wire.setTarget(sandbox.baseUrl);
        const store = await kind.start();
        const running = await startApp({
          sandbox: { ...sandbox, baseUrl: wire.url },
          config: { storageUrl: store.storageUrl },
        });
        let isOver = false;
        let load: readonly Promise<void>[] = [];
        const spooled = (): readonly string[] => readdirSync(String(running.config.spoolDir));
        const refreshes = (): readonly number[] =>
          sandbox.control
            .requests()
            .filter((one) => one.grantType === "refresh_token")
            .map((one) => one.status);
        try {
          const { access_token } = await (await createAttackClient(running)).obtain();
          const call = (): Promise<Answer> =>
            callTool(running, access_token, { name: "search_contacts", arguments: { limit: 1 } });
          expect(toWords(await call())).toBe("works");

          // Load from before the outage until after it.
          const heard = new Set<string>();
          let answered = 0;
          load = Array.from({ length: 4 }, async () => {
            while (!isOver) {
              heard.add(toWords(await call()));
              answered += 1;
              await new Promise((resolve) => setTimeout(resolve, 20));
            }
          });

          const held = Promise.withResolvers<void>();
          const release = Promise.withResolvers<void>();
          wire.rewrite(async ({ path, body }) => {
            if (path !== "/oauth/token") return body;
            held.resolve();
            await release.promise;
            return body;
          });
          sandbox.control.expireAccessTokens();
          await held.promise;
          // GoHighLevel has used the old token up, and its answer is on the way.
          expect(refreshes()).toEqual([200]);
          await store.takeAway();
          release.resolve();
          const refused = call();
          await expect.poll(spooled, { timeout: 30_000 }).toHaveLength(1);
          // The write fails, and what it would have written stays on the disk.
          const failedWrites = (): number =>
            running.logLines.filter((line) => line.includes('"attempt":')).length;
          await expect.poll(failedWrites, { timeout: 60_000 }).toBeGreaterThan(0);
          // A server's refresh gives up; a locked file takes too long for that to be waited for.
          if (kind !== sqlite) expect(toWords(await refused)).toMatch(MAY_BE_SAID);
          expect(spooled()).toHaveLength(1);

          await store.giveBack();
          await expect.poll(async () => toWords(await call()), { timeout: 60_000 }).toBe("works");
          const before = answered;
          await expect.poll(() => answered, { timeout: 60_000 }).toBeGreaterThan(before + 8);
          isOver = true;
          await Promise.all(load);
          expect(toWords(await refused)).toMatch(MAY_BE_SAID);

          // The answer of before the outage is in the store: nobody had to refresh again or to sign in.
          expect(refreshes()).toEqual([200]);
          expect(spooled()).toEqual([]);
          expect(await running.app.upstream.listConnections()).toMatchObject([
            { status: "active" },
          ]);
          const [connection] = await running.app.upstream.listConnections();
          if (connection === undefined) throw new Error("no connection");
          expect(await running.app.upstream.refreshNow(connection.id)).toMatchObject({ ok: true });
          expect(refreshes()).toEqual([200, 200]);
          expect([...heard].filter((words) => !MAY_BE_SAID.test(words))).toEqual([]);
          expect(heard).toContain("works");
        } finally {
          isOver = true;
          await Promise.allSettled(load);
          await running.close();
          await store.close();
          await sandbox.close();
          await wire.close();
        }
      },
    );
});
