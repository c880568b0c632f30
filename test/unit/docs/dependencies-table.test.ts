import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..", "..");
const read = (name: string): string => readFileSync(join(root, name), "utf8");

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}
interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

/** The part of a CycloneDX document that is read here. */
interface Bill {
  readonly bomFormat: string;
  readonly components: readonly {
    readonly "bom-ref": string;
  }[];
}

// our own files
const manifest = JSON.parse(read("package.json")) as Manifest;
const { packages } = JSON.parse(read("package-lock.json")) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
const locked = Object.entries(packages).filter(([path]) => path !== "");
const published = locked.filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true);

const TAKEN = "MIT ISC 0BSD BSD-2-Clause BSD-3-Clause Apache-2.0 BlueOak-1.0.0 Python-2.0".split(
  " ",
);
/** In development alone, each as docs/dependencies.md explains. */
const EXCEPTIONS =
  /^node_modules\/(axe-core|lightningcss(-[a-z0-9-]+)?|pako|@modelcontextprotocol\/inspector)$/u;

const isTaken = (license: string): boolean =>
  license
    .replaceAll(/[()]/gu, "")
    .split(" OR ")
    .some((choice) => TAKEN.includes(choice));

describe("docs/dependencies.md", () => {
  const page = read("docs/dependencies.md");
  const rowsOf = (heading: string): readonly (readonly string[])[] =>
    (page.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "")
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => line.slice(2, -2).split(" | "));

  it.each([
    ["What the server runs on", manifest.dependencies],
    ["What tests and checks use", manifest.devDependencies],
  ])("has a row with licence and reason for each package under %s", (heading, wanted) => {
    const rows = rowsOf(heading);
    expect(rows.map(([name, license]) => [name, license])).toEqual(
      Object.keys(wanted).map((name) => [`\`${name}\``, packages[`node_modules/${name}`]?.license]),
    );
    expect(rows.filter(([, , why = ""]) => why.length < 4)).toEqual([]);
  });

  it("knows every licence of the whole tree, and the exceptions are published with nothing", () => {
    const others = locked.filter(([, { license }]) => !isTaken(license ?? "none"));
    expect(others.map(([path]) => path).filter((path) => !EXCEPTIONS.test(path))).toEqual([]);
    expect(published.length).toBeGreaterThan(100);
    expect(published.filter(([, { license }]) => !isTaken(license ?? "none"))).toEqual([]);
  });
});

describe("the supply chain", () => {
  it("names exact versions", () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/u.test(version))).toEqual([]);
  });

  it("runs nothing when the package is installed", () => {
    const hooks = ["preinstall", "install", "postinstall", "prepare", "prepublish"];
    expect(hooks.filter((name) => name in manifest.scripts)).toEqual([]);
    expect(published.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
  });

  it(
    "comes with a bill of materials of what is published, all of it and no more",
    { timeout: 60_000 },
    () => {
      execFileSync("npm", ["run", "sbom"], { cwd: root, stdio: "pipe" });
      // npm writes it
      const { bomFormat, components } = JSON.parse(read("sbom.json")) as Bill;
      expect(bomFormat).toBe("CycloneDX");
      const refs = components.map((component) => component["bom-ref"]);
      const wanted = published.map(
        ([path, { version }]) => `${path.replace(/^.*node_modules\//u, "")}@${version}`,
      );
      expect(new Set(refs)).toEqual(new Set(wanted));
    },
  );
});
