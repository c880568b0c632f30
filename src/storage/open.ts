import { existsSync } from "node:fs";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { createLocalEvents } from "../core/events.ts";
import type { Logger } from "../core/logger.ts";
import { createEventChannel, type StoreEventChannel, type WireEnd } from "./event-channel.ts";
import type { MaintainableStore } from "./maintainable-store.ts";
import { createMemoryStore } from "./memory.ts";

const SUPPORTED =
  'supported are "sqlite:<path>", such as sqlite:./data/ghl-mcp.db, "postgres://…", "redis://…", "rediss://…" and "memory:"';

/**
 * Opens the store that a storage URL names: `memory:`, `sqlite:` and a path relative to the working
 * directory, `postgres://` or `postgresql://`, `redis://` or `rediss://` (TLS). Throws
 * `AppError("config_invalid")` for any other, `storage_unavailable` if it cannot be opened. `log` hears
 * of settings of a server under which records get lost.
 */
export const openRecordStore = async (
  url: string,
  deps: { readonly clock: Clock; readonly log?: Logger },
): Promise<MaintainableStore> => {
  const [scheme, rest] = split(url);
  switch (scheme) {
    case "sqlite": {
      const { openSqliteStore } = await import("./sqlite.ts");
      return openSqliteStore(checkPath(rest), deps);
    }
    case "postgres":
    case "postgresql": {
      const { openPostgresStore } = await import("./postgres.ts");
      return openPostgresStore(url, deps);
    }
    case "redis":
    case "rediss": {
      const { openRedisStore } = await import("./redis.ts");
      return openRedisStore(url, deps);
    }
    default: {
      if (scheme === "memory" && rest === "") return createMemoryStore(deps);
      // Of the URL only the scheme is shown: the rest may hold a password.
      throw new AppError(
        "config_invalid",
        `the storage URL starts with "${scheme}:"; ${SUPPORTED}`,
      );
    }
  }
};

/**
 * Whether the store of a URL has been opened before. Makes nothing, where opening would make what is
 * missing. Throws what opening throws for a URL that is none and a server that does not answer.
 */
export const isStoreMade = async (
  url: string,
  deps: { readonly clock: Clock },
): Promise<boolean> => {
  const [scheme, rest] = split(url);
  switch (scheme) {
    case "sqlite":
      return existsSync(checkPath(rest));
    case "postgres":
    case "postgresql": {
      const { isPostgresStoreMade } = await import("./postgres-look.ts");
      return isPostgresStoreMade(url);
    }
    case "redis":
    case "rediss": {
      const { isRedisStoreMade } = await import("./redis.ts");
      return isRedisStoreMade(url, deps);
    }
    default:
      // The store in memory is made with each process, and leaves nothing behind.
      return true;
  }
};

/**
 * Makes the channel of events between the processes on the store of a URL, which must have been opened
 * before. Connects when it is started, or when there is something to send. `ownId` tells this process
 * from the others.
 */
export const openEventChannel = async (
  url: string,
  deps: {
    readonly clock: Clock;
    readonly ownId: string;
    readonly log?: Logger;
    readonly pulseEveryMs?: number;
  },
): Promise<StoreEventChannel> => {
  const [scheme, rest] = split(url);
  switch (scheme) {
    case "sqlite": {
      const { openSqliteWire } = await import("./sqlite-events.ts");
      const openWire = (end: WireEnd) => openSqliteWire(checkPath(rest), end, deps);
      return createEventChannel({ ...deps, openWire });
    }
    case "postgres":
    case "postgresql": {
      const { openPostgresWire } = await import("./postgres-events.ts");
      return createEventChannel({ ...deps, openWire: (end) => openPostgresWire(url, end) });
    }
    case "redis":
    case "rediss": {
      const { openRedisWire } = await import("./redis-events.ts");
      return createEventChannel({ ...deps, openWire: (end) => openRedisWire(url, end) });
    }
    default:
      return { ...createLocalEvents(), start: () => {} };
  }
};

const split = (url: string): readonly [scheme: string, rest: string] => {
  const colon = url.indexOf(":");
  if (colon <= 0) {
    throw new AppError("config_invalid", `the storage URL has no scheme; ${SUPPORTED}`);
  }
  return [url.slice(0, colon), url.slice(colon + 1)];
};

const checkPath = (path: string): string => {
  if (path === "" || path === ":memory:" || path.startsWith("//")) {
    throw new AppError(
      "config_invalid",
      `a storage URL "sqlite:" needs a file's path; ${SUPPORTED}`,
    );
  }
  return path;
};
