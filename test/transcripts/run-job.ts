import { findOperation, listOperations } from "../../src/ghl/catalog/index.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { createFakeClock } from "../support/clock.ts";
import { createCountingRandom } from "../support/counting-random.ts";
import { obtainTokens } from "../support/interop-oauth.ts";
import { startApp } from "../support/running-app.ts";
import type { Job } from "./job.ts";
import { openSession, type Step } from "./session.ts";
import { openWorld } from "./world.ts";

/** A Monday morning in Portland, the day after the last of the sample data. */
const NOW_SECONDS = Date.UTC(2026, 10, 2, 16) / 1000;

const RATE_WINDOW_SECONDS = 10;

const ALL_SCOPES = [
  ...new Set(listOperations().flatMap(({ id }) => findOperation(id)?.scopes ?? [])),
];

/** What a job put through the context. */
export interface Transcript {
  readonly steps: readonly Step[];
  readonly listTokens: number;
}

/**
 * Does a job on a server and a sandbox of its own, with a grant that a person gave in the browser. Time
 * stands still and chance repeats itself, so that the numbers are the same in every run.
 */
export async function runJob(job: Job): Promise<Transcript> {
  const clock = createFakeClock(NOW_SECONDS);
  const sandbox = await startSandbox({ clock, random: createCountingRandom("sandbox") });
  const random = createCountingRandom("server");
  const running = await startApp({ clock, random, sandbox, config: { scopes: ALL_SCOPES } });
  try {
    // Whatever was arranged counts towards the rate limit; a little later it does not.
    const world = openWorld(sandbox, clock.nowMs() + RATE_WINDOW_SECONDS * 1000);
    const { access_token: token } = await obtainTokens(running, {
      signIn: {
        choose: job.grant === "one location" ? world.here : "company",
        consent: { access: "critical" },
      },
    });
    await job.arrange?.(world);
    clock.advance(RATE_WINDOW_SECONDS);
    world.forgetRequests();
    const session = await openSession(running, token, job.confirmation);
    try {
      await job.run(session, world);
      return { steps: session.steps, listTokens: session.listTokens };
    } finally {
      await session.close();
    }
  } finally {
    await running.close();
    await sandbox.close();
  }
}
