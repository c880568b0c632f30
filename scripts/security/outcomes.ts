import { z } from "zod";

/** How the tests of one case came out. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

// The part of vitest's JSON report (the form that Jest made) that counts here.
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string() }),
      ),
    }),
  ),
});

/**
 * Counts the outcomes of every case that a test, or a suite around it, names, and names the tests that
 * did not pass. Skipped counts as failed.
 */
export function readOutcomes(report: unknown): {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly failures: readonly string[];
} {
  const outcomes = new Map<string, Outcome>();
  const failures: string[] = [];
  for (const { assertionResults } of reportSchema.parse(report).testResults) {
    for (const { ancestorTitles, title, status } of assertionResults) {
      const isPassed = status === "passed";
      if (!isPassed) failures.push([...ancestorTitles, title].join(" > "));
      for (const id of new Set([...ancestorTitles, title].flatMap(findIds))) {
        const { passed, failed } = outcomes.get(id) ?? { passed: 0, failed: 0 };
        outcomes.set(id, {
          passed: passed + (isPassed ? 1 : 0),
          failed: failed + (isPassed ? 0 : 1),
        });
      }
    }
  }
  return { outcomes, failures };
}

const findIds = (title: string): readonly string[] =>
  (/^((?:[A-Z]\d{2})(?:, ?[A-Z]\d{2})*): /.exec(title)?.[1] ?? "").split(/, ?/).filter(Boolean);
