import { z } from "zod";
import { toEpochSeconds } from "../core/clock.ts";
import type { EventChannel } from "../core/events.ts";
import { type ConnectionId, toConnectionId, toLocationId } from "../core/ids.ts";
import { toSecret } from "../core/secret.ts";
import { deleteForGood, type RecordStore } from "../storage/record-store.ts";

const NAMESPACE = "private_connection";

const privateRecord = z.object({
  environment: z.string(),
  locationId: z.string().transform(toLocationId),
  token: z.string().transform(toSecret),
  status: z.enum(["active", "needs_reauth"]),
  connectedAt: z.number().int().transform(toEpochSeconds),
});

/** An entered private integration token, as it is kept. */
export type PrivateRecord = Omit<z.infer<typeof privateRecord>, "environment">;

/** The sealed records of one environment's private integration tokens. */
export interface PrivateRecords {
  /** One of another environment is not found, as its token belongs elsewhere. */
  read(
    id: ConnectionId,
  ): Promise<{ readonly record: PrivateRecord; readonly version: number } | undefined>;
  /** Writes at one version, and gives the new one; undefined if another writer was first. */
  write(
    id: ConnectionId,
    record: PrivateRecord,
    ifVersion: "absent" | number,
  ): Promise<number | undefined>;
  list(): Promise<readonly ConnectionId[]>;
  /** Discards a record at one version; false if another writer was first, or it is gone. */
  remove(id: ConnectionId, ifVersion: number): Promise<boolean>;
}

/** Makes the records over a sealed store, whose encryption binds each value to its address. */
export const createPrivateRecords = (deps: {
  readonly sealed: RecordStore;
  readonly environment: string;
  /** Is told of every record that is written or removed. Absent: nobody is. */
  readonly events?: Pick<EventChannel, "publish">;
}): PrivateRecords => {
  const { sealed, environment, events } = deps;
  const tell = (connectionId: ConnectionId): void =>
    events?.publish({ kind: "connection_changed", connectionId });
  return {
    read: async (id) => {
      const stored = await sealed.get(toAddress(id));
      if (stored === undefined) return undefined;
      const { environment: owner, ...record } = privateRecord.parse(JSON.parse(stored.value));
      return owner === environment ? { record, version: stored.version } : undefined;
    },
    write: async (id, record, ifVersion) => {
      // A Secret prints itself as "[secret]", so the token is revealed by hand: here and nowhere else.
      const value = JSON.stringify({ ...record, environment, token: record.token.reveal() });
      const outcome = await sealed.put(toAddress(id), value, { ifVersion, group: environment });
      if (!outcome.ok) return undefined;
      tell(id);
      return outcome.version;
    },
    list: async () => (await sealed.list(NAMESPACE, environment)).map(toConnectionId),
    remove: async (id, ifVersion) => {
      const at = { ifVersion, group: environment };
      const removed = await deleteForGood(sealed, toAddress(id), at);
      if (removed) tell(id);
      return removed;
    },
  };
};

const toAddress = (id: ConnectionId) => ({ namespace: NAMESPACE, key: id });
