import type { Secret } from "./secret.ts";

/** An MCP client that the operator set up: it can neither register nor publish a document. */
export interface PreRegisteredClient {
  readonly clientId: string;
  readonly name?: string;
  readonly redirectUris: readonly string[];
  /** Absent: a public client. A secret has at least 128 random bits: it is kept as a plain hash. */
  readonly authentication?:
    | { readonly method: "secret"; readonly secret: Secret }
    | { readonly method: "secret_hash"; readonly sha256Hex: string }
    | { readonly method: "keys"; readonly jwks?: unknown; readonly jwksUri?: string };
}
