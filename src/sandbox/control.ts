import type { TokenAuthority } from "./oauth/tokens.ts";
import type { PkceMode, SandboxControl, SandboxFault, SandboxRequest } from "./sandbox.ts";

/** The side of the levers that the request handling pulls on. */
export interface ControlState {
  readonly control: Omit<SandboxControl, "signWebhook" | "sendWebhook" | "receiveMessage">;
  record(request: SandboxRequest): void;
  /** The fault for a path, used up by the asking; undefined: behave. */
  takeFault(path: string): SandboxFault["how"] | undefined;
  readonly grantedScopes: (asked: readonly string[]) => readonly string[];
  readonly pausedLocations: ReadonlySet<string>;
  /** Where the UNINSTALL webhook goes; undefined: nowhere. */
  findUninstallWebhook(): string | undefined;
  /** How the sign-in behaves now. */
  signIn(): SignInHabits;
}

/** What the levers say about the sign-in. */
export interface SignInHabits {
  readonly pkce: PkceMode;
  readonly dropsState: boolean;
  readonly needsVersionId: boolean;
}

/** A sandbox that runs for days must not remember every request. */
const MAX_REQUESTS = 50_000;

/** Creates the levers of one sandbox. */
export const createControl = (
  tokens: TokenAuthority,
  rotatePrivateToken: SandboxControl["rotatePrivateToken"],
): ControlState => {
  const requests: SandboxRequest[] = [];
  const faults: { readonly pathPrefix: string; readonly how: SandboxFault["how"]; left: number }[] =
    [];
  const pausedLocations = new Set<string>();
  const signIn = createSignInLevers();
  let uninstallWebhook: string | undefined;
  let scopeLimit: readonly string[] | undefined;
  return {
    signIn: signIn.habits,
    pausedLocations,
    record: (request) => {
      requests.push(request);
      // Forgets many at once, so that most calls copy nothing.
      if (requests.length >= 2 * MAX_REQUESTS) requests.splice(0, requests.length - MAX_REQUESTS);
    },
    takeFault: (path) => {
      const fault = faults.find(({ pathPrefix, left }) => left > 0 && path.startsWith(pathPrefix));
      if (fault === undefined) return undefined;
      fault.left -= 1;
      return fault.how;
    },
    findUninstallWebhook: () => uninstallWebhook,
    grantedScopes: (asked) => scopeLimit ?? asked,
    control: {
      requests: () => requests.slice(-MAX_REQUESTS),
      clearRequests: () => {
        requests.length = 0;
      },
      expireAccessTokens: () => {
        tokens.expireAccessTokens();
      },
      revokeRefreshTokens: () => {
        tokens.revokeRefreshTokens();
      },
      limitScopes: (scopes) => {
        scopeLimit = scopes;
      },
      sendUninstallsTo: (url) => {
        uninstallWebhook = url;
      },
      misbehave: ({ pathPrefix, count, how }) => {
        faults.push({ pathPrefix, how, left: count });
      },
      pauseLocation: (locationId) => {
        pausedLocations.add(locationId);
      },
      resumeLocation: (locationId) => {
        pausedLocations.delete(locationId);
      },
      ...signIn.levers,
      rotatePrivateToken,
    },
  };
};

type SignInLever = "setPkce" | "dropState" | "requireVersionId";

/** The levers of the sign-in page, and how it behaves by them. */
const createSignInLevers = (): {
  readonly habits: () => SignInHabits;
  readonly levers: Pick<SandboxControl, SignInLever>;
} => {
  let habits: SignInHabits = { pkce: "ignore", dropsState: false, needsVersionId: false };
  return {
    habits: () => habits,
    levers: {
      setPkce: (pkce) => {
        habits = { ...habits, pkce };
      },
      dropState: (dropsState) => {
        habits = { ...habits, dropsState };
      },
      requireVersionId: (needsVersionId) => {
        habits = { ...habits, needsVersionId };
      },
    },
  };
};
