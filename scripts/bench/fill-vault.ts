import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { toUpstreamSettings } from "../../src/cli/session.ts";
import { loadConfig } from "../../src/config/load.ts";
import { loadMasterKeys } from "../../src/config/master-key.ts";
import { addSeconds, systemClock } from "../../src/core/clock.ts";
import { toClientId, toLocationId } from "../../src/core/ids.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { createKeyring } from "../../src/crypto/keyring.ts";
import { systemRandom } from "../../src/crypto/random.ts";
import { createGrants } from "../../src/oauth/grants.ts";
import { toResource } from "../../src/oauth/metadata.ts";
import { createAccessTokens } from "../../src/oauth/token/access-tokens.ts";
import { openRecordStore } from "../../src/storage/open.ts";
import { createSealedStore } from "../../src/storage/sealed-store.ts";
import { createConnections } from "../../src/upstream/connections.ts";
import { createVault } from "../../src/upstream/vault.ts";
import type { ServerPlace } from "../measure/start-server.ts";

const DAY_SECONDS = 86_400;

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
  { storageUrl, publicUrl, environment: variables }: ServerPlace,
  connectionCount: number,
): Promise<readonly string[]> => {
  const clock = systemClock;
  const random = systemRandom;
  const { config } = loadConfig({ environment: variables });
  const { environment } = toUpstreamSettings(config, undefined);
  const keyring = createKeyring(
    await loadMasterKeys(config.masterKey, { random, log: silentLogger }),
  );
  const store = await openRecordStore(storageUrl, { clock });
  const vault = createVault({ sealed: createSealedStore({ store, keyring, random }), environment });
  const connections = createConnections({ environment, vault, store, clock, random });
  const grants = createGrants({ store, random, clock });
  const accessTokens = createAccessTokens({ store, random });
  const tokens: string[] = [];
  try {
    for (let index = 0; index < connectionCount; index += 1) {
      const locationId = toLocation(index);
      const connection = await connections.record({
        // As long as GoHighLevel's, which are signed objects.
        access_token: random.token().repeat(16),
        refresh_token: random.token().repeat(16),
        expires_in: DAY_SECONDS,
        scope: config.scopes.join(" "),
        userType: "Location",
        companyId: "vaultCompany00000000",
        locationId,
        userId: undefined,
      });
      const reach = { access: "write", areas: "all" } as const;
      const clientId = toClientId("bench");
      const grant = await grants.create({
        ...reach,
        clientId,
        subject: `person ${index}`,
        connectionId: connection.id,
        locations: [toLocationId(locationId)],
      });
      const issuedAt = clock.nowSeconds();
      const expiresAt = addSeconds(issuedAt, DAY_SECONDS);
      await grants.extend(grant.id, expiresAt);
      tokens.push(
        await accessTokens.mint({
          ...reach,
          grantId: grant.id,
          clientId,
          resource: toResource(publicUrl),
          issuedAt,
          expiresAt,
        }),
      );
    }
  } finally {
    await store.close();
  }
  return tokens;
};
