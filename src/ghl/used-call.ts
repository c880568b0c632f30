import type { UsageFailure, UsedCall } from "../core/usage.ts";
import type { Operation } from "./catalog/operation.ts";
import type { GhlFailure } from "./errors.ts";
import type { TokenRequest } from "./ports.ts";

/** How an attempt ended, for whoever counts. */
export type AttemptOutcome = "ok" | "held_back" | GhlFailure["kind"];

/**
 * One attempt as it is counted: in the place whose budget it came from, so that the count stands beside
 * what is left of that budget.
 */
export const toUsedCall = (
  attempt: { readonly operation: Operation; readonly tokenRequest: TokenRequest },
  outcome: AttemptOutcome,
): UsedCall => {
  const { connectionId, locationId, tokenClass } = attempt.tokenRequest;
  return {
    connectionId,
    access: attempt.operation.class,
    locationId: tokenClass === "location" ? locationId : undefined,
    failure: outcome === "ok" ? undefined : FAILURES[outcome],
  };
};

const FAILURES = {
  held_back: "held_back",
  rate_limited: "rate_limited",
  aborted: "cancelled",
  unreachable: "failed",
  timeout: "failed",
  upstream_error: "failed",
  malformed_answer: "failed",
  blocked: "refused",
  token_rejected: "refused",
  missing_scope: "refused",
  wrong_token_class: "refused",
  version_rejected: "refused",
  route_unsupported: "refused",
  location_forbidden: "refused",
  duplicate_contact: "refused",
  bad_request: "refused",
  not_found: "refused",
  // what is found before anything is sent never gets here; were it counted, it would be a refusal
  unknown_operation: "refused",
  invalid_parameter: "refused",
  location_required: "refused",
  token: "refused",
} as const satisfies Readonly<Record<Exclude<AttemptOutcome, "ok">, UsageFailure>>;
