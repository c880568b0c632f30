import type { GeneratedApp, GeneratedIndex } from "../../src/ghl/catalog/operation.ts";
import { byCodeUnit } from "./json.ts";

/** The generated files by name. One operation a line, so that a change reads well in a diff. */
export const renderFiles = (apps: readonly GeneratedApp[]): ReadonlyMap<string, string> =>
  new Map([
    ...apps.map(({ app, operations }): [string, string] => [
      `${app}.json`,
      `{"app":${JSON.stringify(app)},"operations":[\n${toLines(operations)}\n]}\n`,
    ]),
    ["index.json", `{"operations":[\n${toLines(toIndex(apps).operations)}\n]}\n`],
  ]);

const toLines = (values: readonly unknown[]): string =>
  values.map((value) => JSON.stringify(value)).join(",\n");

const toIndex = (apps: readonly GeneratedApp[]): GeneratedIndex => ({
  operations: apps
    .flatMap(({ operations }) => operations)
    .toSorted((left, right) => byCodeUnit(left.id, right.id))
    .map(({ id, method, v2, v3 }) => {
      const deprecated = (v3 ?? v2)?.deprecated;
      return {
        id,
        method,
        path: (v3 ?? v2)?.path ?? "",
        ...(deprecated !== undefined && { deprecated }),
      };
    }),
});
