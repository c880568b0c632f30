import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TestContext } from "vitest";
import { z } from "zod";

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

const specSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z
          .array(
            z.object({
              name: z.string(),
              in: z.string(),
              description: z.string().default(""),
              explode: z.boolean().optional(),
            }),
          )
          .default([]),
      }),
    ),
  ),
});

/** A query parameter as a spec describes it. */
export interface DescribedParameter {
  readonly method: string;
  readonly path: string;
  readonly name: string;
  readonly description: string;
  readonly explode?: boolean | undefined;
}

/** The query parameters of all specs of both generations. */
export const readQueryParameters = (): readonly DescribedParameter[] =>
  ["v2", "v3"].flatMap((generation) =>
    readdirSync(`${SPECS_FOLDER}/${generation}`)
      .filter((name) => name.endsWith(".json"))
      .flatMap((name) => {
        const text = readFileSync(`${SPECS_FOLDER}/${generation}/${name}`, "utf8");
        return Object.entries(specSchema.parse(JSON.parse(text)).paths);
      })
      .flatMap(([path, methods]) =>
        Object.entries(methods).flatMap(([method, { parameters }]) =>
          parameters
            .filter((one) => one.in === "query")
            .map((one) => ({ ...one, method: method.toUpperCase(), path })),
        ),
      ),
  );
