import { fail, ok, type Result } from "../../core/result.ts";
import type { OAuthFailure } from "../failure.ts";
import type { Parameters } from "../wire.ts";

/** The response mode must be `query`, its default for codes. */
export const checkResponseMode = (parameters: Parameters): Result<"query", OAuthFailure> =>
  parameters.response_mode === undefined || parameters.response_mode === "query"
    ? ok("query")
    : fail({ kind: "parameter", parameter: "response_mode", problem: "unsupported" });
