import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the conformance suite found in one scenario. */
export interface ScenarioResult {
  readonly passed: readonly string[];
  /** Checks that failed or warned, once each. */
  readonly notPassed: readonly string[];
}

/** Reads the result files of the conformance suite, by scenario. */
export function readConformanceResults(folder: string): ReadonlyMap<string, ScenarioResult> {
  return new Map(
    readdirSync(folder).map((name) => {
      const checks = JSON.parse(readFileSync(join(folder, name, "checks.json"), "utf8")) as {
        readonly id: string;
        readonly status: string;
      }[];
      const idsOf = (...statuses: readonly string[]): string[] => [
        ...new Set(checks.filter(({ status }) => statuses.includes(status)).map(({ id }) => id)),
      ];
      return [
        toScenario(name),
        { passed: idsOf("SUCCESS"), notPassed: idsOf("FAILURE", "WARNING") },
      ] as const;
    }),
  );
}

/** Folders are named `<kind>-<scenario>-<time>`, with the kind of the suite in front. */
function toScenario(folder: string): string {
  return folder
    .replace(/^(?:authorization-server|server)-/u, "")
    .replace(/-\d{4}-\d{2}-\d{2}T[\d-]+Z$/u, "");
}

const MANIFEST = import.meta.resolve("@modelcontextprotocol/conformance/package.json");

/** The scenarios that a revision requires of a server, from the suite's own frozen list. */
export function readRequiredScenarios(revision: string): readonly string[] {
  const folder = join(dirname(fileURLToPath(MANIFEST)), "requirements");
  const text = readFileSync(join(folder, `${revision}.yaml`), "utf8");
  const section = /^server:\n((?: {2}- .+\n)+)/mu.exec(text)?.[1] ?? "";
  return section
    .trim()
    .split("\n")
    .map((line) => line.replace(/^\s*- /u, ""));
}
