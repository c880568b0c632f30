import { fail, ok, type Result } from "../../core/result.ts";
import type { OAuthFailure } from "../failure.ts";
import type { Parameters } from "../wire.ts";

/** Consent is always asked, so `prompt=none` cannot succeed (OpenID Connect Core §3.1.2.6). */
export const checkPrompt = (parameters: Parameters): Result<"consent", OAuthFailure> =>
  (parameters.prompt ?? "").split(" ").includes("none")
    ? fail({ kind: "login_required" })
    : ok("consent");
