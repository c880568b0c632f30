import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import type { RunningSandbox, SandboxFault } from "../../src/sandbox/sandbox.ts";
import { answerParent } from "../measure/answer-parent.ts";

/** What the soak needs to know of the sandbox. */
export interface SandboxFacts {
  readonly baseUrl: string;
  readonly authorizeUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly places: readonly Place[];
}

/** A location with contacts of its own. */
export interface Place {
  readonly id: string;
  readonly contacts: readonly string[];
}

/** Short, so that the server refreshes at GoHighLevel, with rotating tokens, all the time. */
const ACCESS_TOKEN_TTL_SECONDS = 150;

let sandbox: RunningSandbox | undefined;

const start = async (): Promise<SandboxFacts> => {
  const running = await startSandbox({
    accessTokenTtlSeconds: ACCESS_TOKEN_TTL_SECONDS,
    enforceRateLimit: true,
  });
  sandbox = running;
  const { baseUrl, authorizeUrl, clientId, clientSecret } = running;
  const places: Place[] = [];
  for (const { id } of running.locations) {
    const token = running.privateTokens.get(id) ?? "";
    places.push({
      id,
      contacts: await readContacts(`${baseUrl}/contacts/?locationId=${id}`, token),
    });
  }
  return { baseUrl, authorizeUrl, clientId, clientSecret, places };
};

const readContacts = async (url: string, token: string): Promise<readonly string[]> => {
  const answer = await fetch(`${url}&limit=50`, {
    headers: { authorization: `Bearer ${token}`, version: "2021-07-28" },
  });
  const body = (await answer.json()) as { readonly contacts?: readonly { readonly id: string }[] };
  return (body.contacts ?? []).map(({ id }) => id);
};

const misbehave = (fault: SandboxFault): void => {
  // The log of requests would be growth of its own.
  sandbox?.control.clearRequests();
  sandbox?.control.misbehave(fault);
};

answerParent({ start, misbehave, end: () => sandbox?.close() });
