import { probe } from "./attack-client.ts";
import { type RunningApp, startApp } from "./running-app.ts";

/** Two instances of the server over one store and one sandbox. */
export interface TwinApps {
  readonly running: RunningApp;
  readonly other: RunningApp;
  /** The status that each instance answers a token with. */
  statusEverywhere(token: string): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** In which an instance has heard of what another did (U15 and V02 of the attacks). */
export const WITHIN_A_SECOND = { timeout: 1_000, interval: 20 } as const;

/** Starts two instances that share their store and their public origin. */
export async function startTwinApps(): Promise<TwinApps> {
  const running = await startApp();
  const { publicUrl, redirectUri, storageUrl } = running.config;
  const other = await startApp({
    sandbox: running.sandbox,
    config: { publicUrl, redirectUri, storageUrl },
  });
  return {
    running,
    other,
    statusEverywhere: async (token) => [
      await probe(running, token),
      await probe({ publicUrl: `http://localhost:${other.config.port}` }, token),
    ],
    close: async () => {
      await other.close();
      await running.close();
    },
  };
}
