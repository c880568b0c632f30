import type { Reporter, TestModule } from "vitest/node";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Ends the run with a line `N passed, N failed` (and `, N skipped` where some were), for machines that
 * read it. A file that does not load and an error outside any test count as failed.
 */
export default class CountLineReporter implements Reporter {
  private counts: Counts = { passed: 0, failed: 0, skipped: 0 };

  onInit(): void {
    // at exit, so that no summary or warning of vitest comes after it
    process.once("exit", () => process.stdout.write(`${toCountLine(this.counts)}\n`));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.counts = countResults(modules, unhandledErrors.length);
  }
}

const toCountLine = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;

const countResults = (modules: readonly TestModule[], unhandledErrors: number): Counts => {
  const counts = { passed: 0, failed: unhandledErrors, skipped: 0 };
  for (const module of modules) {
    const before = counts.failed;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      // a test that never got its turn has not passed
      counts[state === "pending" ? "failed" : state] += 1;
    }
    // the file, one of its suites or a hook failed without any test to show for it
    if (module.state() === "failed" && counts.failed === before) counts.failed += 1;
  }
  return counts;
};
