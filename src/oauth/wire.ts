import { z } from "zod";
import { fail, ok, type Result } from "../core/result.ts";
import type { OAuthFailure, ParameterName } from "./failure.ts";

/** Parameters as they were sent, by name, each once; those sent empty count as absent (RFC 6749 §3.1). */
export type Parameters = Readonly<Partial<Record<ParameterName, string>>> & {
  /** `resource` may come several times (RFC 8707 §2), and an empty one is wrong rather than absent. */
  readonly resources: readonly string[];
};

const text = (maxLength: number): z.ZodString => z.string().max(maxLength);

// Limits far beyond what any client sends; what they stop would only fill the store.
const PARAMETERS = {
  client_id: text(2000),
  client_secret: text(512),
  client_assertion: text(16_384),
  client_assertion_type: text(200),
  redirect_uri: text(2000),
  response_type: text(100),
  response_mode: text(100),
  state: text(4096),
  scope: text(16_384),
  prompt: text(200),
  code_challenge: text(200),
  code_challenge_method: text(20),
  request: text(65_536),
  request_uri: text(2000),
  grant_type: text(200),
  code: text(512),
  code_verifier: text(200),
  refresh_token: text(512),
  token: text(4096),
} as const satisfies Readonly<Record<ParameterName, z.ZodString>>;

/** One finding about one parameter. */
export type ParameterFailure = Extract<OAuthFailure, { readonly kind: "parameter" }>;

/**
 * Reads the parameters that this server knows and ignores all others (RFC 6749 §3.1). `problems` lists
 * what came twice or is longer than any honest value; such a parameter is not in `parameters`.
 */
export const readParameters = (
  sent: URLSearchParams,
): { readonly parameters: Parameters; readonly problems: readonly ParameterFailure[] } => {
  const problems: ParameterFailure[] = [];
  const values: Partial<Record<ParameterName, string>> = {};
  for (const [name, schema] of Object.entries(PARAMETERS)) {
    // Object.entries forgets the key type of the table just above.
    const parameter = name as ParameterName;
    const all = sent.getAll(parameter);
    const [value] = all;
    if (all.length > 1) problems.push({ kind: "parameter", parameter, problem: "repeated" });
    else if (value === undefined || value === "") continue;
    else if (!schema.safeParse(value).success) {
      problems.push({ kind: "parameter", parameter, problem: "malformed" });
    } else values[parameter] = value;
  }
  return { parameters: { ...values, resources: sent.getAll("resource") }, problems };
};

/** {@link readParameters} where the first problem is the answer. */
export const readForm = (sent: URLSearchParams): Result<Parameters, OAuthFailure> => {
  const { parameters, problems } = readParameters(sent);
  const [problem] = problems;
  return problem === undefined ? ok(parameters) : fail(problem);
};

/** The value of a parameter that must be there. */
export const requireParameter = (
  parameters: Parameters,
  parameter: ParameterName,
): Result<string, OAuthFailure> => {
  const value = parameters[parameter];
  return value === undefined
    ? fail({ kind: "parameter", parameter, problem: "missing" })
    : ok(value);
};

const words = z.array(z.string().max(200)).max(50);

/**
 * A registration request (RFC 7591 §2): what this server looks at. All else is ignored, a
 * `client_id`, secret or date of the client's choosing included. Redirect URIs have rules of their own.
 */
export const registrationRequest = z.object({
  redirect_uris: z.unknown().optional(),
  client_name: z.string().max(1000).nullish(),
  token_endpoint_auth_method: z.string().max(200).nullish(),
  grant_types: words.nullish(),
  response_types: words.nullish(),
  scope: z.string().max(16_384).nullish(),
  application_type: z.string().max(200).nullish(),
  jwks: z.unknown().optional(),
  jwks_uri: z.unknown().optional(),
  client_uri: z.unknown().optional(),
  logo_uri: z.unknown().optional(),
  policy_uri: z.unknown().optional(),
  tos_uri: z.unknown().optional(),
});

/** A checked registration request. */
export type RegistrationRequest = z.infer<typeof registrationRequest>;

/** A token response of ours, as it is read back when it is answered again. */
export const tokenResponse = z.object({
  access_token: z.string(),
  token_type: z.literal("Bearer"),
  expires_in: z.number(),
  refresh_token: z.string(),
  scope: z.string(),
});
