import { z } from "zod";
import { type Result, fail, ok } from "../core/result.ts";

// Ids go into URL paths and pages, tokens into headers: nothing else than these characters may.
const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const optionalId = z
  .union([id, z.literal("")])
  .nullish()
  .transform((value) => value || undefined);
const token = z.string().regex(/^[\x21-\x7e]{1,16384}$/);
const lifetimeSeconds = z
  .number()
  .int()
  .min(1)
  .max(400 * 86_400);

const tokenAnswer = z.object({
  access_token: token,
  refresh_token: token,
  token_type: z
    .string()
    .regex(/^bearer$/i)
    .optional(),
  expires_in: lifetimeSeconds,
  scope: z.string().max(16_384),
  userType: z.enum(["Location", "Company"]),
  companyId: id,
  locationId: optionalId,
  userId: optionalId,
  approvedLocations: z.array(id).max(100_000).nullish(),
  approveAllLocations: z.boolean().nullish(),
  installToFutureLocations: z.boolean().nullish(),
  // Only told in the log: tokens must not be lost over it.
  isBulkInstallation: z.boolean().nullish().catch(undefined),
});

/** What `/oauth/token` answers for a code, as far as we use it. */
export type TokenAnswer = z.infer<typeof tokenAnswer>;

/** Early enough to be asked anew soon, late enough to be no storm. */
const UNKNOWN_LIFETIME_SECONDS = 3_600;

// A refresh repeats who the token is for, though not in every version of the API. The old refresh token
// is used up by now: whatever else is odd about the answer, its tokens must not be lost over it.
const refreshAnswer = tokenAnswer.extend({
  expires_in: lifetimeSeconds.catch(UNKNOWN_LIFETIME_SECONDS),
  token_type: tokenAnswer.shape.token_type.catch(undefined),
  scope: tokenAnswer.shape.scope.optional().catch(undefined),
  userType: tokenAnswer.shape.userType.optional().catch(undefined),
  companyId: tokenAnswer.shape.companyId.optional().catch(undefined),
  locationId: optionalId.catch(undefined),
  userId: optionalId.catch(undefined),
  approvedLocations: tokenAnswer.shape.approvedLocations.catch(undefined),
  approveAllLocations: tokenAnswer.shape.approveAllLocations.catch(undefined),
  installToFutureLocations: tokenAnswer.shape.installToFutureLocations.catch(undefined),
});

/** What `/oauth/token` answers for a refresh token, as far as we use it. */
export type RefreshAnswer = z.infer<typeof refreshAnswer>;

const locationTokenAnswer = z.object({
  access_token: token,
  expires_in: lifetimeSeconds,
  locationId: id,
  companyId: optionalId,
});

/** What `/oauth/locationToken` answers, as far as we use it. */
export type LocationTokenAnswer = z.infer<typeof locationTokenAnswer>;

/** Reads the answer to a code; a failure says which fields are wrong, never what they hold. */
export const parseTokenAnswer = (body: string): Result<TokenAnswer, string> => {
  const parsed = parseWith(tokenAnswer, body);
  if (parsed.ok && parsed.value.userType === "Location" && parsed.value.locationId === undefined) {
    return fail('the answer lacks "locationId", which a token of user type Location must have');
  }
  return parsed;
};

/** Reads the answer to a refresh token. */
export const parseRefreshAnswer = (body: string): Result<RefreshAnswer, string> =>
  parseWith(refreshAnswer, body);

/** Reads the answer to a request for a location's token. */
export const parseLocationTokenAnswer = (body: string): Result<LocationTokenAnswer, string> =>
  parseWith(locationTokenAnswer, body);

/**
 * Reads a JSON body through a schema. The failure names the fields that are wrong; it holds no value
 * of the body, since that may be a token.
 */
export const parseWith = <Schema extends z.ZodType>(
  schema: Schema,
  body: string,
): Result<z.infer<Schema>, string> => {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return fail("the answer is not JSON");
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const fields = new Set(parsed.error.issues.map((issue) => String(issue.path[0] ?? "")));
  if (fields.has("")) return fail("the answer is not the JSON object that it should be");
  return fail(`missing or wrong in the answer: ${[...fields].join(", ")}`);
};
