import { describe, expect, it } from "vitest";

import type { GhlFailure } from "../../../src/ghl/errors.ts";
import { decideRetry, type FailedAttempt } from "../../../src/ghl/retry.ts";

const OPERATIONS = {
  get: { method: "GET", class: "read", path: "/contacts/{contactId}" },
  search: { method: "POST", class: "read", path: "/contacts/search" },
  update: { method: "PUT", class: "write", path: "/contacts/{contactId}" },
  upsert: { method: "PUT", class: "write", path: "/ad-publishing/facebook/campaigns" },
  create: { method: "POST", class: "write", path: "/contacts/" },
  connect: { method: "GET", class: "write", path: "/social-media-posting/oauth/start" },
  remove: { method: "DELETE", class: "critical", path: "/contacts/{contactId}" },
  publish: { method: "PUT", class: "critical", path: "/payments/{id}" },
} as const satisfies Record<string, FailedAttempt["operation"]>;

const decide = (
  name: keyof typeof OPERATIONS,
  failure: GhlFailure,
  rest: Partial<FailedAttempt> = {},
) =>
  decideRetry({
    operation: OPERATIONS[name],
    failure,
    attempt: 1,
    elapsedMs: 0,
    deadlineMs: 30_000,
    jitter: 0.5,
    ...rest,
  });

const AMBIGUOUS: readonly GhlFailure[] = [
  { kind: "upstream_error", status: 502 },
  { kind: "timeout", timeoutMs: 1 },
  { kind: "unreachable", cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) },
];
const giveUp = { kind: "give_up" };

describe("after a failure that may have had its effect", () => {
  it("sends again what only reads, and a change of one record", () => {
    for (const failure of AMBIGUOUS) {
      for (const name of ["get", "search", "update"] as const) {
        expect([name, decide(name, failure).kind]).toEqual([name, "wait"]);
      }
    }
  });

  it("never sends again what creates, connects, deletes or is critical", () => {
    for (const failure of AMBIGUOUS) {
      for (const name of ["upsert", "create", "connect", "remove", "publish"] as const) {
        expect([name, decide(name, failure)]).toEqual([name, giveUp]);
      }
    }
  });
});

describe("after a failure that had no effect", () => {
  it("sends anything again: refused by 429, or never connected", () => {
    const refused = { kind: "unreachable", cause: { code: "ECONNREFUSED" } } as const;
    for (const name of Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]) {
      expect(decide(name, { kind: "rate_limited" }).kind).toBe("wait");
      expect(decide(name, refused).kind).toBe("wait");
    }
  });

  it("does not repeat what will be refused again", () => {
    const failures: readonly GhlFailure[] = [
      { kind: "not_found" },
      { kind: "blocked", status: 403 },
      { kind: "bad_request", status: 422, messages: [] },
      { kind: "malformed_answer", status: 200 },
      { kind: "upstream_error", status: 501 },
      { kind: "aborted" },
    ];
    for (const failure of failures) expect(decide("get", failure)).toEqual(giveUp);
  });
});

describe("the wait", () => {
  it("is random up to a bound that doubles with each attempt", () => {
    const failure = { kind: "upstream_error", status: 503 } as const;
    const waits = [1, 2, 3, 4].map((attempt) => decide("get", failure, { attempt }));
    expect(waits).toEqual([500, 1_000, 2_000, 4_000].map((waitMs) => ({ kind: "wait", waitMs })));
    expect(decide("get", failure, { jitter: 0 })).toEqual({ kind: "wait", waitMs: 0 });
  });

  it("is never shorter than the time that GoHighLevel named", () => {
    const failure = { kind: "rate_limited", retryAfterMs: 4_000 } as const;
    expect(decide("create", failure, { jitter: 0 })).toEqual({ kind: "wait", waitMs: 4_000 });
    expect(decide("create", failure, { jitter: 0.9 })).toEqual({ kind: "wait", waitMs: 4_450 });
  });

  it("ends at the deadline, and at five attempts", () => {
    const failure = { kind: "rate_limited", retryAfterMs: 4_000 } as const;
    expect(decide("get", failure, { elapsedMs: 26_000 })).toEqual(giveUp);
    expect(decide("get", failure, { deadlineMs: 4_000 })).toEqual(giveUp);
    expect(decide("get", failure, { attempt: 4 }).kind).toBe("wait");
    expect(decide("get", failure, { attempt: 5 })).toEqual(giveUp);
  });
});
