import { openAsBlob } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Keeps the bytes of one file until they are sent: a small one in memory, a large one on the disk. */
export interface Spool {
  /** Takes the next bytes. Throws {@link NoRoomError} where they cannot be kept. */
  take(chunk: Uint8Array): Promise<void>;
  /** The bytes; those on the disk are read only when the blob is. */
  finish(): Promise<Blob>;
  /** Gives up the bytes. Safe to call twice. */
  discard(): Promise<void>;
}

/** The room that the spools of a process share. */
export interface SpoolRoom {
  readonly open: () => Spool;
}

/** There is no room on the disk, or too much of it is taken. */
export class NoRoomError extends Error {}

/** A file up to this size stays in memory. */
const MEMORY_BYTES = 1024 * 1024;
/** What all large files that are on their way may have together. */
const MAX_DISK_BYTES = 2 * 1024 * 1024 * 1024;

/**
 * Creates the room for the files that are on their way. A large one lies in a folder of its own that
 * only this user can enter, and is removed once it was sent; what a killed process leaves there falls
 * to the system, which empties its temporary folder.
 */
export const createSpoolRoom = (
  settings: { readonly folder?: string; readonly maxDiskBytes?: number } = {},
): SpoolRoom => {
  const { folder = tmpdir(), maxDiskBytes = MAX_DISK_BYTES } = settings;
  let diskBytes = 0;
  return {
    open: () => {
      const held: Uint8Array[] = [];
      let size = 0;
      let disk: DiskFile | undefined;
      const write = async (chunk: Uint8Array): Promise<void> => {
        if (diskBytes + chunk.byteLength > maxDiskBytes) throw new NoRoomError("too many files");
        diskBytes += chunk.byteLength;
        if (disk !== undefined) disk.bytes += chunk.byteLength;
        await disk?.handle.writeFile(chunk);
      };
      return {
        take: async (chunk) => {
          size += chunk.byteLength;
          if (disk === undefined && size <= MEMORY_BYTES) {
            held.push(chunk);
            return;
          }
          disk ??= await createFile(folder);
          for (const earlier of held.splice(0)) await write(earlier);
          await write(chunk);
        },
        finish: async () => {
          if (disk === undefined) return new Blob([Buffer.concat(held)]);
          await disk.handle.close();
          return openAsBlob(disk.path);
        },
        discard: async () => {
          const given = disk;
          disk = undefined;
          held.length = 0;
          if (given === undefined) return;
          diskBytes -= given.bytes;
          await given.handle.close();
          await rm(given.folder, { recursive: true, force: true });
        },
      };
    },
  };
};

interface DiskFile {
  readonly folder: string;
  readonly path: string;
  readonly handle: FileHandle;
  bytes: number;
}

const createFile = async (parent: string): Promise<DiskFile> => {
  try {
    const folder = await mkdtemp(join(parent, "ghl-mcp-upload-"));
    const path = join(folder, "file");
    return { folder, path, handle: await open(path, "wx", 0o600), bytes: 0 };
  } catch (cause) {
    throw new NoRoomError("no file can be made", { cause });
  }
};
