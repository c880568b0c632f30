import type { Clock } from "../core/clock.ts";
import type { GrantId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { LegacySseStream } from "./sse-stream.ts";

/** Open streams of all clients, and of one grant. */
const MAX_SESSIONS = 500;
const MAX_SESSIONS_PER_GRANT = 16;
/** A stream on which no message came for this long is closed. */
const IDLE_MS = 30 * 60_000;
/** How often a comment keeps proxies from cutting a quiet stream. */
const KEEP_ALIVE_MS = 25_000;

/** The open event streams, each bound to the grant that opened it (mcp.md, R12). */
export interface SseSessions {
  /** Whether this grant may open one more. */
  hasRoom(grantId: GrantId): boolean;
  add(grantId: GrantId, stream: LegacySseStream): void;
  /** The stream of that id; another grant's is as unknown as one that does not exist. */
  find(id: string, grantId: GrantId): LegacySseStream | undefined;
  /** Puts off the idle time-out. */
  touch(id: string): void;
  /** Closes a stream; nothing happens when it is gone already. */
  end(id: string): Promise<void>;
  endAll(): Promise<void>;
}

interface Session {
  readonly grantId: GrantId;
  readonly stream: LegacySseStream;
  readonly stop: AbortController;
  lastMessageMs: number;
}

/** Makes an empty table. Every session in it is watched until it ends. */
export function createSseSessions({
  clock,
  log,
}: {
  readonly clock: Clock;
  readonly log: Logger;
}): SseSessions {
  const sessions = new Map<string, Session>();
  const end = async (id: string): Promise<void> => {
    const session = sessions.get(id);
    if (session === undefined) return;
    sessions.delete(id);
    session.stop.abort();
    await session.stream.close();
  };
  const watch = async (session: Session): Promise<void> => {
    const { stop, stream, grantId } = session;
    while (!stop.signal.aborted) {
      // The only rejection of a sleep is its abort, which the loop looks at itself.
      await clock.sleep(KEEP_ALIVE_MS, stop.signal).catch(() => undefined);
      if (stop.signal.aborted) return;
      if (clock.nowMs() - session.lastMessageMs >= IDLE_MS) {
        log.info("closed an idle sse session", { grantId });
        await end(stream.id);
      } else stream.keepAlive();
    }
  };
  return {
    hasRoom: (grantId) =>
      sessions.size < MAX_SESSIONS &&
      [...sessions.values()].filter((session) => session.grantId === grantId).length <
        MAX_SESSIONS_PER_GRANT,
    add: (grantId, stream) => {
      const stop = new AbortController();
      const session = { grantId, stream, stop, lastMessageMs: clock.nowMs() };
      sessions.set(stream.id, session);
      void watch(session);
    },
    find: (id, grantId) => {
      const session = sessions.get(id);
      return session?.grantId === grantId ? session.stream : undefined;
    },
    touch: (id) => {
      const session = sessions.get(id);
      if (session !== undefined) session.lastMessageMs = clock.nowMs();
    },
    end,
    endAll: async () => {
      await Promise.all([...sessions.keys()].map(end));
    },
  };
}
