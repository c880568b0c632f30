/**
 * Writes the table of attack cases in docs/security.md: which test shows each case, and how it came out.
 *
 *     node scripts/build-security-table.ts
 *
 * Runs the tests that name a case. A test names its case by starting with it: "R01: refuses …".
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collectCaseTests, renderTable, replaceTable } from "./security/case-tests.ts";
import { readOutcomes } from "./security/outcomes.ts";

const ROOT = join(import.meta.dirname, "..");
const DOCUMENT = join(ROOT, "docs", "security.md");

const tests = collectCaseTests(ROOT);
const files = [...new Set(tests.map((test) => test.file))];
const folder = mkdtempSync(join(tmpdir(), "ghl-mcp-security-"));
try {
  const report = join(folder, "report.json");
  spawnSync(
    process.execPath,
    [
      join(ROOT, "node_modules", "vitest", "vitest.mjs"),
      "run",
      ...files,
      "--reporter=json",
      `--outputFile=${report}`,
    ],
    { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] },
  );
  const { outcomes, failures } = readOutcomes(JSON.parse(readFileSync(report, "utf8")));
  for (const failure of failures) process.stderr.write(`failed: ${failure}\n`);
  if (failures.length > 0) process.exitCode = 1;
  const document = readFileSync(DOCUMENT, "utf8");
  writeFileSync(DOCUMENT, replaceTable(document, renderTable(tests, outcomes)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
