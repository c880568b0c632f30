import { fail, ok, type Result } from "../../core/result.ts";
import { equalSecret, hashToken } from "../../crypto/hash.ts";
import type { ClientAuthenticationProblem, OAuthFailure } from "../failure.ts";
import type { Parameters } from "../wire.ts";
import { ASSERTION_TYPE, readAssertionSubject } from "./assertion.ts";
import type { ClientAssertions } from "./assertions.ts";
import type { Client, ClientSource } from "./client.ts";
import type { FetchLimit } from "./fetch-budget.ts";

const MAX_HEADER_LENGTH = 4096;
const RETRY_AFTER_SECONDS = 30;
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;
const ANY_BASIC = /^basic(?: |$)/i;

interface Credentials {
  readonly clientId: string;
  /** Absent or empty: the client did not send one (RFC 6749 §2.3.1). */
  readonly secret?: string;
  /** A JWT that the client signed (RFC 7521 §4.2). */
  readonly assertion?: string;
  readonly basic: boolean;
}

/** What authenticating clients needs. */
export interface ClientAuthenticationDeps {
  readonly clients: Pick<ClientSource, "find">;
  readonly assertions: ClientAssertions;
}

/** What a request to a machine endpoint has besides its form. */
interface SentWithForm {
  readonly authorization?: string;
  readonly fetchLimit?: FetchLimit;
}

/**
 * Authenticates the client at a machine endpoint (RFC 6749 §2.3, §3.2.1): `none`,
 * `client_secret_basic`, `client_secret_post` or `private_key_jwt` (RFC 7523 §2.2). A client with a
 * secret may send it either way, whichever it registered: clients mix them up, and both prove the
 * same. A public client that sends a secret is refused, since it takes itself for one that is checked.
 */
export const authenticateClient = async (
  { clients, assertions }: ClientAuthenticationDeps,
  parameters: Parameters,
  { authorization, fetchLimit }: SentWithForm,
): Promise<Result<Client, OAuthFailure>> => {
  const credentials = readCredentials(parameters, authorization);
  if (!credentials.ok) return credentials;
  const found = await clients.find(credentials.value.clientId, fetchLimit);
  if (!found.ok) return fail(toEndpointFailure(found.failure));
  if (found.value === undefined) {
    return credentials.value.basic
      ? fail({ kind: "client_authentication", basic: true, problem: "unknown_client" })
      : fail({ kind: "unknown_client", at: "endpoint" });
  }
  const { assertion } = credentials.value;
  return assertion === undefined
    ? checkSecret(found.value, credentials.value)
    : assertions.check(found.value, assertion, fetchLimit);
};

/**
 * A metadata document that cannot be had is no fault of the client: `invalid_client` would make it throw
 * its tokens away.
 */
const toEndpointFailure = (failure: OAuthFailure): OAuthFailure =>
  failure.kind === "client_document" && failure.problem === "unreachable"
    ? { kind: "client_document_unavailable", retryAfterSeconds: RETRY_AFTER_SECONDS }
    : failure;

const readCredentials = (
  parameters: Parameters,
  authorization: string | undefined,
): Result<Credentials, OAuthFailure> => {
  const isBasic = authorization !== undefined && ANY_BASIC.test(authorization);
  if (parameters.client_assertion !== undefined) {
    return isBasic || parameters.client_secret !== undefined
      ? fail({ kind: "several_authentications" })
      : readAssertion(parameters, parameters.client_assertion);
  }
  if (parameters.client_assertion_type !== undefined) return unreadable("missing");
  if (isBasic) return readBasic(authorization, parameters);
  const { client_id: clientId, client_secret: secret } = parameters;
  if (clientId === undefined) return unreadable("missing");
  return ok({ clientId, ...(secret === undefined ? {} : { secret }), basic: false });
};

/** `client_id` may be left out, the assertion says it (RFC 7521 §4.2); if it is there it must agree. */
const readAssertion = (
  parameters: Parameters,
  assertion: string,
): Result<Credentials, OAuthFailure> => {
  if (parameters.client_assertion_type !== ASSERTION_TYPE) return unreadable("unsupported_method");
  const subject = readAssertionSubject(assertion);
  if (subject === undefined) return unreadable("malformed");
  const clientId = parameters.client_id ?? subject;
  return clientId === subject
    ? ok({ clientId, assertion, basic: false })
    : unreadable("bad_assertion");
};

const unreadable = (problem: ClientAuthenticationProblem): Result<never, OAuthFailure> =>
  fail({ kind: "client_authentication", basic: false, problem });

const readBasic = (
  authorization: string,
  parameters: Parameters,
): Result<Credentials, OAuthFailure> => {
  if (parameters.client_secret !== undefined) return fail({ kind: "several_authentications" });
  const pair = decodeBasic(authorization);
  if (pair === undefined) {
    return fail({ kind: "client_authentication", basic: true, problem: "malformed" });
  }
  if (parameters.client_id !== undefined && parameters.client_id !== pair.clientId) {
    return fail({ kind: "several_authentications" });
  }
  return ok({ ...pair, basic: true });
};

/** Id and secret are form-encoded before they are joined (RFC 6749 §2.3.1, appendix B). */
const decodeBasic = (
  authorization: string,
): { readonly clientId: string; readonly secret: string } | undefined => {
  if (authorization.length > MAX_HEADER_LENGTH) return undefined;
  const encoded = BASIC.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) return undefined;
  const clientId = decodeForm(text.slice(0, colon));
  const secret = decodeForm(text.slice(colon + 1));
  return clientId === undefined || secret === undefined ? undefined : { clientId, secret };
};

const ENCODED = /^(?:[^%]|%[0-9A-Fa-f]{2})*$/s;

const decodeForm = (text: string): string | undefined =>
  ENCODED.test(text)
    ? (new URLSearchParams(`v=${text.replaceAll("&", "%26")}`).get("v") ?? "")
    : undefined;

const checkSecret = (client: Client, credentials: Credentials): Result<Client, OAuthFailure> => {
  const { basic } = credentials;
  const secret = credentials.secret === "" ? undefined : credentials.secret;
  if (client.signing?.required === true) {
    return fail({ kind: "client_authentication", basic, problem: "missing" });
  }
  if (client.secretHash === undefined) {
    return secret === undefined
      ? ok(client)
      : fail({ kind: "client_authentication", basic, problem: "unexpected_secret" });
  }
  if (secret === undefined)
    return fail({ kind: "client_authentication", basic, problem: "missing" });
  return equalSecret(hashToken(secret), client.secretHash)
    ? ok(client)
    : fail({ kind: "client_authentication", basic, problem: "wrong_secret" });
};
