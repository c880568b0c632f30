import { ok } from "../../src/core/result.ts";
import { toSecret } from "../../src/core/secret.ts";
import type { TokenSource } from "../../src/ghl/ports.ts";
import { createGhlClient, type GhlClientLibrary } from "../../src/library/api-client.ts";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { createScaledClock } from "../unit/ghl/scaled-clock.ts";
import { signIn } from "../unit/sandbox/sign-in.ts";

/** A sandbox with a client that has a token of whatever class an operation wants. */
export interface SandboxClient {
  readonly sandbox: RunningSandbox;
  readonly client: GhlClientLibrary;
  /** The location that the client's calls are about unless they name another. */
  readonly here: string;
  /** The same, but with no location unless a call names one. */
  readonly withoutLocation: GhlClientLibrary;
  /** A client with the private integration token of a location. */
  withPrivateToken(locationId: string): GhlClientLibrary;
  close(): Promise<void>;
}

/**
 * Starts both. They live 400 times as fast as the machine's clock, so that keeping to a hundred calls
 * in ten seconds takes no time.
 */
export const startSandboxClient = async (): Promise<SandboxClient> => {
  const clock = createScaledClock(Date.now(), 400);
  const sandbox = await startSandbox({ clock });
  const here = sandbox.locations[0]?.id ?? "";
  const tokens = {
    location: (await signIn(sandbox, here)).access_token,
    company: (await signIn(sandbox, "company")).access_token,
  };
  const source: TokenSource = {
    getToken: ({ tokenClass }) =>
      Promise.resolve(ok({ token: toSecret(tokens[tokenClass]), kind: "oauth" })),
    replaceToken: async (request) => source.getToken(request),
  };
  const shared = { apiBaseUrl: sandbox.baseUrl, clock };
  const client = createGhlClient({ ...shared, auth: { tokens: source }, locationId: here });
  const withoutLocation = createGhlClient({ ...shared, auth: { tokens: source } });
  const clients = [client, withoutLocation];
  return {
    sandbox,
    client,
    here,
    withoutLocation,
    withPrivateToken: (locationId) => {
      const privateToken = toSecret(sandbox.privateTokens.get(locationId) ?? "");
      const made = createGhlClient({ ...shared, auth: { privateToken }, locationId });
      clients.push(made);
      return made;
    },
    close: async () => {
      for (const one of clients) await one.close();
      await sandbox.close();
    },
  };
};
