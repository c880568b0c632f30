import { z } from "zod";
import { type AuditTrail, silentAuditTrail } from "../core/audit.ts";
import { addSeconds, type Clock, type EpochSeconds } from "../core/clock.ts";
import type { EventChannel } from "../core/events.ts";
import { type ConnectionId, type GrantId, toGrantId } from "../core/ids.ts";
import type { Soon } from "../core/soon.ts";
import { hashToken } from "../crypto/hash.ts";
import type { Random } from "../crypto/random.ts";
import type { RecordStore } from "../storage/record-store.ts";
import type { GrantView } from "./authorization-server.ts";
import {
  accessField,
  areasField,
  clientIdField,
  connectionIdField,
  grantIdField,
  instantField,
  locationsField,
} from "./record-fields.ts";
import { createRecordTable, type RecordTable, type Versioned } from "./record-table.ts";
import { describeRedirectUri } from "./redirect-uri.ts";

/** However often it is refreshed, a grant ends a year after consent: someone then has to look again. */
const LIFETIME_SECONDS = 365 * 24 * 3600;
/** A grant whose code is never redeemed disappears soon after the code. */
const UNREDEEMED_SECONDS = 120;
/** Each noting is a write within a request; nobody looks closer than this. */
const TOUCH_EVERY_SECONDS = 300;
const MAX_ATTEMPTS = 25;

const grantSchema = z.object({
  id: grantIdField,
  clientId: clientIdField,
  clientName: z.string().exactOptional(),
  clientHost: z.string().exactOptional(),
  /** Where the code went; absent in grants of before it was kept. */
  redirectUri: z.string().exactOptional(),
  subject: z.string(),
  connectionId: connectionIdField,
  access: accessField,
  areas: areasField,
  locations: locationsField,
  createdAt: instantField,
  lastUsedAt: instantField,
  /** The absolute end; no token outlives it. */
  endsAt: instantField,
  /** The end if no token is issued any more; never after `endsAt`. */
  idleEndsAt: instantField,
});

/** What one person allowed one client: the record that keeps all its tokens alive. */
export type Grant = Readonly<z.infer<typeof grantSchema>>;

/** What a grant is made of. */
export type NewGrant = Omit<Grant, "id" | "createdAt" | "lastUsedAt" | "endsAt" | "idleEndsAt">;

/** Who or what ended a grant. */
export type RevokedBy = "person" | "client" | "webhook" | "refresh_reuse" | "code_replay";

/** The grants. A grant that is gone takes every one of its tokens with it at once. */
export interface Grants {
  create(grant: NewGrant): Promise<Grant>;
  find(id: GrantId): Promise<Grant | undefined>;
  /** Keeps the grant until `until`, its absolute end at most; false if it has been revoked. */
  extend(id: GrantId, until: EpochSeconds): Promise<boolean>;
  /** Notes a use, at most once in five minutes, and says whether it was due; never brings a revoked grant back. */
  touch(grant: Grant): Soon<boolean>;
  /** Ends a grant; one that is gone already is fine. */
  revoke(id: GrantId, by: RevokedBy): Promise<void>;
  listByConnection(connectionId: ConnectionId): Promise<readonly GrantView[]>;
  /** The grants that a person gave and that were used at least once, the newest first. */
  listBySubject(subject: string): Promise<readonly Grant[]>;
}

/** What {@link createGrants} needs. */
export interface GrantsDeps {
  readonly store: RecordStore;
  readonly random: Random;
  readonly clock: Clock;
  readonly audit?: AuditTrail;
  readonly events?: Pick<EventChannel, "publish">;
}

/** Opens the grants of a store. */
export const createGrants = (deps: GrantsDeps): Grants => {
  const { clock, random, audit = silentAuditTrail, events } = deps;
  const table = createRecordTable(deps.store, "grant", grantSchema);
  const bySubject = createRecordTable(deps.store, "grant_by_subject", z.literal("grant"));

  return {
    create: async (grant) => {
      const now = clock.nowSeconds();
      const record: Grant = {
        ...grant,
        id: toGrantId(random.id()),
        createdAt: now,
        lastUsedAt: now,
        endsAt: addSeconds(now, LIFETIME_SECONDS),
        idleEndsAt: addSeconds(now, UNREDEEMED_SECONDS),
      };
      const { idleEndsAt: expiresAt, connectionId: group } = record;
      await table.write(record.id, record, { expiresAt, group, ifVersion: "absent" });
      await audit.record({ kind: "grant.created", ...toAuditFields(record) });
      return record;
    },
    find: async (id) => (await table.find(id))?.value,
    extend: async (id, until) => {
      const now = clock.nowSeconds();
      const extended = await update(table, id, (grant) => {
        const idleEndsAt = until < grant.endsAt ? until : grant.endsAt;
        if (idleEndsAt <= grant.idleEndsAt) return grant;
        return { ...grant, idleEndsAt, lastUsedAt: now };
      });
      if (extended !== undefined) {
        // As long as the grant itself: an entry that outlives a revocation leads to nothing.
        const group = hashToken(extended.subject);
        await bySubject.write(id, "grant", { expiresAt: extended.idleEndsAt, group });
      }
      return extended !== undefined;
    },
    touch: (grant) => touch(table, grant, clock.nowSeconds()),
    revoke: async (id, by) => {
      // Taken: of several who end a grant at once, one says so in the audit trail. All tell the others.
      const ended = await table.take(id);
      events?.publish({ kind: "grant_revoked", grantId: id });
      await bySubject.remove(id);
      if (ended !== undefined) await recordEnd(audit, ended, by);
    },
    listByConnection: async (connectionId) =>
      (await readAll(table, await table.list(connectionId))).map(toView),
    listBySubject: async (subject) => {
      const grants = await readAll(table, await bySubject.list(hashToken(subject)));
      return grants.filter((grant) => grant.subject === subject);
    },
  };
};

const touch = (table: RecordTable<Grant>, grant: Grant, now: EpochSeconds): Soon<boolean> =>
  isTouchDue(grant, now) && noteUse(table, grant, now);

const noteUse = async (
  table: RecordTable<Grant>,
  { id }: Grant,
  now: EpochSeconds,
): Promise<true> => {
  await update(table, id, (current) =>
    isTouchDue(current, now) ? { ...current, lastUsedAt: now } : current,
  );
  return true;
};

const isTouchDue = ({ lastUsedAt }: Grant, now: EpochSeconds): boolean =>
  now - lastUsedAt >= TOUCH_EVERY_SECONDS;

/** The grants of these ids that are still there, the newest first. */
const readAll = async (
  table: RecordTable<Grant>,
  ids: readonly string[],
): Promise<readonly Grant[]> => {
  const found = await Promise.all(ids.map((id) => table.find(id)));
  return found
    .flatMap((stored) => (stored === undefined ? [] : [stored.value]))
    .toSorted((one, other) => other.createdAt - one.createdAt);
};

const recordEnd = async (audit: AuditTrail, grant: Grant, by: RevokedBy): Promise<void> => {
  const fields = toAuditFields(grant);
  const isReuse = by === "refresh_reuse" || by === "code_replay";
  if (isReuse) await audit.record({ kind: `grant.${by}`, ...fields });
  await audit.record({ kind: "grant.revoked", by: isReuse ? "reuse" : by, ...fields });
};

const toAuditFields = ({ id: grantId, clientId, connectionId, subject }: Grant) => ({
  grantId,
  clientId,
  connectionId,
  giver: toGiver(subject),
});

/** A person as the audit trail knows the giver of a grant. */
export const toGiver = (subject: string): string => hashToken(subject);

/** Changes a live grant, however many others change it too; undefined once it is gone. */
const update = async (
  table: RecordTable<Grant>,
  id: GrantId,
  change: (grant: Grant) => Grant,
): Promise<Grant | undefined> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const found: Versioned<Grant> | undefined = await table.find(id);
    if (found === undefined) return undefined;
    const next = change(found.value);
    if (next === found.value) return next;
    const options = {
      ifVersion: found.version,
      expiresAt: next.idleEndsAt,
      group: next.connectionId,
    };
    if (await table.write(id, next, options)) return next;
  }
  throw new Error("a grant changed at every attempt to update it");
};

/** A grant without what only the authorization server needs. */
export const toView = (grant: Grant): GrantView => ({
  grantId: grant.id,
  clientId: grant.clientId,
  ...(grant.clientName === undefined ? {} : { clientName: grant.clientName }),
  ...(grant.clientHost === undefined ? {} : { clientHost: grant.clientHost }),
  ...(grant.redirectUri === undefined
    ? {}
    : { redirectHost: describeRedirectUri(grant.redirectUri).host }),
  subject: grant.subject,
  connectionId: grant.connectionId,
  access: grant.access,
  areas: grant.areas,
  locations: grant.locations,
  createdAt: grant.createdAt,
  lastUsedAt: grant.lastUsedAt,
});
