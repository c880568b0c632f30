import type { FileSource } from "../../../src/core/file-source.ts";
import { ok } from "../../../src/core/result.ts";
import { createBrowser } from "../../support/browser.ts";

/** What the examples of docs/library.md are run with; the test hands it over in the environment. */
export interface LibrarySettings {
  readonly apiBaseUrl: string;
  readonly authorizeUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly privateToken: string;
  readonly locationId: string;
}

/** The settings, and a person who signs in and brings back the callback. */
export const startSettings = (): LibrarySettings & {
  readonly files: FileSource;
  readonly visit: (url: string) => Promise<{ readonly code: string; readonly state: string }>;
} => ({
  // The test writes it right before.
  ...(JSON.parse(process.env["LIBRARY_SETTINGS"] ?? "{}") as LibrarySettings),
  files: {
    fetchFile: () => Promise.resolve(ok({ content: new Blob(["film"]), contentType: "video/mp4" })),
  },
  visit: async (url) => {
    const stop = (at: URL): boolean => at.pathname === "/callback";
    const browser = createBrowser();
    const chooser = await browser.get(new URL(url), { stop });
    const done = await browser.submitForm(chooser, { button: "allow", stop });
    const query = done.stoppedAt?.searchParams;
    return { code: query?.get("code") ?? "", state: query?.get("state") ?? "" };
  },
});
