import type { AccessLevel } from "../../src/core/access.ts";
import { findOperation, listOperations } from "../../src/ghl/catalog/index.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { createFakeClock } from "../support/clock.ts";
import { createCountingRandom } from "../support/counting-random.ts";
import { obtainTokens } from "../support/interop-oauth.ts";
import { startApp } from "../support/running-app.ts";
import type { Job } from "./job.ts";
import { openSession, type Session, type Step } from "./session.ts";
import { openWorld, type World } from "./world.ts";

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

/** A server and a sandbox of their own. */
export interface JobServer {
  readonly world: World;
  /** Connects with a grant that a person gives in the browser. */
  open(as: Pick<Job, "grant" | "confirmation">, access?: AccessLevel): Promise<Session>;
  /** Lets time go on; otherwise it stands still. */
  pass(seconds: number): void;
  close(): Promise<void>;
}

/** Starts both. Time stands still and chance repeats itself: the numbers are the same in every run. */
export async function startJobServer(): Promise<JobServer> {
  const clock = createFakeClock(NOW_SECONDS);
  const sandbox = await startSandbox({ clock, random: createCountingRandom("sandbox") });
  const random = createCountingRandom("server");
  const running = await startApp({ clock, random, sandbox, config: { scopes: ALL_SCOPES } });
  const world = openWorld(sandbox, clock);
  return {
    world,
    open: async ({ grant, confirmation }, access = "critical") => {
      const choose = grant === "one location" ? world.here : "company";
      const { access_token: token } = await obtainTokens(running, {
        signIn: { choose, consent: { access } },
      });
      return openSession(running, token, confirmation);
    },
    pass: clock.advance,
    close: async () => {
      await running.close();
      await sandbox.close();
    },
  };
}

/** Does a job on a server of its own. */
export async function runJob(job: Job): Promise<Transcript> {
  const server = await startJobServer();
  try {
    const { world } = server;
    await job.arrange?.(world);
    // Whatever was arranged counts towards the rate limit; a little later it does not.
    server.pass(RATE_WINDOW_SECONDS);
    const session = await server.open(job);
    world.forgetRequests();
    try {
      await job.run(session, world);
      return { steps: session.steps, listTokens: session.listTokens };
    } finally {
      await session.close();
    }
  } finally {
    await server.close();
  }
}
