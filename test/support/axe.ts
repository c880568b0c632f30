import axe from "axe-core";
import type { Page } from "playwright-core";

/**
 * Runs axe-core, all rules unless said, on the page as it is shown and gives what it finds, one line per element. axe-core is
 * MPL-2.0: it is used as published, in tests only, and is no part of what is shipped.
 */
export async function findAccessibilityProblems(
  page: Page,
  rules?: readonly string[],
): Promise<readonly string[]> {
  // Evaluated from outside, which the page's Content-Security-Policy does not forbid.
  if (!(await page.evaluate(`"axe" in window`))) await page.evaluate(axe.source);
  const options = {
    resultTypes: ["violations"],
    ...(rules === undefined ? {} : { runOnly: rules }),
  };
  const results = (await page.evaluate(
    `axe.run(document, ${JSON.stringify(options)})`,
  )) as axe.AxeResults;
  return results.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${violation.help}: ${node.html}`),
  );
}
