import packageJson from "../../../package.json" with { type: "json" };
import { type Found, problem, well } from "./finding.ts";

/** Whether this Node can run the program. */
export const checkNode = (version: string = process.versions.node): readonly Found[] => {
  const needed = packageJson.engines.node.replace(/^>=/u, "");
  return isAtLeast(version, needed)
    ? [well(`Node ${version}`)]
    : [
        problem(
          `Node ${version} is older than ${needed}`,
          "run it with the Node that npm ci brings: node_modules/.bin/node, or an npm script",
        ),
      ];
};

const isAtLeast = (version: string, needed: string): boolean => {
  const [have, want] = [version, needed].map((text) => text.split(".").map(Number));
  for (const [index, number] of (want ?? []).entries()) {
    const mine = have?.[index] ?? 0;
    if (mine !== number) return mine > number;
  }
  return true;
};
