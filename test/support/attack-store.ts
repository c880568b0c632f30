import { existsSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** One record as it lies in the file. */
export interface StoredRow {
  readonly namespace: string;
  readonly key: string;
  readonly value: string;
}

/** Every record of a store's file, or those of one namespace; expired ones too until they are swept. */
export function readRows(databasePath: string, namespace?: string): readonly StoredRow[] {
  return withDatabase(databasePath, (database) =>
    database
      .prepare("SELECT namespace, key, value FROM records ORDER BY namespace, key")
      .all()
      .map((row) => ({
        namespace: String(row["namespace"]),
        key: String(row["key"]),
        value: String(row["value"]),
      }))
      .filter((row) => namespace === undefined || row.namespace === namespace),
  );
}

/** How many there are. */
export const countRows = (databasePath: string, namespace?: string): number =>
  readRows(databasePath, namespace).length;

/** Writes over a record's value behind the server's back. */
export function overwriteRow(databasePath: string, row: StoredRow): void {
  withDatabase(databasePath, (database) =>
    database
      .prepare("UPDATE records SET value = :value WHERE namespace = :namespace AND key = :key")
      .run({ namespace: row.namespace, key: row.key, value: row.value }),
  );
}

/** The bytes of the database, of its write-ahead log, and of a backup made now. */
export function readFiles(databasePath: string): Readonly<Record<string, Buffer>> {
  const backupPath = `${databasePath}.backup-${process.hrtime.bigint()}`;
  withDatabase(databasePath, (database) => database.prepare("VACUUM INTO ?").run(backupPath));
  const paths = {
    database: databasePath,
    wal: `${databasePath}-wal`,
    backup: backupPath,
  };
  return Object.fromEntries(
    Object.entries(paths)
      .filter(([, path]) => existsSync(path))
      .map(([name, path]) => [name, readFileSync(path)]),
  );
}

function withDatabase<Value>(path: string, use: (database: DatabaseSync) => Value): Value {
  const database = new DatabaseSync(path, { timeout: 5000 });
  try {
    return use(database);
  } finally {
    database.close();
  }
}
