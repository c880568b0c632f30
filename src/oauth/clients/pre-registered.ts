import { AppError } from "../../core/errors.ts";
import { toClientId } from "../../core/ids.ts";
import type { PreRegisteredClient } from "../../core/pre-registered-client.ts";
import { ok } from "../../core/result.ts";
import { hashToken } from "../../crypto/hash.ts";
import { toWire } from "../errors.ts";
import type { Client, ClientSource } from "./client.ts";
import { toClientKeys } from "./client-keys.ts";
import { sanitizeClientName } from "./client-name.ts";
import { checkRedirectUris } from "./registration.ts";

/**
 * The clients of the settings. They never expire, and ask nobody. Throws `AppError("config_invalid")`
 * with a line for each client that breaks a rule of registration.
 */
export const createPreRegisteredClients = (
  clients: readonly PreRegisteredClient[],
): ClientSource => {
  const problems = clients.flatMap((client) => findProblems(client));
  if (problems.length > 0) {
    throw new AppError("config_invalid", ["clients are wrong:", ...problems].join("\n  "));
  }
  const byId = new Map<string, Client>(
    clients.map((client) => [client.clientId, toClient(client)]),
  );
  return { kind: "pre_registered", find: async (clientId) => ok(byId.get(clientId)) };
};

const findProblems = (client: PreRegisteredClient): readonly string[] => {
  const redirectUris = checkRedirectUris(client.redirectUris);
  const hasKeys = client.authentication?.method !== "keys" || toSigning(client) !== undefined;
  return [
    ...(redirectUris.ok ? [] : [toWire(redirectUris.failure).body.error_description]),
    ...(hasKeys
      ? []
      : ["jwks or jwks_uri gives no public keys; jwks_uri must be a public address"]),
  ].map((problem) => `OAUTH_CLIENTS_FILE: client "${client.clientId}": ${problem}`);
};

const toClient = (client: PreRegisteredClient): Client => {
  const name = sanitizeClientName(client.name ?? "");
  const secretHash = toSecretHash(client);
  const signing = toSigning(client);
  return {
    id: toClientId(client.clientId),
    ...(name === undefined ? {} : { name }),
    redirectUris: client.redirectUris,
    ...(secretHash === undefined ? {} : { secretHash }),
    ...(signing === undefined ? {} : { signing }),
  };
};

const toSecretHash = ({ authentication }: PreRegisteredClient): string | undefined => {
  if (authentication?.method === "secret") return hashToken(authentication.secret.reveal());
  if (authentication?.method !== "secret_hash") return undefined;
  return Buffer.from(authentication.sha256Hex, "hex").toString("base64url");
};

const toSigning = ({ authentication }: PreRegisteredClient): Client["signing"] => {
  if (authentication?.method !== "keys") return undefined;
  const keys = toClientKeys({ jwks: authentication.jwks, jwks_uri: authentication.jwksUri });
  return keys === undefined ? undefined : { keys, required: true };
};
