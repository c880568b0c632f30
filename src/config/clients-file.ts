import { readFileSync } from "node:fs";
import { z } from "zod";
import { tryParseJson } from "../core/json.ts";
import { toSecret } from "../core/secret.ts";
import type { PreRegisteredClient } from "../core/pre-registered-client.ts";

/** What came of reading the clients file. */
export interface ClientsFile {
  readonly clients: readonly PreRegisteredClient[];
  /** A line for each mistake; none repeats a secret. */
  readonly mistakes: readonly string[];
}

/** Reads the clients file; no path, no clients. The rules for redirect URIs are checked with the wiring. */
export const readClientsFile = (path: string | undefined): ClientsFile => {
  if (path === undefined) return { clients: [], mistakes: [] };
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    return mistaken([`"${path}" cannot be read (${code}); give the path of a readable JSON file`]);
  }
  return parseClients(text);
};

/** Reads the text of a clients file. Pure. */
const parseClients = (text: string): ClientsFile => {
  const json = tryParseJson(text);
  if (json === undefined)
    return mistaken(["the file is not JSON; give a list of clients, as [ { … } ]"]);
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    return mistaken(parsed.error.issues.map((issue) => describe(issue, json)));
  }
  const twice = parsed.data.find(
    (client, index) =>
      parsed.data.findIndex((other) => other.client_id === client.client_id) !== index,
  );
  if (twice !== undefined) return mistaken([`client_id "${twice.client_id}" is there twice`]);
  return { clients: parsed.data.map(toClient), mistakes: [] };
};

const METHODS = ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"] as const;

const clientSchema = z
  .strictObject({
    client_id: z
      .string("is missing")
      .regex(/^[\w.~-]{1,200}$/u, "may have letters, digits and . _ ~ - only, 200 at most")
      .refine((id) => !id.startsWith("ghlmcp_"), 'must not begin with "ghlmcp_"'),
    client_name: z.string("is not a text").max(200, "is longer than 200 characters").optional(),
    redirect_uris: z
      .array(z.string("is not a text"), "is not a list of addresses")
      .min(1, "is empty; name at least one"),
    token_endpoint_auth_method: z.enum(METHODS, `is not one of: ${METHODS.join(", ")}`),
    client_secret: z
      .string("is not a text")
      .min(22, "is too short to be unguessable; take one from: openssl rand -hex 32")
      .max(512, "is longer than 512 characters")
      .optional(),
    client_secret_sha256: z
      .string("is not a text")
      .regex(/^[0-9a-f]{64}$/iu, "is not 64 hexadecimal digits, as sha256sum prints them")
      .optional(),
    jwks: z
      .looseObject(
        { keys: z.array(z.looseObject({}), "is not a list of keys") },
        "is not a key set",
      )
      .optional(),
    jwks_uri: z.url({ protocol: /^https$/u, error: "is not an https address" }).optional(),
  })
  .superRefine((client, context) => {
    const message = findMethodProblem(client);
    if (message === undefined) return;
    context.addIssue({ code: "custom", path: ["token_endpoint_auth_method"], message });
  });

const fileSchema = z.array(clientSchema, "the file does not hold a list");

type ClientEntry = z.infer<typeof clientSchema>;

/** Each method takes exactly one proof, and no proof is given that nothing checks. */
const findMethodProblem = (client: {
  readonly token_endpoint_auth_method: (typeof METHODS)[number];
  readonly client_secret?: unknown;
  readonly client_secret_sha256?: unknown;
  readonly jwks?: unknown;
  readonly jwks_uri?: unknown;
}): string | undefined => {
  const method = client.token_endpoint_auth_method;
  const secrets = countGiven(client.client_secret, client.client_secret_sha256);
  const keys = countGiven(client.jwks, client.jwks_uri);
  if (method === "none") {
    return secrets + keys === 0 ? undefined : "is none, so there must be no secret and no key";
  }
  if (method === "private_key_jwt") {
    return secrets === 0 && keys === 1
      ? undefined
      : "is private_key_jwt, which takes either jwks or jwks_uri, and no secret";
  }
  return secrets === 1 && keys === 0
    ? undefined
    : `is ${method}, which takes either client_secret or client_secret_sha256, and no key`;
};

const countGiven = (...values: readonly unknown[]): number =>
  values.filter((value) => value !== undefined).length;

const toClient = (entry: ClientEntry): PreRegisteredClient => {
  const authentication = toAuthentication(entry);
  return {
    clientId: entry.client_id,
    ...(entry.client_name === undefined ? {} : { name: entry.client_name }),
    redirectUris: entry.redirect_uris,
    ...(authentication === undefined ? {} : { authentication }),
  };
};

const toAuthentication = (entry: ClientEntry): PreRegisteredClient["authentication"] => {
  const { client_secret: secret, client_secret_sha256: sha256Hex, jwks, jwks_uri: jwksUri } = entry;
  if (secret !== undefined) return { method: "secret", secret: toSecret(secret) };
  if (sha256Hex !== undefined) return { method: "secret_hash", sha256Hex };
  if (jwks !== undefined) return { method: "keys", jwks };
  return jwksUri === undefined ? undefined : { method: "keys", jwksUri };
};

/** `clients[1] ("team") redirect_uris[0]: …` — the place, never the value. */
const describe = (
  issue: { readonly path: readonly PropertyKey[]; readonly message: string },
  json: unknown,
): string => {
  const [index, ...inner] = issue.path;
  if (typeof index !== "number") return issue.message;
  const place = inner.map((step) => (typeof step === "number" ? `[${step}]` : ` ${String(step)}`));
  return `client ${index + 1}${nameOf(json, index)}${place.join("")}: ${issue.message}`;
};

const nameOf = (json: unknown, index: number): string => {
  const id = z.array(z.unknown()).transform((all) => all[index]);
  const entry = id.pipe(z.object({ client_id: z.string().max(200) })).safeParse(json);
  return entry.success ? ` ("${entry.data.client_id}")` : "";
};

const mistaken = (problems: readonly string[]): ClientsFile => ({
  clients: [],
  mistakes: problems.map((problem) => `OAUTH_CLIENTS_FILE: ${problem}`),
});
