/** What a refusal of GoHighLevel means, read from its text. */
export type RefusalReason =
  | "location_inactive"
  | "invalid_client"
  | "redirect_mismatch"
  | "invalid_grant"
  | "invalid_token"
  | "other";

// GoHighLevel has no error codes worth the name: one status stands for many things and the sentence
// tells them apart (gohighlevel.md §4.2 and §4.7). The first match decides.
const REASONS: readonly (readonly [RefusalReason, RegExp])[] = [
  ["location_inactive", /location is not active/i],
  ["invalid_client", /invalid[_ ]client|unauthorized_client|client[_ ]?(id|secret|credential)/i],
  ["redirect_mismatch", /redirect/i],
  [
    "invalid_grant",
    /invalid[_ ]grant|refresh[_ ]token|authorization code|code (not found|expired)/i,
  ],
  [
    "invalid_token",
    /invalid jwt|jwt expired|token (is |has )?(expired|invalid)|invalid (access|private integration) token/i,
  ],
];

/** Reads the reason from a refusal's body: JSON of any of GoHighLevel's shapes, or plain text. */
export const toRefusalReason = (body: string): RefusalReason => {
  const text = body.slice(0, 4096);
  return REASONS.find(([, pattern]) => pattern.test(text))?.[0] ?? "other";
};

/**
 * Whether a token endpoint refused a form because it has no parameter `code_verifier`. A verifier that
 * it knows and finds wrong must never count as that, or a foreign code would be tried without.
 */
export const isVerifierUnknown = (status: number, body: string): boolean =>
  (status === 400 || status === 422) && UNKNOWN_VERIFIER.test(body.slice(0, 4096));

const UNKNOWN_VERIFIER =
  /(?:property|parameter|field)s?:? ["'`\\]*code_?verifier["'`\\]* (?:should not exist|is not allowed|is (?:unknown|unsupported|not supported|unexpected))|(?:unknown|unsupported|unexpected|unrecognized|unrecognised) (?:parameter|property|field)s?:? ["'`\\]*code_?verifier/i;

/** What a refusal says about the token itself, beside that it refuses. */
export type TokenComplaint = "wrong_user_type" | "scope_missing";

/** Reads what is wrong with a token that is valid in itself (gohighlevel.md §4.5 and §4.7). */
export const toTokenComplaint = (body: string): TokenComplaint | undefined => {
  const text = body.slice(0, 4096);
  if (/user type mismatch|authClass type is not allowed/i.test(text)) return "wrong_user_type";
  return /not authorized for this scope/i.test(text) ? "scope_missing" : undefined;
};

/** The seconds of a Retry-After header; undefined if there is none that makes sense. */
export const toRetryAfterSeconds = (
  headers: Readonly<Record<string, string>>,
): number | undefined => {
  const text = headers["retry-after"];
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined;
};
