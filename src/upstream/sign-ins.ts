import type { EpochSeconds } from "../core/clock.ts";
import type { ConnectionId } from "../core/ids.ts";
import { completeLogin } from "./callback.ts";
import { connectPrivate } from "./connect-private.ts";
import { createInstalls, type InstallDeps } from "./installs.ts";
import type { Place } from "./place-index.ts";
import { createLoginStates } from "./login-state.ts";
import { startLogin } from "./login.ts";
import { createPkceSupport } from "./pkce-support.ts";
import type { PrivateConnections } from "./private-connections.ts";
import type { RecordStore } from "../storage/record-store.ts";
import type { Upstream } from "./upstream.ts";

/** Every way in which a connection comes about. */
export interface SignIns extends Pick<
  Upstream,
  "hasApp" | "startLogin" | "completeLogin" | "installs" | "connectPrivate"
> {
  /** Drops unclaimed installations that were uninstalled at a time. */
  dropUninstalled(whom: Place, at: EpochSeconds): Promise<void>;
}

/** What {@link createSignIns} needs. */
export interface SignInDeps extends Omit<InstallDeps, "states" | "pkce"> {
  readonly store: RecordStore;
  readonly privates: PrivateConnections;
  /** Drops what is cached of a connection: it has new tokens. */
  forget(id: ConnectionId): void;
}

/** Makes them over the connections of one GoHighLevel. */
export const createSignIns = (given: SignInDeps): SignIns => {
  const { settings, forget } = given;
  const parts = { ...given, states: createLoginStates(given), pkce: createPkceSupport(given) };
  const installs = createInstalls(parts);
  return {
    hasApp: settings.clientId !== undefined,
    startLogin: (purpose) => startLogin(parts, purpose),
    completeLogin: async (callback) => {
      const completed = await completeLogin(parts, callback);
      if (completed.ok) {
        forget(completed.value.connection.id);
        await installs.supersede(completed.value.connection);
      }
      return completed;
    },
    installs: {
      ...installs,
      claim: async (cookies) => {
        const claimed = await installs.claim(cookies);
        if (claimed.ok) forget(claimed.value.connection.id);
        return claimed;
      },
    },
    connectPrivate: (entry, signal) => connectPrivate(parts, entry, signal),
    dropUninstalled: (whom, at) => installs.dropUninstalled(whom, at),
  };
};
