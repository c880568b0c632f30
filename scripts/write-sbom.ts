/**
 * Writes sbom.json: a CycloneDX document of the packages that the server runs on. npm makes it from the
 * lockfile; which of its packages serve development alone is read from the lockfile itself, since npm leaves
 * out, or marks, also those that both use.
 *
 *     node scripts/write-sbom.ts
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Bill {
  readonly components: readonly Readonly<Record<"bom-ref", string>>[];
  readonly dependencies: readonly {
    readonly ref: string;
    readonly dependsOn?: readonly string[];
  }[];
}
interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

const root = join(import.meta.dirname, "..");
const args = ["sbom", "--package-lock-only", "--sbom-format=cyclonedx"];
const text = execFileSync("npm", args, {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 64 * 1024 * 1024,
});
// npm writes both
const bill = JSON.parse(text) as Bill;
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
const running = new Set(
  Object.entries(lock.packages)
    .filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//u, "")}@${version}`),
);
const components = bill.components
  .filter((component) => running.has(component["bom-ref"]))
  // what is left of npm's marks would be wrong
  .map((component) => ({ ...component, properties: [] }));
const refs = new Set(components.map((component) => component["bom-ref"]));
const dependencies = bill.dependencies
  .filter(({ ref }) => refs.has(ref) || !bill.components.some((one) => one["bom-ref"] === ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((on) => refs.has(on)) }));
const path = join(root, "sbom.json");
writeFileSync(path, `${JSON.stringify({ ...bill, components, dependencies }, undefined, 2)}\n`);
process.stdout.write(`written: ${path}, ${components.length} packages\n`);
