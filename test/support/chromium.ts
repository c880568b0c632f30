import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

const EXECUTABLE = "/usr/bin/chromium";

/** Where tests leave screenshots: under test output, which is not in the repository. */
const SCREENSHOTS = join(import.meta.dirname, "..", "..", "test-output", "screenshots");

/**
 * Whether tests with a real browser must be skipped: only where Chromium is not installed, and never
 * under CI, where its absence is a failure. Says so aloud.
 */
export function isChromiumMissing(): boolean {
  if (existsSync(EXECUTABLE) || process.env["CI"] !== undefined) return false;
  process.stderr.write(
    `\nSKIPPED: tests with a real browser need ${EXECUTABLE} (Debian: apt-get install chromium)\n\n`,
  );
  return true;
}

/** Starts Debian's Chromium without a window and without calls home. */
export const launchChromium = (more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...more,
    ],
  });

/** Keeps a screenshot of the whole page and gives its path. */
export async function keepScreenshot(page: Page, name: string): Promise<string> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  const path = join(SCREENSHOTS, `${name}.png`);
  // Hiding the caret would inject a style, which the pages' Content-Security-Policy refuses aloud.
  await page.screenshot({ path, fullPage: true, caret: "initial" });
  return path;
}
