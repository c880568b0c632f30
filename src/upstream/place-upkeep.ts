import { createPace } from "../core/pace.ts";
import type { RecordStore } from "../storage/record-store.ts";
import type { Connections } from "./connections.ts";
import type { PlaceIndex } from "./place-index.ts";
import type { UnclaimedInstalls } from "./unclaimed-installs.ts";
import type { Vault } from "./vault.ts";

/** Sees to it that what was written before there was an index is in it, too. */
export interface PlaceUpkeep {
  /** Whether everything can be found through the index. */
  isComplete(): Promise<boolean>;
  /** Adds what is missing, in slices; nothing where that was done before. Ends early when the signal aborts. */
  complete(signal: AbortSignal): Promise<void>;
}

/** What {@link createPlaceUpkeep} needs. */
export interface PlaceUpkeepDeps {
  readonly store: RecordStore;
  readonly environment: string;
  readonly places: PlaceIndex;
  readonly vault: Pick<Vault, "walk">;
  readonly connections: Pick<Connections, "find">;
  readonly unclaimed: Pick<UnclaimedInstalls, "walk" | "noteAgain">;
}

/** Makes the upkeep of one environment. A note in the store says that it was done. */
export const createPlaceUpkeep = (deps: PlaceUpkeepDeps): PlaceUpkeep => {
  const { store, environment, places, vault, connections, unclaimed } = deps;
  const at = { namespace: "place_index", key: environment };
  let isKnown = false;
  const isComplete = async (): Promise<boolean> => {
    isKnown ||= (await store.get(at)) !== undefined;
    return isKnown;
  };
  return {
    isComplete,
    complete: async (signal) => {
      if (await isComplete()) return;
      const pace = createPace();
      for await (const id of vault.walk()) {
        if (signal.aborted) return;
        const held = await connections.find(id);
        if (held !== undefined) await places.add(id, held.connection);
        await pace();
      }
      for await (const install of unclaimed.walk()) {
        if (signal.aborted) return;
        await unclaimed.noteAgain(install);
        await pace();
      }
      await store.put(at, "complete");
      isKnown = true;
    },
  };
};
