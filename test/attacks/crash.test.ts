import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, it } from "vitest";
import { randomInt } from "node:crypto";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import type { RefreshStep } from "../../src/upstream/refresh-trace.ts";
import { findMissing, postgres, redis, sqlite, type StorePlace } from "../contract/store-places.ts";
import {
  type CrashLine,
  type CrashPlace,
  openCrashUpstream,
  startCrashProcess,
} from "../support/crash-child.ts";
import { type Wiretap, startWiretap } from "../support/wiretap.ts";
import { chooseAtSandbox } from "../unit/upstream/upstream-rig.ts";

/**
 * Processes are killed in the middle of a refresh, and the next one must find a refresh token that works.
 * CRASH_ROUNDS says how often for each step and store (1 unless given); docs/storage.md has the command.
 */

const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? "1");
const PAST_THE_LEASE_MS = 31_000;

/** How a process ends in a refresh: at a step, while the answer is on its way, or at any moment. */
type Death = RefreshStep | "answer_on_its_way" | "answer_lost" | "any_moment";

const DEATHS: readonly Death[] = [
  "before_lease",
  "lease_taken",
  "request_sent",
  "answer_on_its_way",
  "answer_lost",
  "answer_received",
  "answer_spooled",
  "before_store_write",
  "store_written",
  "spool_emptied",
  "before_lease_release",
  "lease_released",
  "any_moment",
];

/** What a death may come to. */
interface Tally {
  rounds: number;
  works: number;
  /** A new sign-in is asked for, and GoHighLevel's answer never reached the process. */
  neverArrived: number;
  /** A new sign-in is asked for, and the answer was in memory and not on the disk yet. */
  inMemoryOnly: number;
  /** A new sign-in is asked for although the answer was on the disk; or something else. */
  lost: number;
}

const missing = await findMissing();
const report: { store: string; death: Death; tally: Tally }[] = [];

afterAll(() => {
  const head = "store         killed at             rounds  works  never arrived  in memory  lost";
  const rows = report.map(({ store, death, tally }) =>
    [
      store.padEnd(13),
      death.padEnd(20),
      String(tally.rounds).padStart(7),
      String(tally.works).padStart(6),
      String(tally.neverArrived).padStart(14),
      String(tally.inMemoryOnly).padStart(10),
      String(tally.lost).padStart(5),
    ].join(" "),
  );
  process.stderr.write(`\n${[head, ...rows].join("\n")}\n\n`);
});

/** The deaths in which it matters who carries the refresh. */
const CARRIED: readonly Death[] = [
  "request_sent",
  "answer_on_its_way",
  "answer_lost",
  "answer_received",
  "answer_spooled",
  "before_store_write",
  "any_moment",
];

const setups = [
  { kind: sqlite, hasCourier: true, deaths: DEATHS },
  { kind: postgres, hasCourier: true, deaths: DEATHS },
  { kind: redis, hasCourier: true, deaths: DEATHS },
  // Where no process can be started for a refresh, or all of a machine's processes die together.
  { kind: sqlite, hasCourier: false, deaths: CARRIED },
];

for (const { kind, hasCourier, deaths } of setups)
  describe.skipIf(missing.has(kind))(
    `processes killed in a refresh on ${kind.name}, ${hasCourier ? "with" : "without"} a courier`,
    () => {
      let folder: string;
      let place: StorePlace;
      let sandbox: RunningSandbox;
      let wire: Wiretap;
      let aheadMs = 0;

      beforeEach(async () => {
        folder = mkdtempSync(join(tmpdir(), "ghl-mcp-crash-"));
        place = await kind.makePlace();
        wire = await startWiretap();
        sandbox = await startSandbox();
        wire.setTarget(sandbox.baseUrl);
      });
      afterEach(async () => {
        await wire.close();
        await sandbox.close();
        await place.dispose();
        rmSync(folder, { recursive: true, force: true });
      });

      const here = (): CrashPlace => ({
        storageUrl: place.url,
        spoolDir: join(folder, "spool"),
        sandbox: {
          baseUrl: wire.url,
          authorizeUrl: sandbox.authorizeUrl,
          clientId: sandbox.clientId,
          clientSecret: sandbox.clientSecret,
        },
        hasCourier,
        aheadMs: (aheadMs += PAST_THE_LEASE_MS),
      });

      /** A person signs in (again), in a process of its own. */
      const signIn = async (): Promise<string> => {
        const { upstream, store } = await openCrashUpstream(here());
        const { authorizeUrl, cookie } = await upstream.startLogin({ kind: "sign_in" });
        const login = await upstream.completeLogin({
          query: await chooseAtSandbox(authorizeUrl, {
            choice: sandbox.locations[0]?.id ?? "",
            decision: "allow",
          }),
          cookies: new Map([[cookie.name, cookie.value]]),
        });
        await store.close();
        if (!login.ok) throw new Error(`the sign-in failed: ${login.failure.kind}`);
        return login.value.connection.id;
      };

      /** Starts a process that proves the connection and dies in its next refresh; what it said. */
      const die = async (connectionId: string, death: Death): Promise<readonly CrashLine[]> => {
        const isOutside = death === "answer_on_its_way" || death === "any_moment";
        const doomed = startCrashProcess(
          {
            place: here(),
            connectionId,
            andRefresh: true,
            ...(isOutside || death === "answer_lost" ? {} : { killAt: death }),
          },
          (line) => {
            if (line.kind === "step" && line.step === "before_lease") {
              if (death === "any_moment") {
                // About as long as a refresh takes on a machine that has nothing else to do.
                setTimeout(() => void doomed.kill(), randomInt(0, hasCourier ? 300 : 40));
              }
              if (death === "answer_on_its_way") {
                // GoHighLevel has answered, and the answer is delivered after the process is gone.
                wire.rewrite(async ({ path, body }) => {
                  if (path === "/oauth/token") await doomed.kill();
                  return body;
                });
              }
            }
          },
        );
        if (death === "answer_lost") loseTheSecondAnswer();
        const lines = await doomed.lines;
        wire.rewrite(({ body }) => body);
        return lines;
      };

      /** The answer to the proof arrives, the next one is lost on the way. */
      const loseTheSecondAnswer = (): void => {
        let answers = 0;
        wire.rewrite(({ path, body }) => {
          if (path === "/oauth/token" && (answers += 1) === 2) throw new Error("lost on the way");
          return body;
        });
      };

      const count = (tally: Tally, outcome: string, said: readonly CrashLine[]): void => {
        tally.rounds += 1;
        const steps = said.flatMap((line) => (line.kind === "step" ? [line.step] : []));
        if (outcome === "works") tally.works += 1;
        else if (outcome !== "needs_reauth") tally.lost += 1;
        else if (!steps.includes("answer_received")) tally.neverArrived += 1;
        else if (!steps.includes("answer_spooled")) tally.inMemoryOnly += 1;
        else tally.lost += 1;
      };

      it(
        "U10: leave a refresh token that works, unless GoHighLevel's answer never arrived",
        { timeout: 60_000 + ROUNDS * 120_000 },
        // Concurrent tests have an `expect` of their own.
        async ({ expect }) => {
          let connectionId = await signIn();
          const tallies = new Map<Death, Tally>(
            deaths.map((death) => [
              death,
              { rounds: 0, works: 0, neverArrived: 0, inMemoryOnly: 0, lost: 0 },
            ]),
          );
          const rounds = Array.from({ length: ROUNDS }, () => deaths).flat();
          let previous: { death: Death; said: readonly CrashLine[] } | undefined;
          for (const death of [...rounds, undefined]) {
            // The next process judges what the one before left behind.
            const said: readonly CrashLine[] =
              death === undefined
                ? await startCrashProcess({ place: here(), connectionId, andRefresh: false }).lines
                : await die(connectionId, death);
            const proof = said.find((line) => line.kind === "proved")?.outcome ?? "said nothing";
            if (previous === undefined) expect(proof).toBe("works");
            else {
              const tally = tallies.get(previous.death);
              if (tally !== undefined) count(tally, proof, previous.said);
            }
            if (proof !== "works") connectionId = await signIn();
            // A process whose proof failed had nothing to refresh: its own death is not one of a refresh.
            previous = death === undefined || proof !== "works" ? undefined : { death, said };
            if (previous === undefined && death !== undefined) {
              const again = await die(connectionId, death);
              previous = { death, said: again };
            }
          }
          for (const [death, tally] of tallies) {
            report.push({ store: hasCourier ? kind.name : `${kind.name}, alone`, death, tally });
          }
          const all = [...tallies];
          expect(all.filter(([, tally]) => tally.lost > 0)).toEqual([]);
          expect(all.map(([, tally]) => tally.rounds)).toEqual(deaths.map(() => ROUNDS));
          // Only these can cost a sign-in; every other one must leave a connection that works.
          const mayCost: readonly Death[] = hasCourier
            ? ["answer_lost"]
            : ["answer_lost", "answer_on_its_way", "answer_received", "any_moment"];
          for (const [death, tally] of all) {
            if (!mayCost.includes(death)) expect([death, tally.works]).toEqual([death, ROUNDS]);
          }
        },
      );
    },
  );
