import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launchChromium } from "../../test/support/chromium.ts";
import { PICTURES, type PictureName } from "./pictures.ts";
import { shrinkPng } from "./shrink-png.ts";
import { openWorld, SHOWN_URL, toAuthorizeUrl, type World } from "./world.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "docs", "screenshots");
const WIDTH = 760;
const PHONE_WIDTH = 390;

/** How each page is reached, in the order in which a person can do it. */
const WAYS: Readonly<Record<PictureName, (world: World) => Promise<unknown>>> = {
  home: async ({ page }) => {
    await page.goto(SHOWN_URL);
    await page.locator("summary", { hasText: "Claude Code" }).click();
  },
  usage: ({ page }) => page.goto(`${SHOWN_URL}/usage`),
  activity: ({ page }) => page.goto(`${SHOWN_URL}/activity`),
  grants: ({ page }) => page.goto(`${SHOWN_URL}/grants`),
  connections: ({ page }) => page.goto(`${SHOWN_URL}/connections`),
  disconnect: ({ page }) => page.getByRole("button", { name: "Disconnect" }).first().click(),
  consent: ({ newcomer, page }) => page.goto(toAuthorizeUrl(newcomer, "read write").href),
  "private-token": ({ page }) => page.goto(`${SHOWN_URL}/oauth/private-token`),
  error: ({ page }) => page.goto(`${SHOWN_URL}/oauth/consent?transaction=gone`),
  claim: async ({ app, page }) => {
    app.sandbox.control.dropState(true);
    await page.goto(`${SHOWN_URL}/oauth/authorize`);
    await page.getByRole("radio").nth(2).check();
    await page.getByRole("button", { name: "Allow access" }).click();
  },
};

const take = async (page: Page, name: string): Promise<void> => {
  // Hiding the caret would inject a style, which the pages' Content-Security-Policy refuses.
  const png = shrinkPng(await page.screenshot({ fullPage: true, caret: "initial" }));
  writeFileSync(join(FOLDER, `${name}.png`), png);
  process.stdout.write(`${name}.png ${Math.round(png.length / 1000)} kB\n`);
};

const takeBoth = async (page: Page, name: PictureName): Promise<void> => {
  await page.setViewportSize({ width: WIDTH, height: 400 });
  // nothing is hovered where the last click was
  await page.mouse.move(0, 0);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await take(page, `${name}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  if (name !== "consent") return;
  await page.setViewportSize({ width: PHONE_WIDTH, height: 400 });
  await take(page, `${name}-narrow`);
};

mkdirSync(FOLDER, { recursive: true });
const world = await openWorld((port) =>
  launchChromium([`--host-resolver-rules=MAP localhost:8000 127.0.0.1:${port}`]),
);
try {
  // the table says the order; a missing way would not compile
  const names = Object.keys(WAYS) as PictureName[];
  for (const name of names) {
    await WAYS[name](world);
    await takeBoth(world.page, name);
  }
  process.stdout.write(`${PICTURES.length} pages\n`);
} finally {
  await world.close();
}
