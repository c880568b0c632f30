import type { AccessLevel, AreaId } from "../core/access.ts";
import type { LocationSummary } from "../core/connection.ts";
import type { OperationId } from "../core/ids.ts";
import type { GhlFailure } from "../ghl/errors.ts";

/** Why the location of a call could not be settled. Decided before GoHighLevel is asked anything. */
export type LocationFailure =
  | { readonly kind: "location_not_in_grant"; readonly given: string }
  | {
      readonly kind: "location_unclear";
      readonly given: string;
      /** Whether several locations have this very name; else none has. */
      readonly ambiguous: boolean;
      /** Locations of the grant that may be meant. */
      readonly candidates: readonly LocationSummary[];
    };

/** One argument that is wrong, and what would be right. */
export interface ArgumentProblem {
  /** Path of the argument, `tags.0` for the first tag; empty for the arguments as a whole. */
  readonly argument: string;
  readonly problem: string;
}

/** Everything that a tool call can fail with, apart from bugs. */
export type ToolFailure =
  | GhlFailure
  | LocationFailure
  | { readonly kind: "invalid_arguments"; readonly problems: readonly ArgumentProblem[] }
  | {
      readonly kind: "access_too_low";
      readonly tool: string;
      readonly needed: AccessLevel;
      readonly granted: AccessLevel;
    }
  | { readonly kind: "area_not_granted"; readonly tool: string; readonly area: AreaId }
  | OperationFailure
  | { readonly kind: "confirmation_invalid"; readonly reason: "unknown" | "changed" };

/** Why an operation is not run, whatever its arguments. Decided before GoHighLevel is asked anything. */
export type OperationFailure =
  | {
      readonly kind: "no_such_operation";
      readonly given: string;
      readonly closest: readonly string[];
    }
  | {
      readonly kind: "wrong_class";
      readonly operation: OperationId;
      readonly class: AccessLevel;
      /** The tool that runs operations of this class. */
      readonly tool: string;
    }
  | {
      readonly kind: "operation_out_of_reach";
      readonly operation: OperationId;
      /**
       * `tokens`: it answers with tokens of GoHighLevel. `company`: it needs an agency's connection and
       * all of its locations. `oauth`: it refuses private integration tokens.
       */
      readonly reason: "tokens" | "company" | "oauth";
    };
