import type { Size } from "./part.ts";

/** What the figures of docs/performance.md are taken with. */
export const FULL: Size = {
  starts: 3,
  rounds: 3,
  warmUp: 30_000,
  // About as many as from one major collection to the next: shorter runs have one or have none.
  calls: 15_000,
  connections: [32, 256],
  lists: 2_000,
  repeats: 5,
  memoryCalls: 50_000,
  sseClients: 1_000,
  refreshes: 2_000,
  signIns: 60,
  vaults: [1, 100, 10_000],
  coldStarts: 15,
};

/** For a look while working on something. */
export const QUICK: Size = {
  ...FULL,
  starts: 1,
  rounds: 1,
  warmUp: 3_000,
  calls: 800,
  lists: 300,
  memoryCalls: 2_000,
  sseClients: 200,
  refreshes: 300,
  signIns: 10,
  vaults: [1, 100],
  coldStarts: 3,
};

/** Shows that every part works, and nothing else. */
export const TINY: Size = {
  starts: 1,
  rounds: 1,
  warmUp: 16,
  calls: 24,
  connections: [4, 8],
  lists: 8,
  repeats: 1,
  memoryCalls: 24,
  sseClients: 4,
  refreshes: 8,
  signIns: 4,
  vaults: [20],
  coldStarts: 1,
};
