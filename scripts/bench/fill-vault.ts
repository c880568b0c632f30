import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { toLocationId } from "../../src/core/ids.ts";
import type { ServerPlace } from "../measure/start-server.ts";
import { openBenchStore } from "./bench-store.ts";

/** The id of the n-th location that the stand-in knows beside those of the sandbox. */
const toLocation = (index: number): string => `vault${String(index).padStart(15, "0")}`;

/** Where a file costs no wait for a disk, on Linux. */
const MEMORY_FOLDER = "/dev/shm";

/**
 * Fills the SQLite store of a server that is about to start, through the code that a sign-in runs:
 * connections of as many locations, each with a grant and an access token. Gives the tokens.
 */
export const fillVault = async (
  place: ServerPlace,
  connectionCount: number,
): Promise<readonly string[]> => {
  if (!existsSync(MEMORY_FOLDER)) return fillStore(place, connectionCount);
  // Every write would wait for the disk: minutes for 10,000 connections.
  const folder = mkdtempSync(join(MEMORY_FOLDER, "ghl-mcp-measure-"));
  try {
    const storageUrl = `sqlite:${folder}/store.db`;
    const tokens = await fillStore({ ...place, storageUrl }, connectionCount);
    cpSync(folder, dirname(place.storageUrl.slice("sqlite:".length)), { recursive: true });
    return tokens;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const fillStore = async (
  place: ServerPlace,
  connectionCount: number,
): Promise<readonly string[]> => {
  const { store, signIn } = await openBenchStore(place);
  const tokens: string[] = [];
  try {
    for (let index = 0; index < connectionCount; index += 1) {
      const locationId = toLocation(index);
      const { token } = await signIn({
        userType: "Location",
        companyId: "vaultCompany00000000",
        locationId,
        access: "write",
        subject: `person ${index}`,
        locations: [toLocationId(locationId)],
      });
      tokens.push(token);
    }
  } finally {
    await store.close();
  }
  return tokens;
};
