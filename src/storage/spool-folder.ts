import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  writeSync,
} from "node:fs";
import { open, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../core/logger.ts";

/** A folder of small sealed files, each under a name of its own. */
export interface SpoolFolder {
  /** Writes a file whole or not at all. When this returns, it outlives the process. */
  write(name: string, text: string): void;
  /** Makes a file that was written outlive a power cut. */
  sync(name: string): Promise<void>;
  list(): Promise<readonly string[]>;
  /** Undefined if there is no such file. */
  read(name: string): Promise<string | undefined>;
  remove(name: string): Promise<void>;
}

const OWNER_ONLY = 0o600;
const OWNER_FOLDER = 0o700;
const PART = /^\.(.+)\.part$/u;

/**
 * Opens a folder of this machine, made where it is missing with mode 0700; files get mode 0600. Several
 * processes may share it. A folder that cannot be written is told to the log, and each write throws.
 */
export const openSpoolFolder = (path: string, deps: { readonly log: Logger }): SpoolFolder => {
  prepare(path, deps.log);
  return {
    write: (name, text) => {
      const [part, whole] = [join(path, `.${name}.part`), join(path, name)];
      writePart(path, part, text);
      rename(part, whole);
    },
    sync: async (name) => {
      if (await syncFile(join(path, name))) await syncFolder(path);
    },
    list: async () => {
      const names = await readdir(path).catch(ifMissing<string[]>([]));
      return names.filter((name) => !name.startsWith("."));
    },
    read: (name) => readFile(join(path, name), "utf8").catch(ifMissing(undefined)),
    remove: (name) => rm(join(path, name), { force: true }),
  };
};

const prepare = (path: string, log: Logger): void => {
  try {
    mkdirSync(path, { recursive: true, mode: OWNER_FOLDER });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    adoptParts(path);
  } catch (cause) {
    log.warn(
      "the spool folder cannot be used, so new GoHighLevel tokens are lost if the process dies while the store is away; make it writable, or set SPOOL_DIR",
      { path, reason: toCode(cause) },
    );
  }
};

/**
 * Gives the files of a process that died before it could name them their names. One that another process
 * writes at this moment comes to no harm: it is written on under its new name.
 */
const adoptParts = (path: string): void => {
  for (const part of readdirSync(path)) {
    const [, name] = PART.exec(part) ?? [];
    if (name !== undefined) rename(join(path, part), join(path, name));
  }
};

const writePart = (folder: string, part: string, text: string): void => {
  const file = openNew(folder, part);
  try {
    const bytes = Buffer.from(text, "utf8");
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
  } finally {
    closeSync(file);
  }
};

const openNew = (folder: string, part: string): number => {
  try {
    return openSync(part, "wx", OWNER_ONLY);
  } catch (error) {
    if (toCode(error) !== "ENOENT") throw error;
    // Somebody removed the folder while the server ran.
    mkdirSync(folder, { recursive: true, mode: OWNER_FOLDER });
    return openSync(part, "wx", OWNER_ONLY);
  }
};

const rename = (part: string, whole: string): void => {
  try {
    renameSync(part, whole);
  } catch (error) {
    // Another process that starts now was faster, see adoptParts.
    if (toCode(error) !== "ENOENT") throw error;
  }
};

/** Whether the file is still there. */
const syncFile = async (path: string): Promise<boolean> => {
  const file = await open(path, "r+").catch(ifMissing(undefined));
  if (file === undefined) return false;
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  return true;
};

// Windows has no such step.
const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === "win32") return;
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

const ifMissing =
  <Value>(value: Value) =>
  (error: unknown): Value => {
    if (toCode(error) === "ENOENT") return value;
    throw error;
  };

const toCode = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown";
