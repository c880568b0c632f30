import type { DatabaseSync } from "node:sqlite";
import { AppError } from "../core/errors.ts";

/**
 * The steps from an empty file to the schema of this version, in order. `PRAGMA user_version` counts
 * the steps that a file has taken. A step that has been released is never changed, only followed.
 *
 * @internal
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE records (
     namespace TEXT NOT NULL,
     key TEXT NOT NULL,
     value TEXT NOT NULL,
     version INTEGER NOT NULL,
     expires_at INTEGER,
     grp TEXT,
     PRIMARY KEY (namespace, key)
   ) STRICT;
   CREATE INDEX records_by_group ON records (namespace, grp, key) WHERE grp IS NOT NULL;
   CREATE INDEX records_by_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;`,
  // Numbers are never used twice, so that a gap shows that events were missed.
  `CREATE TABLE events (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     at_ms INTEGER NOT NULL,
     text TEXT NOT NULL
   ) STRICT;
   CREATE INDEX events_by_time ON events (at_ms);`,
];

/**
 * Brings a database to the schema of this version in one transaction; of several processes that open
 * a new file together, one does it. Throws `AppError("storage_unavailable")`, and changes nothing, if
 * the file was written by a newer version or belongs to another program.
 */
export const migrate = (
  database: DatabaseSync,
  path: string,
  steps: readonly string[] = MIGRATIONS,
): void => {
  if (readNumber(database, "PRAGMA user_version") === steps.length) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    const from = readNumber(database, "PRAGMA user_version");
    if (from > steps.length) {
      throw new AppError(
        "storage_unavailable",
        `the store "${path}" was written by a newer version of ghl-mcp (schema ${from}, this one knows ${steps.length}); start the newer version`,
      );
    }
    if (from === 0 && readNumber(database, "SELECT count(*) FROM sqlite_schema") > 0) {
      throw new AppError(
        "storage_unavailable",
        `"${path}" is the SQLite database of another program; give STORAGE_URL a path of its own`,
      );
    }
    for (const step of steps.slice(from)) database.exec(step);
    if (from < steps.length) database.exec(`PRAGMA user_version = ${steps.length}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
};

const readNumber = (database: DatabaseSync, sql: string): number =>
  Number(Object.values(database.prepare(sql).get() ?? {})[0]);
