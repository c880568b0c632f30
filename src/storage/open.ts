import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { createMemoryStore } from "./memory.ts";
import type { RecordStore } from "./record-store.ts";

const SUPPORTED = 'supported are "sqlite:<path>", such as sqlite:./data/ghl-mcp.db, and "memory:"';

/**
 * Opens the store that a STORAGE_URL names: `memory:`, or `sqlite:` and a path, relative to the
 * working directory. Throws `AppError("config_invalid")` for any other, `storage_unavailable` if it
 * cannot be opened.
 */
export const openRecordStore = async (
  url: string,
  deps: { readonly clock: Clock },
): Promise<RecordStore> => {
  const [scheme, rest] = split(url);
  if (scheme === "memory" && rest === "") return createMemoryStore(deps);
  if (scheme === "sqlite") {
    const { openSqliteStore } = await import("./sqlite.ts");
    return openSqliteStore(checkPath(rest), deps);
  }
  // Of the URL only the scheme is shown: the rest may hold a password.
  throw new AppError("config_invalid", `STORAGE_URL starts with "${scheme}:"; ${SUPPORTED}`);
};

const split = (url: string): readonly [scheme: string, rest: string] => {
  const colon = url.indexOf(":");
  if (colon <= 0) {
    throw new AppError("config_invalid", `STORAGE_URL is not a store's URL; ${SUPPORTED}`);
  }
  return [url.slice(0, colon), url.slice(colon + 1)];
};

const checkPath = (path: string): string => {
  if (path === "" || path === ":memory:" || path.startsWith("//")) {
    throw new AppError("config_invalid", `STORAGE_URL "sqlite:" needs a file's path; ${SUPPORTED}`);
  }
  return path;
};
