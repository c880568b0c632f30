import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TestContext } from "vitest";

/** The folder with the official specs, beside the repository. */
export const SPECS_FOLDER = fileURLToPath(new URL("../../../../shared/ghl/specs", import.meta.url));

/** Skips the test, saying why, where the specs are not at hand. */
export const needsSpecs = (context: TestContext): void => {
  if (!existsSync(SPECS_FOLDER)) context.skip("../shared/ghl/specs is not here");
};

/** An operation as the list beside the specs names it. */
export interface ListedOperation {
  readonly app: string;
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly specs: string;
}

/** The list of all operations beside the specs. */
export const readOperationList = (): readonly ListedOperation[] => {
  const text = readFileSync(`${SPECS_FOLDER}/../operations.md`, "utf8");
  const listed: ListedOperation[] = [];
  let app = "";
  for (const line of text.split("\n")) {
    const heading = /^## (\S+) \(\d+\)$/u.exec(line);
    if (heading?.[1] !== undefined) app = heading[1];
    if (!line.startsWith("- ")) continue;
    const [call = "", operationId = "", specs = ""] = line.slice(2).split(" · ");
    const [method = "", path = ""] = call.split(" ");
    listed.push({ app, method, path, operationId, specs });
  }
  return listed;
};
