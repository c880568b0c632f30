import { toRecordId } from "../world/ids.ts";

/** A file that was uploaded. */
export interface ShelvedFile {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Uploaded files, as long as there is room for them. */
export interface FileShelf {
  /** Keeps a file and gives the name that it has from now on. */
  put(file: ShelvedFile): string;
  find(name: string): ShelvedFile | undefined;
}

/** How many bytes are kept; the oldest files go first. */
const MAX_BYTES = 67_108_864;

/** Creates an empty shelf. */
export const createFileShelf = (random: { bytes(length: number): Buffer }): FileShelf => {
  const files = new Map<string, ShelvedFile>();
  let size = 0;
  return {
    find: (name) => files.get(name),
    put: (file) => {
      const name = toRecordId(random.bytes(20));
      files.set(name, file);
      size += file.bytes.byteLength;
      for (const [oldest, { bytes }] of files) {
        if (size <= MAX_BYTES) break;
        files.delete(oldest);
        size -= bytes.byteLength;
      }
      return name;
    },
  };
};
