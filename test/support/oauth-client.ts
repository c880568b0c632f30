import { randomUUID } from "node:crypto";

interface Tokens {
  access_token: string;
  token_type: string;
  refresh_token?: string;
  [key: string]: unknown;
}

/**
 * What an MCP client program keeps while it signs in: the same object serves as the OAuth provider of
 * the SDK clients v1 and v2, whose interfaces agree in all that is used here.
 */
export interface MemoryOAuthProvider {
  readonly redirectUrl: string;
  readonly clientMetadata: {
    readonly client_name: string;
    readonly redirect_uris: [string];
    readonly token_endpoint_auth_method: "none";
    readonly grant_types: string[];
    readonly response_types: string[];
  };
  state(): string;
  clientInformation(): never;
  saveClientInformation(information: unknown): void;
  tokens(): never;
  saveTokens(tokens: unknown): void;
  redirectToAuthorization(url: URL): void;
  saveCodeVerifier(verifier: string): void;
  codeVerifier(): string;
  saveDiscoveryState(state: unknown): void;
  discoveryState(): never;
  /** Where the client last wanted to send the browser. */
  readonly authorizationUrl: () => URL;
  readonly currentTokens: () => Tokens | undefined;
  readonly setTokens: (tokens: Tokens | undefined) => void;
  readonly expectedState: () => string;
  readonly registered: () => Record<string, unknown> | undefined;
}

/** Creates an in-memory OAuth provider for a client called `name`. */
export function createOAuthProvider(
  name: string,
  redirectUrl = "http://127.0.0.1:49876/callback",
): MemoryOAuthProvider {
  let information: Record<string, unknown> | undefined;
  let tokens: Tokens | undefined;
  let verifier = "";
  let discovery: unknown;
  let url: URL | undefined;
  const state = randomUUID();
  return {
    redirectUrl,
    clientMetadata: {
      client_name: name,
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    },
    state: () => state,
    clientInformation: () => information as never,
    saveClientInformation: (value) => {
      information = value as Record<string, unknown>;
    },
    tokens: () => tokens as never,
    saveTokens: (value) => {
      tokens = value as Tokens;
    },
    redirectToAuthorization: (value) => {
      url = value;
    },
    saveCodeVerifier: (value) => {
      verifier = value;
    },
    codeVerifier: () => verifier,
    saveDiscoveryState: (value) => {
      discovery = value;
    },
    discoveryState: () => discovery as never,
    authorizationUrl: () => {
      if (url === undefined) {
        throw new Error("the client has not asked for authorization");
      }
      return url;
    },
    currentTokens: () => tokens,
    setTokens: (value) => {
      tokens = value;
    },
    expectedState: () => state,
    registered: () => information,
  };
}
