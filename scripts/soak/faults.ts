import type { SandboxFault } from "../../src/sandbox/sandbox.ts";
import type { Child } from "../measure/child.ts";

const status = (code: number): SandboxFault["how"] => ({
  kind: "status",
  status: code,
  body: `{"statusCode":${code},"message":"Try later"}`,
});

/** Refusals, failures, cuts, slow answers, those of the token endpoint too. */
export const FAULTS: readonly SandboxFault[] = [
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

/** Which faults, and how often one of them. */
export interface FaultPlan {
  readonly faults: readonly SandboxFault[];
  readonly everyMs: number;
}

/** Faults that are under way. */
export interface RunningFaults {
  count(): number;
  stop(): void;
}

/** Makes the sandbox misbehave in each way by turns, until it is stopped. */
export const startFaults = (sandbox: Child, { faults, everyMs }: FaultPlan): RunningFaults => {
  let count = 0;
  const timer = setInterval(() => {
    const fault = faults[count % faults.length];
    count += 1;
    // A sandbox that is gone is seen by the calls.
    if (fault !== undefined) void sandbox.ask("misbehave", fault).catch(() => undefined);
  }, everyMs);
  return { count: () => count, stop: () => clearInterval(timer) };
};
