import { toSecret } from "../core/secret.ts";
import type { PrivateTokenEntry, PrivateTokenFailure } from "../upstream/upstream.ts";
import { LOCATION_FIELD, TOKEN_FIELD } from "../web/private-token-fields.ts";

/** Reads the two fields; undefined where no token was entered. Spaces around come from copying. */
export const readPrivateToken = (form: URLSearchParams): PrivateTokenEntry | undefined => {
  const token = (form.get(TOKEN_FIELD) ?? "").trim();
  return token === "" ? undefined : { token: toSecret(token), locationId: readLocationId(form) };
};

/** The location id as it was entered. */
export const readLocationId = (form: URLSearchParams): string =>
  (form.get(LOCATION_FIELD) ?? "").trim().slice(0, 64);

/** What the person reads where a token was not taken; it never repeats what was entered. */
export const describePrivateTokenFailure = (failure: PrivateTokenFailure): string => {
  switch (failure.kind) {
    case "not_a_token":
      return `That is not a private integration token, which starts with “pit-”. ${NOTHING_KEPT}`;
    case "not_a_location_id":
      return `That is not a location id: it has letters and digits only, such as ve9EPM428h8vShlRW1KT. ${NOTHING_KEPT}`;
    case "token_invalid":
      return `GoHighLevel does not accept the token. Copy it again, or make a new one in the location under Settings, Private Integrations. ${NOTHING_KEPT}`;
    case "agency_token":
      return `That is the token of an agency, which reaches no contacts or calendars. Make one in the location itself, under Settings, Private Integrations. ${NOTHING_KEPT}`;
    case "wrong_location":
      return `The token does not belong to this location. Compare the location id, or make a token in this location. ${NOTHING_KEPT}`;
    case "scope_missing":
      return `The token lacks the scope View Locations (${failure.scope}), so it cannot be checked. Tick it in the private integration, where the token stays the same, and try again. ${NOTHING_KEPT}`;
    case "location_inactive":
      return `GoHighLevel has paused this location. Resume it there, then try again. ${NOTHING_KEPT}`;
    case "refused":
      return `GoHighLevel refused to check the token (HTTP ${failure.status}). ${NOTHING_KEPT}`;
    case "unavailable":
      return failure.retryAfterSeconds === undefined
        ? `GoHighLevel does not answer, so the token cannot be checked. Try again in a moment. ${NOTHING_KEPT}`
        : `GoHighLevel asks to wait ${failure.retryAfterSeconds} seconds before the token can be checked. ${NOTHING_KEPT}`;
  }
};

const NOTHING_KEPT = "Nothing was kept.";

/** What the person reads where a token was asked for and none came. */
export const TOKEN_MISSING = "Enter the location id and the private integration token.";

/** What the person reads who has tried too often. */
export const TOO_MANY_TOKENS =
  "More tokens came from your network than this server checks at once. Wait a minute, then try again.";
