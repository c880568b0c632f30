import { z } from "zod";
import { tryParseJson } from "../../core/json.ts";
import { type EpochSeconds, toEpochSeconds } from "../../core/clock.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { AssertionProblem } from "../failure.ts";
import { SIGNING_ALGORITHMS } from "./client-keys.ts";

/** The only `client_assertion_type` there is (RFC 7523 §2.2). */
export const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** How far ahead an assertion may end: it is made for one request. */
const MAX_LIFE_SECONDS = 300;
const CLOCK_SKEW_SECONDS = 30;

// Whatever is not listed is not read: `jwk`, `jku`, `x5u` and `x5c` name keys of the sender's choice.
const headerSchema = z.object({
  alg: z.enum(SIGNING_ALGORITHMS),
  kid: z.string().max(512).optional(),
  // Other kinds of token that the client signs with the same key must not serve as assertions.
  typ: z
    .string()
    .regex(/^(?:application\/)?(?:jwt|client-authentication\+jwt)$/i)
    .optional(),
  crit: z.undefined().optional(),
});

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string()).min(1).max(5)]),
  exp: z.number(),
  nbf: z.number().optional(),
  iat: z.number().optional(),
  jti: z.string().min(1).max(512),
});

/** The header of an assertion as far as it is looked at. */
export type AssertionHeader = Readonly<z.infer<typeof headerSchema>>;

/** The header of an assertion; undefined if it is no JWT of an accepted algorithm. Nothing is proven. */
export const readAssertionHeader = (assertion: string): AssertionHeader | undefined => {
  const parts = assertion.split(".");
  const parsed = headerSchema.safeParse(decodePart(parts[0]));
  return parsed.success && parts.length === 3 ? parsed.data : undefined;
};

/** Whom an assertion claims to come from. Nothing is proven. */
export const readAssertionSubject = (assertion: string): string | undefined => {
  const parsed = z.object({ sub: z.string() }).safeParse(decodePart(assertion.split(".")[1]));
  return parsed.success ? parsed.data.sub : undefined;
};

/** What a sound assertion is remembered by, so that it works once. */
export interface SoundAssertion {
  readonly jti: string;
  /** When nobody could use it any more. */
  readonly endsAt: EpochSeconds;
}

/**
 * Judges the claims of an assertion whose signature is good (RFC 7523 §3, OIDC Core §9): from the
 * client, about the client, for this server alone, for a few minutes, with a `jti`. An assertion that
 * also names another audience is refused: that one could have sent it here. Pure.
 */
export const checkAssertionClaims = (
  payload: Uint8Array,
  expected: {
    readonly clientId: string;
    readonly audiences: readonly string[];
    readonly now: EpochSeconds;
  },
): Result<SoundAssertion, AssertionProblem> => {
  const parsed = claimsSchema.safeParse(tryParseJson(Buffer.from(payload).toString("utf8")));
  if (!parsed.success) return fail("claims");
  const { iss, sub, aud, exp, nbf, iat, jti } = parsed.data;
  if (iss !== expected.clientId || sub !== expected.clientId) return fail("issuer");
  const audiences = typeof aud === "string" ? [aud] : aud;
  if (!audiences.every((one) => expected.audiences.includes(one))) return fail("audience");
  const earliest = expected.now - CLOCK_SKEW_SECONDS;
  const latest = expected.now + CLOCK_SKEW_SECONDS;
  if (exp <= earliest) return fail("expired");
  if (exp > latest + MAX_LIFE_SECONDS) return fail("too_long");
  if ((nbf ?? 0) > latest || (iat ?? 0) > latest) return fail("not_yet");
  return ok({ jti, endsAt: toEpochSeconds(Math.ceil(exp) + CLOCK_SKEW_SECONDS + 1) });
};

const decodePart = (part: string | undefined): unknown =>
  tryParseJson(Buffer.from(part ?? "", "base64url").toString("utf8"));
