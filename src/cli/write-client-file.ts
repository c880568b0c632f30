import { constants } from "node:fs";
import {
  chmod,
  copyFile,
  mkdir,
  open,
  readFile,
  realpath,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { dirname } from "node:path";
import { mergeEntry, type MergeFailure, type WantedEntry } from "../connect/merge-entry.ts";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";

/** What was done to a file. */
export interface Written {
  readonly path: string;
  readonly change: "created" | "added" | "replaced" | "same";
  /** Where the file is kept as it was before. Absent where there was none, or nothing changed. */
  readonly backup?: string;
}

const NEW_FILE_MODE = 0o600;

/**
 * Puts an entry into a client's JSON file. All else in it stays; the file as it was is kept beside it;
 * readers see the old file or the new one, never a part. A link is followed. Throws
 * `AppError("client_file_refused")`, with nothing changed, for a file that is not plain JSON of the
 * expected shape, cannot be read or written, or changed meanwhile.
 */
export const writeClientFile = async (
  givenPath: string,
  wanted: WantedEntry,
  { clock }: { readonly clock: Clock },
): Promise<Written> => {
  try {
    const path = await realpath(givenPath).catch(ifMissing(givenPath));
    const before = await readText(path);
    const merged = mergeEntry(before ?? "", wanted);
    if (!merged.ok) {
      throw refuse(path, `${describe(merged.failure)}\n${toHandLine(wanted)}`);
    }
    const { change, text } = merged.value;
    if (change === "same") return { path, change };
    if (before === undefined) {
      await mkdir(dirname(path), { recursive: true });
      await replace(path, { text, mode: NEW_FILE_MODE, before });
      return { path, change: "created" };
    }
    const { mode } = await stat(path);
    const backup = `${path}.${toStamp(clock.nowMs())}.bak`;
    await copyFile(path, backup, constants.COPYFILE_EXCL);
    await replace(path, { text, mode: mode & 0o777, before });
    return { path, change, backup };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "an error";
    throw refuse(givenPath, `the system says ${code}`, cause);
  }
};

/** 20261127T110000123Z: no two backups of a file have one name. */
const toStamp = (nowMs: number): string => new Date(nowMs).toISOString().replaceAll(/[-:.]/gu, "");

const ifMissing =
  <Fallback>(fallback: Fallback) =>
  (cause: unknown): Fallback => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return fallback;
    throw cause;
  };

const readText = async (path: string): Promise<string | undefined> => {
  const bytes = await readFile(path).catch(ifMissing(undefined));
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw refuse(path, "it is not UTF-8 text", cause);
  }
};

const replace = async (
  path: string,
  wanted: { readonly text: string; readonly mode: number; readonly before: string | undefined },
): Promise<void> => {
  const { text, mode, before } = wanted;
  const draft = `${path}.ghl-mcp-${process.pid}.tmp`;
  try {
    const file = await open(draft, "wx", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // What open() gives is narrowed by the umask.
    await chmod(draft, mode);
    if ((await readText(path)) !== before) {
      throw refuse(path, "it was changed by another program just now; run this again");
    }
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
};

const describe = (failure: MergeFailure): string => {
  switch (failure.kind) {
    case "not_json":
      return "it is not plain JSON, and comments in it would be lost";
    case "not_an_object":
      return `${failure.what} in it is no JSON object`;
  }
};

/** What is to be put in where this program does not. */
const toHandLine = ({ entry, member, name }: WantedEntry): string =>
  `  to put it in by hand, under "${member}": "${name}": ${JSON.stringify(entry)}`;

const refuse = (path: string, why: string, cause?: unknown): AppError =>
  new AppError("client_file_refused", `"${path}" was not changed: ${why}`, { cause });
