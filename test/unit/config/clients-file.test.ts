import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { AppError } from "../../../src/core/errors.ts";
import { toSecret } from "../../../src/core/secret.ts";

const SECRET = "correct-horse-battery-staple";
const SHA256 = "0123456789abcdef".repeat(4);
const PUBLIC = {
  client_id: "team",
  redirect_uris: ["https://app.example/cb"],
  token_endpoint_auth_method: "none",
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-clients-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const load = (environment: Record<string, string>) =>
  loadConfig({ environment: { STORAGE_URL: "memory:", ...environment } });

const write = (content: unknown): string => {
  const path = join(folder, "clients.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};

const clientsOf = (content: unknown) => load({ OAUTH_CLIENTS_FILE: write(content) }).config.clients;

/** The lines below the heading of the message. */
const mistakesOf = (environment: Record<string, string>): readonly string[] => {
  try {
    load(environment);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe("config_invalid");
    return error.message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
};

const mistakesIn = (content: unknown): readonly string[] =>
  mistakesOf({ OAUTH_CLIENTS_FILE: write(content) });

describe("the clients file", () => {
  it("is not needed", () => {
    expect(load({}).config.clients).toEqual([]);
  });

  it("gives public clients, clients with a secret or its hash, and clients with keys", () => {
    const jwks = { keys: [{ kty: "EC", crv: "P-256", x: "a", y: "b" }] };
    const basic = { ...PUBLIC, token_endpoint_auth_method: "client_secret_basic" };
    const clients = clientsOf([
      { ...PUBLIC, client_name: "Team" },
      { ...basic, client_id: "b", client_secret: SECRET },
      { ...basic, client_id: "c", client_secret_sha256: SHA256 },
      { ...PUBLIC, client_id: "d", token_endpoint_auth_method: "private_key_jwt", jwks },
    ]);
    expect(clients).toEqual([
      { clientId: "team", name: "Team", redirectUris: ["https://app.example/cb"] },
      {
        clientId: "b",
        redirectUris: ["https://app.example/cb"],
        authentication: { method: "secret", secret: expect.anything() },
      },
      {
        clientId: "c",
        redirectUris: ["https://app.example/cb"],
        authentication: { method: "secret_hash", sha256Hex: SHA256 },
      },
      {
        clientId: "d",
        redirectUris: ["https://app.example/cb"],
        authentication: { method: "keys", jwks },
      },
    ]);
    expect(JSON.stringify(clients)).not.toContain(SECRET);
    const authentication = clients?.[1]?.authentication;
    expect(authentication?.method === "secret" && authentication.secret.reveal()).toBe(SECRET);
  });

  it.each<[string, unknown, string]>([
    ["text", "no json", "the file is not JSON; give a list of clients, as [ { … } ]"],
    ["an object", {}, "the file does not hold a list"],
    ["no id", [{ ...PUBLIC, client_id: undefined }], "client 1 client_id: is missing"],
    [
      "an address as the id",
      [{ ...PUBLIC, client_id: "https://app.example/c.json" }],
      'client 1 ("https://app.example/c.json") client_id: may have letters, digits and . _ ~ - only, 200 at most',
    ],
    [
      "an id of registered clients",
      [{ ...PUBLIC, client_id: "ghlmcp_client_x" }],
      'client 1 ("ghlmcp_client_x") client_id: must not begin with "ghlmcp_"',
    ],
    ["two of one id", [PUBLIC, PUBLIC], 'client_id "team" is there twice'],
    [
      "no redirect URI",
      [{ ...PUBLIC, redirect_uris: [] }],
      'client 1 ("team") redirect_uris: is empty; name at least one',
    ],
    [
      "a number as a redirect URI",
      [PUBLIC, { ...PUBLIC, client_id: "b", redirect_uris: ["https://a.example/", 1] }],
      'client 2 ("b") redirect_uris[1]: is not a text',
    ],
    [
      "an unknown method",
      [{ ...PUBLIC, token_endpoint_auth_method: "tls_client_auth" }],
      'client 1 ("team") token_endpoint_auth_method: is not one of: none, client_secret_basic, client_secret_post, private_key_jwt',
    ],
    [
      "a secret that nothing checks",
      [{ ...PUBLIC, client_secret: SECRET }],
      'client 1 ("team") token_endpoint_auth_method: is none, so there must be no secret and no key',
    ],
    [
      "a method without its secret",
      [{ ...PUBLIC, token_endpoint_auth_method: "client_secret_post" }],
      'client 1 ("team") token_endpoint_auth_method: is client_secret_post, which takes either client_secret or client_secret_sha256, and no key',
    ],
    [
      "keys twice",
      [
        {
          ...PUBLIC,
          token_endpoint_auth_method: "private_key_jwt",
          jwks: { keys: [] },
          jwks_uri: "https://app.example/jwks",
        },
      ],
      'client 1 ("team") token_endpoint_auth_method: is private_key_jwt, which takes either jwks or jwks_uri, and no secret',
    ],
    [
      "a misspelled member",
      [{ ...PUBLIC, redirect_uri: "x" }],
      'client 1 ("team"): Unrecognized key: "redirect_uri"',
    ],
    [
      "keys over http",
      [
        {
          ...PUBLIC,
          token_endpoint_auth_method: "private_key_jwt",
          jwks_uri: "http://app.example/jwks",
        },
      ],
      'client 1 ("team") jwks_uri: is not an https address',
    ],
  ])("with %s is refused in one line that says where", (_what, content, line) => {
    expect(mistakesIn(content)).toEqual([`OAUTH_CLIENTS_FILE: ${line}`]);
  });

  it("gets a line for each mistake, and none repeats a secret", () => {
    const lines = mistakesIn([
      { ...PUBLIC, token_endpoint_auth_method: "client_secret_post", client_secret: "hunter2" },
      { ...PUBLIC, client_id: "b", redirect_uris: "https://app.example/cb" },
    ]);
    expect(lines).toEqual([
      'OAUTH_CLIENTS_FILE: client 1 ("team") client_secret: is too short to be unguessable; take one from: openssl rand -hex 32',
      'OAUTH_CLIENTS_FILE: client 2 ("b") redirect_uris: is not a list of addresses',
    ]);
  });

  it("that is not there is named", () => {
    const path = join(folder, "missing.json");
    expect(mistakesOf({ OAUTH_CLIENTS_FILE: path })).toEqual([
      `OAUTH_CLIENTS_FILE: "${path}" cannot be read (ENOENT); give the path of a readable JSON file`,
    ]);
  });
});

describe("the rule for registering", () => {
  it("is open unless set", () => {
    expect(load({}).config.registration).toEqual({ mode: "open" });
    expect(load({ OAUTH_REGISTRATION: "OFF" }).config.registration).toEqual({ mode: "off" });
  });

  it("takes a token, and hides it", () => {
    const token = "0123456789abcdef0123456789abcdef";
    const { registration } = load({
      OAUTH_REGISTRATION: "token",
      OAUTH_REGISTRATION_TOKEN: token,
    }).config;
    expect(registration?.mode === "token" && registration.token.reveal()).toBe(token);
    expect(JSON.stringify(registration)).toBe(
      JSON.stringify({ mode: "token", token: toSecret("") }),
    );
  });

  it.each<[Record<string, string>, string]>([
    [
      { OAUTH_REGISTRATION: "token" },
      "OAUTH_REGISTRATION_TOKEN: missing while OAUTH_REGISTRATION=token is set; give at least 22 letters and digits, such as from: openssl rand -hex 32",
    ],
    [
      { OAUTH_REGISTRATION_TOKEN: "0123456789abcdef0123456789abcdef" },
      "OAUTH_REGISTRATION_TOKEN: without effect while OAUTH_REGISTRATION is open; set OAUTH_REGISTRATION=token, or remove the token",
    ],
    [
      { OAUTH_REGISTRATION: "token", OAUTH_REGISTRATION_TOKEN: "short" },
      "OAUTH_REGISTRATION_TOKEN: the value is too short; give at least 22 letters and digits, such as from: openssl rand -hex 32",
    ],
    [
      { OAUTH_REGISTRATION: "closed" },
      'OAUTH_REGISTRATION: "closed" is not a rule for registering; give one of: open, token, off',
    ],
    [
      { CLIENT_DOCUMENT_HOSTS: "https://claude.ai/" },
      'CLIENT_DOCUMENT_HOSTS: "https://claude.ai/" is not a list of hosts; separate the hosts by spaces, such as: claude.ai chatgpt.com',
    ],
  ])("says what is wrong with %j", (environment, line) => {
    expect(mistakesOf(environment)).toEqual([line]);
  });
});

describe("the hosts of metadata documents", () => {
  it("are all unless set", () => {
    expect(load({}).config).not.toHaveProperty("clientDocumentHosts");
    expect(load({ CLIENT_DOCUMENT_HOSTS: "Claude.ai  chatgpt.com" }).config).toMatchObject({
      clientDocumentHosts: ["claude.ai", "chatgpt.com"],
    });
  });
});
