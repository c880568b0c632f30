import type { Config } from "../../config/config.ts";
import type { DoctorContext } from "./context.ts";
import { type Found, note, problem, warning, well } from "./finding.ts";

/** Whether every setting is right: one problem for each mistake. */
export const checkSettings = (context: DoctorContext): readonly Found[] => {
  const { config, settingsError } = context;
  if (config === undefined) return toProblems(settingsError ?? "");
  return [
    well("every setting is valid"),
    note(describeMode(config)),
    ...context.warnings.map((text) =>
      warning(text, "remove it, or see docs/configuration.md for the name that was meant"),
    ),
  ];
};

/** The first line counts the mistakes, the others are one each; some errors have a single line. */
const toProblems = (message: string): readonly Found[] => {
  const [head = "", ...mistakes] = message.split("\n");
  const lines = mistakes.length === 0 ? [head] : mistakes;
  return lines.map((line) => {
    // A message says what would be right after its first semicolon.
    const [text = "", ...right] = line.trim().split("; ");
    return problem(
      text,
      right.length === 0 ? "correct it in .env, or in the environment" : right.join("; "),
    );
  });
};

const describeMode = ({ apiBaseUrl, privateToken, upstream }: Config): string => {
  switch (upstream.mode) {
    case "sandbox":
      return "no GoHighLevel credentials are set: the built-in sandbox is used, on sample data";
    case "token_entry":
      return `no marketplace app is set: private integration tokens are entered on the pages, for ${apiBaseUrl}`;
    case "private_token":
      return `a private integration token is used at ${apiBaseUrl}`;
    case "oauth":
      return `a marketplace app is used at ${apiBaseUrl}${
        privateToken === undefined ? "" : ", and a private integration token for stdio"
      }`;
  }
};
