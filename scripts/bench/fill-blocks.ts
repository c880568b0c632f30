import { toUpstreamSettings } from "../../src/cli/session.ts";
import { loadConfig } from "../../src/config/load.ts";
import { loadMasterKeys } from "../../src/config/master-key.ts";
import { addSeconds, systemClock } from "../../src/core/clock.ts";
import { toClientId, toConnectionId } from "../../src/core/ids.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { createKeyring } from "../../src/crypto/keyring.ts";
import { systemRandom } from "../../src/crypto/random.ts";
import { createGrants } from "../../src/oauth/grants.ts";
import { toResource } from "../../src/oauth/metadata.ts";
import { createPersonSessions } from "../../src/oauth/person-sessions.ts";
import { createAccessTokens } from "../../src/oauth/token/access-tokens.ts";
import { createAuditTrail } from "../../src/storage/audit-trail.ts";
import { openRecordStore } from "../../src/storage/open.ts";
import { createSealedStore } from "../../src/storage/sealed-store.ts";
import { newUsageCell, toUsageDay, writeUsageRecord } from "../../src/storage/usage-record.ts";
import { createConnections } from "../../src/upstream/connections.ts";
import { createVault } from "../../src/upstream/vault.ts";
import type { ServerPlace } from "../measure/start-server.ts";
import { AGENCY_ID, AGENCY_LOCATIONS } from "./block-upstream.ts";

const DAY_SECONDS = 86_400;
const PERSON = "person of many accounts";

/** What a store is filled with beside connections. */
export interface BlockFill {
  /** Connections that one person signed in to. */
  readonly ownConnections: number;
  readonly auditEvents: number;
  readonly usageDays: number;
}

/** What the actions use. */
export interface BlockKeys {
  /** Of a grant on an agency with many locations. */
  readonly agencyToken: string;
  /** Of a person who signed in to many accounts, and to that agency. */
  readonly cookie: string;
}

/** Adds to a filled store: an agency that was busy for a month, a person with many accounts, a long trail. */
export const fillBlocks = async (
  { storageUrl, publicUrl, environment: variables }: ServerPlace,
  { ownConnections, auditEvents, usageDays }: BlockFill,
): Promise<BlockKeys> => {
  const clock = systemClock;
  const random = systemRandom;
  const { config } = loadConfig({ environment: variables });
  const { environment } = toUpstreamSettings(config, undefined);
  const keyring = createKeyring(
    await loadMasterKeys(config.masterKey, { random, log: silentLogger }),
  );
  const store = await openRecordStore(storageUrl, { clock });
  try {
    const vault = createVault({
      sealed: createSealedStore({ store, keyring, random }),
      environment,
    });
    const connections = createConnections({ environment, vault, store, clock, random });
    const agency = await connections.record({
      access_token: random.token().repeat(16),
      refresh_token: random.token().repeat(16),
      expires_in: DAY_SECONDS,
      scope: config.scopes.join(" "),
      userType: "Company",
      companyId: AGENCY_ID,
      locationId: undefined,
      userId: undefined,
    });
    const grants = createGrants({ store, random, clock });
    const reach = { access: "critical", areas: "all" } as const;
    const clientId = toClientId("bench");
    const grant = await grants.create({
      ...reach,
      clientId,
      subject: PERSON,
      connectionId: agency.id,
      locations: "all",
    });
    const issuedAt = clock.nowSeconds();
    const expiresAt = addSeconds(issuedAt, DAY_SECONDS);
    await grants.extend(grant.id, expiresAt);
    const resource = toResource(publicUrl);
    const minted = { ...reach, grantId: grant.id, clientId, resource, issuedAt, expiresAt };
    const agencyToken = await createAccessTokens({ store, random }).mint(minted);

    for (let age = 0; age < usageDays; age += 1) {
      const at = issuedAt - age * DAY_SECONDS;
      const cells = new Map<string, number[]>();
      for (let location = 0; location < AGENCY_LOCATIONS; location += 1) {
        const id = `agency${String(location).padStart(14, "0")}`;
        for (let hour = 0; hour < 24; hour += 1)
          cells.set(`${id}/${hour}`, [hour + 1, ...newUsageCell().slice(1)]);
      }
      const day = new Date(toUsageDay(at) * DAY_SECONDS * 1000).toISOString().slice(0, 10);
      const value = writeUsageRecord({ writers: new Map(), cells });
      await store.put({ namespace: "usage", key: `${agency.id}/${day}` }, value, { expiresAt });
    }

    const audit = createAuditTrail({ store, clock, random, log: silentLogger });
    for (let index = 0; index < auditEvents; index += 1) {
      const connectionId = toConnectionId(`elsewhere ${index}`);
      await audit.record({ kind: "connection.removed", connectionId, by: "person" });
    }

    const sessions = createPersonSessions({ store, random, clock });
    const ids = (await store.list("connection", environment))
      .map((key) => toConnectionId(key.slice(environment.length + 1)))
      .filter((id) => id !== agency.id)
      .slice(0, ownConnections);
    let token: string | undefined;
    for (const connectionId of [...ids, agency.id]) {
      ({ token } = await sessions.start({ subject: PERSON, connectionId }, token));
    }
    return { agencyToken, cookie: `__Host-ghlmcp-session=${token ?? ""}` };
  } finally {
    await store.close();
  }
};
