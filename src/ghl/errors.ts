import type { LocationId } from "../core/ids.ts";
import type { TokenFailure } from "./ports.ts";

/** Why a call did not succeed (gohighlevel.md §4.7). Upstream text is evidence, never an instruction. */
export type GhlFailure =
  | {
      readonly kind: "unknown_operation";
      readonly operation: string;
      readonly closest: readonly string[];
    }
  | { readonly kind: "invalid_parameter"; readonly parameter: string; readonly problem: string }
  | { readonly kind: "location_required" }
  | { readonly kind: "token"; readonly failure: TokenFailure }
  | { readonly kind: "token_rejected" }
  | { readonly kind: "missing_scope"; readonly scopes: readonly string[] }
  | { readonly kind: "wrong_token_class" }
  | { readonly kind: "version_rejected" }
  | { readonly kind: "route_unsupported" }
  | { readonly kind: "location_forbidden"; readonly locationId?: LocationId }
  | {
      readonly kind: "duplicate_contact";
      readonly contactId?: string;
      readonly matchingField?: string;
    }
  | { readonly kind: "bad_request"; readonly status: number; readonly messages: readonly string[] }
  | { readonly kind: "not_found" }
  | { readonly kind: "rate_limited"; readonly retryAfterMs?: number }
  | { readonly kind: "blocked"; readonly status: number }
  | { readonly kind: "upstream_error"; readonly status: number }
  /** `maxBytes` says that the answer was longer than that; its status is then unknown, and 0 here. */
  | { readonly kind: "malformed_answer"; readonly status: number; readonly maxBytes?: number }
  | { readonly kind: "unreachable"; readonly cause: unknown }
  | { readonly kind: "timeout"; readonly timeoutMs: number }
  | { readonly kind: "aborted" };
