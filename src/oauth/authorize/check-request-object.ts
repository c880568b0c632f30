import { fail, ok, type Result } from "../../core/result.ts";
import type { OAuthFailure } from "../failure.ts";
import type { Parameters } from "../wire.ts";

/** Request objects are refused (RFC 9101 §6.3 codes), and `request_uri` is never fetched. */
export const checkRequestObject = (parameters: Parameters): Result<"none", OAuthFailure> => {
  if (parameters.request !== undefined) return fail({ kind: "request_not_supported" });
  if (parameters.request_uri !== undefined) return fail({ kind: "request_uri_not_supported" });
  return ok("none");
};
