import { systemClock } from "../../src/core/clock.ts";
import { toConnectionId } from "../../src/core/ids.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { systemRandom } from "../../src/crypto/random.ts";
import { createPersonSessions } from "../../src/oauth/person-sessions.ts";
import { createAuditTrail } from "../../src/storage/audit-trail.ts";
import { newUsageCell, toUsageDay, writeUsageRecord } from "../../src/storage/usage-record.ts";
import type { ServerPlace } from "../measure/start-server.ts";
import { openBenchStore } from "./bench-store.ts";
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
  place: ServerPlace,
  { ownConnections, auditEvents, usageDays }: BlockFill,
): Promise<BlockKeys> => {
  const clock = systemClock;
  const random = systemRandom;
  const { store, environment, signIn } = await openBenchStore(place);
  try {
    const agency = await signIn({
      userType: "Company",
      companyId: AGENCY_ID,
      locationId: undefined,
      access: "critical",
      subject: PERSON,
      locations: "all",
    });

    for (let age = 0; age < usageDays; age += 1) {
      const at = agency.issuedAt - age * DAY_SECONDS;
      const cells = new Map<string, number[]>();
      for (let location = 0; location < AGENCY_LOCATIONS; location += 1) {
        const id = `agency${String(location).padStart(14, "0")}`;
        for (let hour = 0; hour < 24; hour += 1)
          cells.set(`${id}/${hour}`, [hour + 1, ...newUsageCell().slice(1)]);
      }
      const day = new Date(toUsageDay(at) * DAY_SECONDS * 1000).toISOString().slice(0, 10);
      const value = writeUsageRecord({ writers: new Map(), cells });
      await store.put({ namespace: "usage", key: `${agency.connectionId}/${day}` }, value, {
        expiresAt: agency.expiresAt,
      });
    }

    const audit = createAuditTrail({ store, clock, random, log: silentLogger });
    for (let index = 0; index < auditEvents; index += 1) {
      const connectionId = toConnectionId(`elsewhere ${index}`);
      await audit.record({ kind: "connection.removed", connectionId, by: "person" });
    }

    const sessions = createPersonSessions({ store, random, clock });
    const ids = (await store.list("connection", environment))
      .map((key) => toConnectionId(key.slice(environment.length + 1)))
      .filter((id) => id !== agency.connectionId)
      .slice(0, ownConnections);
    let token: string | undefined;
    for (const connectionId of [...ids, agency.connectionId]) {
      ({ token } = await sessions.start({ subject: PERSON, connectionId }, token));
    }
    return { agencyToken: agency.token, cookie: `__Host-ghlmcp-session=${token ?? ""}` };
  } finally {
    await store.close();
  }
};
