import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What the compiler has against one line of a file. */
export interface Complaint {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** Compiles files under the settings of this repository, wherever they are, and gives what is wrong. */
export const compile = (paths: readonly string[]): readonly Complaint[] => {
  const { config } = ts.readConfigFile(`${root}/tsconfig.json`, (path) =>
    ts.sys.readFile(path),
  ) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const typeRoots = [`${root}/node_modules/@types`];
  const program = ts.createProgram(paths, { ...options, noEmit: true, typeRoots });
  return paths
    .flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)))
    .map(({ file, start, messageText }) => ({
      path: file?.fileName ?? "",
      line: (file?.getLineAndCharacterOfPosition(start ?? 0).line ?? -1) + 1,
      text: ts.flattenDiagnosticMessageText(messageText, "\n"),
    }));
};
