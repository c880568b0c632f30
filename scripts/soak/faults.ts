import type { SandboxFault } from "../../src/sandbox/sandbox.ts";
import type { Child } from "../measure/child.ts";

/** In turn, one every so often: refusals, failures, cuts, slow answers, those of the token endpoint too. */
const FAULTS: readonly SandboxFault[] = [
  { pathPrefix: "/contacts", count: 4, how: status(429) },
  { pathPrefix: "/contacts", count: 3, how: status(500) },
  { pathPrefix: "/", count: 3, how: status(502) },
  { pathPrefix: "/contacts", count: 3, how: { kind: "cut" } },
  { pathPrefix: "/contacts", count: 5, how: { kind: "delay", delayMs: 1_500 } },
  { pathPrefix: "/contacts", count: 2, how: { kind: "lose_answer" } },
  { pathPrefix: "/oauth/token", count: 1, how: status(503) },
  { pathPrefix: "/oauth/token", count: 1, how: { kind: "delay", delayMs: 2_000 } },
  { pathPrefix: "/contacts", count: 1, how: { kind: "delay", delayMs: 40_000 } },
];

function status(code: number): SandboxFault["how"] {
  return { kind: "status", status: code, body: `{"statusCode":${code},"message":"Try later"}` };
}

const EVERY_MS = 3_000;

/** Makes the sandbox misbehave until the end; what comes back ends it. */
export const startFaults = (sandbox: Child): (() => number) => {
  let count = 0;
  const timer = setInterval(() => {
    const fault = FAULTS[count % FAULTS.length];
    count += 1;
    // A sandbox that is gone is seen by the calls.
    if (fault !== undefined) void sandbox.ask("misbehave", fault).catch(() => undefined);
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    return count;
  };
};
