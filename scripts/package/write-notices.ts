import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeInto } from "./write-into.ts";

/** The part of a package's package.json that is read here. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/**
 * Writes THIRD-PARTY-NOTICES: name, version, licence and the licence texts of every package that the
 * modules belong to. Throws for a package that names no licence.
 */
export const writeNotices = (
  moduleIds: readonly string[],
  target: { readonly folder: string; readonly name: string },
): void => {
  const folders = new Set(
    moduleIds.flatMap((id) => /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//u.exec(id)?.[1] ?? []),
  );
  const notices = [...folders].map(toNotice).toSorted();
  writeInto(
    target.folder,
    target.name,
    ["dist/ holds code of these packages.", ...new Set(notices)].join(`\n\n${"-".repeat(80)}\n\n`),
  );
};

const toNotice = (folder: string): string => {
  // npm has checked it
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const { name, version, license } = manifest;
  if (license === undefined) throw new Error(`${name} names no licence`);
  const texts = globSync("{LICENSE,LICENCE,NOTICE,license,licence,notice}*", { cwd: folder })
    .filter((file) => !/\.[cm]?[jt]s$/u.test(file))
    .toSorted()
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  return [`${name} ${version}\n${license}`, ...new Set(texts)].join("\n\n");
};
