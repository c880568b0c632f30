import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Writes a file below a folder, and makes the folders on the way. */
export const writeInto = (folder: string, place: string, text: string): void => {
  const path = join(folder, place);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
