import type { ClientId } from "../../core/ids.ts";
import type { Result } from "../../core/result.ts";
import type { OAuthFailure } from "../failure.ts";
import type { ClientKeys } from "./client-keys.ts";
import type { FetchLimit } from "./fetch-budget.ts";

/** An MCP client as every step sees it, wherever it is described. */
export interface Client {
  readonly id: ClientId;
  /** What it calls itself, sanitised; anybody can choose any name. */
  readonly name?: string;
  /** The host of its metadata document, the one thing about it that is proven. */
  readonly host?: string;
  readonly redirectUris: readonly string[];
  /** SHA-256 of its secret; a client with neither secret nor keys authenticates with PKCE alone. */
  readonly secretHash?: string;
  /** Present if it may prove itself with a signed assertion (`private_key_jwt`). */
  readonly signing?: ClientSigning;
}

/** How a client signs. */
export interface ClientSigning {
  readonly keys: ClientKeys;
  /** Whether it has to; otherwise it may also come without (`none`). */
  readonly required: boolean;
}

/** A place where clients are described. */
export interface ClientSource {
  readonly kind: "pre_registered" | "metadata_document" | "registered";
  /**
   * The client of this id; undefined if it is not one of this source. `limit` is how much whoever asks may
   * have fetched; absent, as much as anybody.
   */
  find(clientId: string, limit?: FetchLimit): Promise<Result<Client | undefined, OAuthFailure>>;
}
