import type { Connection } from "../../../src/core/connection.ts";
import { toEpochSeconds } from "../../../src/core/clock.ts";
import { toConnectionId, toLocationId } from "../../../src/core/ids.ts";
import { fail, ok, type Result } from "../../../src/core/result.ts";
import type {
  CompletedLogin,
  LoginFailure,
  LoginPurpose,
  Upstream,
} from "../../../src/upstream/upstream.ts";

/** What a test decides about the sign-ins of an {@link UpstreamDouble}. */
export interface UpstreamDouble extends Upstream {
  readonly started: LoginPurpose[];
  /** The next callback with a known state fails like this. */
  failWith(make: (purpose: LoginPurpose) => LoginFailure): void;
  /** The connection that callbacks give. */
  connection: Connection;
  breakDown(error: Error): void;
}

/**
 * GoHighLevel's side under the test's control, for the failures that the sandbox cannot be made to
 * produce; the flows themselves run against the real upstream in test/flows.
 */
export const createUpstreamDouble = (): UpstreamDouble => {
  const pending = new Map<string, { purpose: LoginPurpose; value: string }>();
  let fault: ((purpose: LoginPurpose) => LoginFailure) | undefined;
  let broken: Error | undefined;
  const notUsed = (): never => {
    throw new Error("not used here");
  };
  const double: UpstreamDouble = {
    started: [],
    connection: {
      id: toConnectionId("connection-1"),
      kind: "location",
      environment: "sandbox",
      locationId: toLocationId("location-1"),
      userId: "user-1",
      scopes: [],
      status: "active",
      connectedAt: toEpochSeconds(0),
    },
    failWith: (make) => {
      fault = make;
    },
    breakDown: (error) => {
      broken = error;
    },
    hasApp: true,
    installs: {
      receive: async () => fail({ kind: "state_missing" }),
      find: notUsed,
      claim: notUsed,
      leave: notUsed,
      list: notUsed,
    },
    connectPrivate: notUsed,
    tokens: { getToken: notUsed, replaceToken: notUsed },
    startLogin: async (purpose) => {
      if (broken !== undefined) throw broken;
      double.started.push(purpose);
      const state = `state-${double.started.length}`;
      const value = `value-${double.started.length}`;
      pending.set(state, { purpose, value });
      return {
        authorizeUrl: `https://ghl.example/chooselocation?state=${state}`,
        cookie: { name: `__Host-ghlmcp-login-${state}`, value, maxAgeSeconds: 600 },
      };
    },
    completeLogin: async ({ query, cookies }): Promise<Result<CompletedLogin, LoginFailure>> => {
      const state = query.get("state");
      if (state === null) return fail({ kind: "state_missing" });
      const login = pending.get(state);
      if (login === undefined) return fail({ kind: "state_unknown" });
      const cookieName = `__Host-ghlmcp-login-${state}`;
      if (cookies.get(cookieName) !== login.value) return fail({ kind: "wrong_browser" });
      pending.delete(state);
      const { purpose } = login;
      if (fault !== undefined) return fail(fault(purpose));
      return ok({ purpose, connection: double.connection, cookieName });
    },
    findConnection: async (id) => (id === double.connection.id ? double.connection : undefined),
    listConnections: notUsed,
    removeConnection: notUsed,
    uninstall: notUsed,
    listLocations: async () => ok([{ id: toLocationId("location-1"), name: "Harbor <Dental>" }]),
    refreshNow: notUsed,
    receiveWebhook: notUsed,
  };
  return double;
};
