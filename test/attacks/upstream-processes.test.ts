import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { type AppProcess, startAppProcess } from "../support/app-process.ts";
import {
  type Answer,
  type AttackClient,
  callTool,
  createAttackClient,
  resultOf,
  toAttackClient,
} from "../support/attack-client.ts";
import { createFakeClock } from "../support/clock.ts";
import { findFreePort } from "../support/free-port.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { findMissing, postgres, redis, sqlite } from "../contract/store-places.ts";
import { startWiretap, type Wiretap } from "../support/wiretap.ts";

/** Servers in processes of their own, on one store, in front of one GoHighLevel. */

let folder: string;
let sandbox: RunningSandbox;
let wire: Wiretap;
let storageUrl: string;
const cleanUp: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-processes-"));
  storageUrl = `sqlite:${join(folder, "shared.db")}`;
  wire = await startWiretap();
  sandbox = await startSandbox();
  wire.setTarget(sandbox.baseUrl);
});
afterEach(async () => {
  for (const end of cleanUp.splice(0).toReversed()) await end();
  await wire.close();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Instance {
  /** Where this very process is reached. */
  readonly publicUrl: string;
  readonly process: AppProcess;
}

/** Starts a process that serves under `publicUrl` of the first one. */
async function startInstance(first?: Instance): Promise<Instance> {
  const port = await findFreePort();
  const own = `http://localhost:${port}`;
  const publicUrl = first?.publicUrl ?? own;
  const { authorizeUrl, clientId, clientSecret } = sandbox;
  const process = await startAppProcess({
    config: { port, publicUrl, redirectUri: `${publicUrl}/oauth/callback`, storageUrl },
    sandbox: { baseUrl: wire.url, authorizeUrl, clientId, clientSecret },
  });
  cleanUp.push(() => process.kill());
  return { publicUrl: own, process };
}

const search = (publicUrl: string, token: string): Promise<Answer> =>
  callTool({ publicUrl }, token, { name: "search_contacts", arguments: { limit: 1 } });

const isError = (answer: Answer): boolean => resultOf(answer)["isError"] === true;

const refreshStatuses = (): readonly number[] =>
  sandbox.control
    .requests()
    .filter((one) => one.grantType === "refresh_token")
    .map((one) => one.status);

const missing = await findMissing();

for (const kind of [sqlite, postgres, redis])
  describe.skipIf(missing.has(kind))(`on ${kind.name}`, () => {
    it(
      "U09: 50 parallel calls on three processes with an expired token make one refresh, and all succeed",
      { timeout: 60_000 },
      async () => {
        const place = await kind.makePlace();
        cleanUp.push(() => place.dispose());
        storageUrl = place.url;
        const one = await startInstance();
        const others = await Promise.all([startInstance(one), startInstance(one)]);
        const instances = [one, ...others];
        const tokens = await (await createAttackClient(one)).obtain();
        // Fewer in the second round: a hundred calls would have to wait for GoHighLevel's limit.
        for (const [round, count] of [50, 12].entries()) {
          sandbox.control.expireAccessTokens();
          const answers = await Promise.all(
            Array.from({ length: count }, (_, call) =>
              search(instances[call % 3]?.publicUrl ?? "", tokens.access_token),
            ),
          );
          expect(answers.map((answer) => answer.status)).toEqual(Array(count).fill(200));
          expect(answers.filter(isError)).toEqual([]);
          expect(refreshStatuses()).toEqual(Array(round + 1).fill(200));
        }
      },
    );
  });

it(
  "F03: 20 concurrent refreshes of one token on two processes all get one successor",
  { timeout: 60_000 },
  async () => {
    const one = await startInstance();
    const two = await startInstance(one);
    const client = await createAttackClient(one);
    const there = toAttackClient({ publicUrl: two.publicUrl }, client.registration);
    const { refresh_token } = await client.obtain();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, turn) =>
        (turn % 2 === 0 ? client : there).refresh(refresh_token),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(isError(await search(two.publicUrl, String(answers[0]?.json?.["access_token"])))).toBe(
      false,
    );
  },
);

it(
  "U10: a process killed between GoHighLevel's rotation and its own write holds nobody else up",
  { timeout: 60_000 },
  async () => {
    const doomed = await startInstance();
    const client: AttackClient = await createAttackClient(doomed);
    const [mine, theirs] = sandbox.locations;
    const lost = await client.obtain({ choose: mine?.id ?? "" });
    const unharmed = await client.obtain({ choose: theirs?.id ?? "" });
    // The survivor's clock starts now and is moved by hand, so that nobody waits for the lease.
    const clock = createFakeClock(Math.floor(Date.now() / 1000));
    const survivor: RunningApp = await startApp({
      clock,
      sandbox: { ...sandbox, baseUrl: wire.url },
      config: {
        publicUrl: doomed.publicUrl,
        redirectUri: `${doomed.publicUrl}/oauth/callback`,
        storageUrl,
      },
    });
    cleanUp.push(() => survivor.close());
    const there = `http://localhost:${survivor.config.port}`;

    sandbox.control.expireAccessTokens();
    const rotated = Promise.withResolvers<void>();
    wire.rewrite(({ path, body }) => {
      if (path !== "/oauth/token") return body;
      rotated.resolve();
      // The answer never arrives.
      return new Promise(() => undefined);
    });
    const call = search(doomed.publicUrl, lost.access_token).catch(() => undefined);
    await rotated.promise;
    await doomed.process.kill();
    await call;
    wire.rewrite(({ body }) => body);
    expect(refreshStatuses()).toEqual([200]);

    // Others are served at once; this one has to wait until the lease has run out.
    expect(isError(await search(there, unharmed.access_token))).toBe(false);
    const sleeping = clock.sleeping();
    const waiting = search(there, lost.access_token);
    // The refresh that looks for the other's tokens.
    await clock.whenSleeping(sleeping + 1);
    clock.advance(15);
    expect(isError(await waiting)).toBe(true);
    expect(refreshStatuses()).toEqual([200, 200]);

    clock.advance(45);
    for (let turn = 0; turn < 3; turn += 1) {
      expect(isError(await search(there, lost.access_token))).toBe(true);
    }
    // One try with the old token, refused, and none after it: the person is asked to connect again.
    expect(refreshStatuses()).toEqual([200, 200, 400]);
    const statuses = (await survivor.app.upstream.listConnections()).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(["active", "needs_reauth"]);
    expect(isError(await search(there, unharmed.access_token))).toBe(false);
  },
);
