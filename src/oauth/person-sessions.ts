import { z } from "zod";
import { addSeconds, type Clock, type EpochSeconds } from "../core/clock.ts";
import type { ConnectionId } from "../core/ids.ts";
import { hashToken } from "../crypto/hash.ts";
import type { Random } from "../crypto/random.ts";
import type { RecordStore } from "../storage/record-store.ts";
import { connectionIdField, instantField } from "./record-fields.ts";
import { createRecordTable } from "./record-table.ts";

/** Marks our session tokens for secret scanners. */
const PREFIX = "ghlmcp_ps_";
const IDLE_SECONDS = 12 * 3600;
const ABSOLUTE_SECONDS = 30 * 24 * 3600;
const TOUCH_EVERY_SECONDS = 300;

const sessionSchema = z.object({
  subject: z.string(),
  /** Newest first. */
  signIns: z.array(z.object({ connectionId: connectionIdField, at: instantField })).readonly(),
  createdAt: instantField,
  lastSeenAt: instantField,
});

type SessionRecord = Readonly<z.infer<typeof sessionSchema>>;

/** A person whose browser has signed in at GoHighLevel. */
export interface PersonSession {
  /** The same as in the grants that this person gives. */
  readonly subject: string;
  /** The connections that this person signed in to, the last one first. */
  readonly connectionIds: readonly ConnectionId[];
}

/** Who signed in, and to what. */
export interface SignIn {
  readonly subject: string;
  readonly connectionId: ConnectionId;
}

/** A started session: the token for the browser's cookie, and how long it can live at most. */
export interface StartedSession {
  readonly token: string;
  readonly maxAgeSeconds: number;
}

/** The sessions of persons: 256 random bits each, stored under their SHA-256. */
export interface PersonSessions {
  /**
   * Starts a session after a sign-in. It always has a new token, so that a token that someone planted
   * or saw before is worth nothing after it (session fixation). The session of `previousToken` ends;
   * if it was the same person's, what they had signed in to comes along.
   */
  start(signIn: SignIn, previousToken?: string): Promise<StartedSession>;
  /** The live session of a token. Noting the use keeps it alive: 12 hours each time, 30 days at most. */
  find(token: string): Promise<PersonSession | undefined>;
  end(token: string): Promise<void>;
}

/** Opens the sessions of a store. */
export const createPersonSessions = (deps: {
  readonly store: RecordStore;
  readonly random: Random;
  readonly clock: Clock;
}): PersonSessions => {
  const { clock, random } = deps;
  const table = createRecordTable(deps.store, "person_session", sessionSchema);
  const findRecord = async (token: string | undefined) =>
    token?.startsWith(PREFIX) === true ? table.find(hashToken(token)) : undefined;

  return {
    start: async ({ subject, connectionId }, previousToken) => {
      const now = clock.nowSeconds();
      const previous = (await findRecord(previousToken))?.value;
      const earlier = previous?.subject === subject ? freshSignIns(previous, now) : [];
      const record: SessionRecord = {
        subject,
        signIns: [
          { connectionId, at: now },
          ...earlier.filter((one) => one.connectionId !== connectionId),
        ],
        createdAt: now,
        lastSeenAt: now,
      };
      const token = PREFIX + random.token();
      await table.write(hashToken(token), record, {
        ifVersion: "absent",
        expiresAt: endOf(record),
      });
      if (previousToken !== undefined) await table.remove(hashToken(previousToken));
      return { token, maxAgeSeconds: ABSOLUTE_SECONDS };
    },
    find: async (token) => {
      const found = await findRecord(token);
      if (found === undefined) return undefined;
      const now = clock.nowSeconds();
      if (now - found.value.lastSeenAt >= TOUCH_EVERY_SECONDS) {
        const seen = { ...found.value, lastSeenAt: now };
        // At the version read: a sign-out at the same moment must not be undone.
        await table.write(hashToken(token), seen, {
          ifVersion: found.version,
          expiresAt: endOf(seen),
        });
      }
      const { subject } = found.value;
      const connectionIds = freshSignIns(found.value, now).map((one) => one.connectionId);
      return { subject, connectionIds };
    },
    end: (token) => table.remove(hashToken(token)),
  };
};

const endOf = (record: SessionRecord): EpochSeconds => {
  const idle = addSeconds(record.lastSeenAt, IDLE_SECONDS);
  const absolute = addSeconds(record.createdAt, ABSOLUTE_SECONDS);
  return idle < absolute ? idle : absolute;
};

/** A sign-in that came along from an earlier session does not outlive its own 30 days. */
const freshSignIns = (record: SessionRecord, now: EpochSeconds): SessionRecord["signIns"] =>
  record.signIns.filter((one) => now < addSeconds(one.at, ABSOLUTE_SECONDS));
