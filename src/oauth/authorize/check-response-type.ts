import { fail, ok, type Result } from "../../core/result.ts";
import type { OAuthFailure } from "../failure.ts";
import { type Parameters, requireParameter } from "../wire.ts";

/** The response type must be `code` (RFC 6749 §3.1.1): tokens never travel in a redirect. */
export const checkResponseType = (parameters: Parameters): Result<"code", OAuthFailure> => {
  const type = requireParameter(parameters, "response_type");
  if (!type.ok) return type;
  return type.value === "code" ? ok("code") : fail({ kind: "unsupported_response_type" });
};
