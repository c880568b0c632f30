import type { Clock } from "../core/clock.ts";
import type { EventChannel } from "../core/events.ts";
import type { ConnectionId } from "../core/ids.ts";
import { createRecall } from "../core/recall.ts";
import type { Soon } from "../core/soon.ts";
import type { Connections } from "./connections.ts";
import { type HeldPrivate, isPrivateId, type PrivateConnections } from "./private-connections.ts";
import type { TokenSet } from "./token-set.ts";
import type { HeldConnection } from "./vault.ts";

/** A connection as calls need it: everything but its refresh token, which no call needs. */
export interface CallableConnection extends Omit<HeldConnection, "tokens"> {
  readonly tokens: Omit<TokenSet, "refreshToken">;
}

/** What a call is made with. */
export type Credential =
  | { readonly kind: "oauth"; readonly held: CallableConnection }
  | { readonly kind: "private"; readonly held: HeldPrivate };

/** The connections as calls look them up: from memory while they are unchanged (ADR 49). */
export interface CredentialRecall {
  /** What is remembered and good now; undefined says nothing about the store. */
  peek(id: ConnectionId): Credential | undefined;
  find(id: ConnectionId): Soon<Credential | undefined>;
}

/** Makes the look-ups of one process. Opened access tokens are kept, as a `Secret`; refresh tokens never. */
export const createCredentialRecall = (deps: {
  readonly connections: Pick<Connections, "find">;
  readonly privates: Pick<PrivateConnections, "find">;
  readonly clock: Clock;
  readonly events?: EventChannel;
}): CredentialRecall => {
  const { connections, privates } = deps;
  const recall = createRecall<Credential>({
    ...deps,
    keyOf: (event) => (event.kind === "connection_changed" ? event.connectionId : undefined),
  });
  const read = (id: ConnectionId): Promise<Credential | undefined> =>
    isPrivateId(id) ? privates.find(id).then(toPrivate) : connections.find(id).then(toOauth);
  return { peek: recall.peek, find: (id) => recall.get(id, () => read(id)) };
};

const toPrivate = (held: HeldPrivate | undefined): Credential | undefined =>
  held === undefined ? undefined : { kind: "private", held };

const toOauth = (entry: HeldConnection | undefined): Credential | undefined =>
  entry === undefined ? undefined : { kind: "oauth", held: withoutRefreshToken(entry) };

const withoutRefreshToken = ({ tokens, ...held }: HeldConnection): CallableConnection => {
  const { refreshToken: _refreshToken, ...rest } = tokens;
  return { ...held, tokens: rest };
};
