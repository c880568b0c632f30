import type { ClientId } from "../../core/ids.ts";
import type { Result } from "../../core/result.ts";
import type { OAuthFailure } from "../failure.ts";

/** An MCP client as every step sees it, wherever it is described. */
export interface Client {
  readonly id: ClientId;
  /** What it calls itself, sanitised; anybody can choose any name. */
  readonly name?: string;
  /** The host of its metadata document, the one thing about it that is proven. */
  readonly host?: string;
  readonly redirectUris: readonly string[];
  /** SHA-256 of its secret; a client without one is public and has to authenticate with PKCE alone. */
  readonly secretHash?: string;
}

/** A place where clients are described. */
export interface ClientSource {
  readonly kind: "pre_registered" | "metadata_document" | "registered";
  /** The client of this id; undefined if it is not one of this source. */
  find(clientId: string): Promise<Result<Client | undefined, OAuthFailure>>;
}
