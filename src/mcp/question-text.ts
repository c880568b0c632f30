import { cleanText } from "./clean-text.ts";
import { pruneObject } from "./result.ts";
import type { ToolOutput } from "./tool.ts";

const MAX_VALUE_CHARACTERS = 600;
const MAX_CHARACTERS = 3000;

/**
 * A preview as the text of a question: a line for each thing to know. Values are JSON, so that a text of
 * somebody else's can't pass for a line of ours.
 */
export function toQuestionText(preview: ToolOutput): string {
  const lines = Object.entries(pruneObject(preview)).map(
    ([name, value]) => `${name.replaceAll("_", " ")}: ${toValue(value)}`,
  );
  const text = ["Do this in GoHighLevel?", ...lines].join("\n");
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS).toWellFormed()}…` : text;
}

function toValue(value: unknown): string {
  const text = cleanText(JSON.stringify(value));
  return text.length > MAX_VALUE_CHARACTERS
    ? `${text.slice(0, MAX_VALUE_CHARACTERS).toWellFormed()}… (${text.length - MAX_VALUE_CHARACTERS} more characters)`
    : text;
}
