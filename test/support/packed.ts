import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..", "..");
const run = promisify(execFile);

/** What `npm pack` says of the tarball that it made. */
export interface Packed {
  /** Where the tarball is. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly unpackedBytes: number;
  /** Paths inside the package. */
  readonly files: readonly string[];
}

/** An entry of what `npm pack --json` prints. */
interface PackEntry {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** By place in the array, or in newer versions of npm by the name of the package. */
type PackList = Readonly<Record<string, PackEntry>>;

/** Makes the tarball that would be published, in a folder. */
export const packRepository = async (folder: string): Promise<Packed> => {
  const { stdout } = await npm(root, ["pack", "--json", "--pack-destination", folder]);
  // `prepack` prints as well
  const listed = JSON.parse(stdout.slice(stdout.search(/^[[{]/mu))) as PackList;
  const [packed] = Object.values(listed);
  if (packed === undefined) throw new Error(`npm pack listed nothing: ${stdout}`);
  return {
    path: join(folder, packed.filename),
    sizeBytes: packed.size,
    unpackedBytes: packed.unpackedSize,
    files: packed.files.map(({ path }) => path),
  };
};

/** Runs npm in a folder, with the cache and the registry of this machine. */
export const npm = async (
  folder: string,
  args: readonly string[],
): Promise<{ readonly stdout: string; readonly stderr: string }> => {
  // What an outer `npm test` says of this repository must not reach an npm in another folder.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle)_/u.test(name)),
  );
  delete env["npm_config_local_prefix"];
  return run("npm", [...args, "--no-audit", "--no-fund", "--no-update-notifier"], {
    cwd: folder,
    env,
    maxBuffer: 16 * 1024 * 1024,
  });
};

/** The package.json of this repository. */
export const readPackageJson = (): Readonly<Record<string, unknown>> =>
  // our own file
  JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, unknown>;
