import { z } from "zod";
import { tryParseJson } from "../../core/json.ts";
import { toClientId } from "../../core/ids.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { ClientDocumentProblem, OAuthFailure } from "../failure.ts";
import type { Client, ClientSigning } from "./client.ts";
import { isPrivateKey, toClientKeys } from "./client-keys.ts";
import { sanitizeClientName } from "./client-name.ts";
import { checkRedirectUris } from "./registration.ts";

const documentSchema = z.looseObject({
  client_id: z.string(),
  client_name: z.string().max(1000),
  redirect_uris: z.array(z.string()),
  token_endpoint_auth_method: z.string().optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  jwks: z.looseObject({ keys: z.array(z.looseObject({})) }).optional(),
  jwks_uri: z.unknown().optional(),
});

type ClientDocument = z.infer<typeof documentSchema>;

/**
 * Checks a client metadata document (draft-ietf-oauth-client-id-metadata-document §4): it must name its
 * own address exactly, hold no secret, and have redirect URIs that the rules of registration allow. A
 * `*` is refused, because no redirect URI is a pattern here. Pure.
 */
export const checkClientDocument = (
  url: URL,
  clientId: string,
  body: string,
): Result<Client, OAuthFailure> => {
  const json = tryParseJson(body);
  if (json === undefined) return refuse("not_json");
  const parsed = documentSchema.safeParse(json);
  if (!parsed.success) return refuse("fields");
  const document = parsed.data;
  const problem = DOCUMENT_RULES.find((rule) => rule.isBroken(document, clientId))?.problem;
  if (problem !== undefined) return refuse(problem);
  const redirectUris = checkRedirectUris(document.redirect_uris);
  if (!redirectUris.ok) return refuse("redirect_uris");
  const name = sanitizeClientName(document.client_name);
  const signing = toSigning(document);
  return ok({
    id: toClientId(clientId),
    ...(name === undefined ? {} : { name }),
    host: url.host,
    redirectUris: redirectUris.value,
    ...(signing === undefined ? {} : { signing }),
  });
};

const DOCUMENT_RULES: readonly {
  readonly problem: ClientDocumentProblem;
  readonly isBroken: (document: ClientDocument, clientId: string) => boolean;
}[] = [
  {
    problem: "client_id_mismatch",
    isBroken: (document, clientId) => document.client_id !== clientId,
  },
  { problem: "shared_secret", isBroken: (document) => holdsSharedSecret(document) },
  { problem: "private_key", isBroken: (document) => holdsPrivateKey(document) },
  {
    problem: "auth_method",
    isBroken: (document) => !mayBePublic(document) && toSigning(document) === undefined,
  },
  {
    problem: "redirect_uris",
    isBroken: (document) => document.redirect_uris.some((uri) => uri.includes("*")),
  },
];

const holdsSharedSecret = (document: ClientDocument): boolean =>
  "client_secret" in document ||
  "client_secret_expires_at" in document ||
  (document.token_endpoint_auth_method ?? "").startsWith("client_secret_");

const holdsPrivateKey = (document: ClientDocument): boolean =>
  (document.jwks?.keys ?? []).some(isPrivateKey);

/** How the client signs, if it names `private_key_jwt` as its way or as one of several, with keys. */
const toSigning = (document: ClientDocument): ClientSigning | undefined => {
  const keys = isNamed(document, "private_key_jwt") ? toClientKeys(document) : undefined;
  return keys === undefined ? undefined : { keys, required: !mayBePublic(document) };
};

const isNamed = (document: ClientDocument, method: string): boolean =>
  document.token_endpoint_auth_method === method ||
  (document.token_endpoint_auth_methods_supported ?? []).includes(method);

/** Whether the client can do without authentication: it says so, says nothing, or lists it as one way. */
const mayBePublic = (document: ClientDocument): boolean =>
  document.token_endpoint_auth_method === undefined || isNamed(document, "none");

const refuse = (problem: ClientDocumentProblem): Result<never, OAuthFailure> =>
  fail({ kind: "client_document", problem });
