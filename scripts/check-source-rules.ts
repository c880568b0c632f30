/**
 * Source rules that the linter has no rule for: no argless `new Date()` or `Date()` call (the time
 * comes from a Clock), no `enum`, and no second name for `process.env`, `fetch` and the like, which
 * would hide them from the linter. Prints one line per finding; exit code 1 if any.
 */
import { globSync, readFileSync } from "node:fs";
import ts from "typescript";

interface Rule {
  readonly problem: string;
  readonly allowedIn: readonly string[];
  breaks(node: ts.Node): boolean;
}

const isNamed = (node: ts.Node | undefined, names: readonly string[]): boolean =>
  node !== undefined && ts.isIdentifier(node) && names.includes(node.text);

/** What must not be taken out of a global. */
const HIDEABLE: ReadonlyMap<string, readonly string[]> = new Map([
  ["process", ["env"]],
  ["globalThis", ["fetch", "console", "process"]],
  ["Date", ["now"]],
  ["Math", ["random"]],
  ["console", []],
]);

const hidesGlobal = ({ name, initializer }: ts.VariableDeclaration): boolean => {
  if (initializer === undefined || !ts.isIdentifier(initializer)) return false;
  const hideable = HIDEABLE.get(initializer.text);
  if (hideable === undefined) return false;
  return (
    !ts.isObjectBindingPattern(name) ||
    name.elements.some(
      (element) =>
        element.dotDotDotToken !== undefined ||
        isNamed(element.propertyName ?? element.name, hideable),
    )
  );
};

const RULES: readonly Rule[] = [
  {
    problem: "reads the time of day; take a Clock",
    allowedIn: ["src/core/clock.ts"],
    breaks: (node) =>
      (ts.isNewExpression(node) &&
        isNamed(node.expression, ["Date"]) &&
        (node.arguments ?? []).length === 0) ||
      (ts.isCallExpression(node) && isNamed(node.expression, ["Date"])),
  },
  {
    problem: "declares an enum; use a readonly array or a union",
    allowedIn: [],
    breaks: (node) => ts.isEnumDeclaration(node),
  },
  {
    problem: "gives a global another name, out of sight of the linter; name it in full",
    allowedIn: [],
    breaks: (node) => ts.isVariableDeclaration(node) && hidesGlobal(node),
  },
];

const findProblems = (path: string): string[] => {
  const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const problems: string[] = [];
  const visit = (node: ts.Node): void => {
    for (const rule of RULES) {
      if (rule.allowedIn.includes(path) || !rule.breaks(node)) continue;
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      problems.push(`${path}:${line + 1}: ${rule.problem}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return problems;
};

const problems = globSync("src/**/*.ts")
  .map((path) => path.replaceAll("\\", "/"))
  .toSorted()
  .flatMap(findProblems);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
