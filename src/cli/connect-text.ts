import type { ClientGuide, Step } from "../connect/clients.ts";
import type { ConnectTarget } from "../connect/target.ts";

/** The steps of a guide for a terminal; what is to be copied stands alone between blank lines. */
export const toGuideLines = (guide: ClientGuide, target: ConnectTarget): readonly string[] => {
  const lines = guide.steps(target).flatMap(toLines);
  // A guide may end with something to copy; the blank line after it is for what follows.
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
};

const toLines = (step: Step): readonly string[] => {
  switch (step.kind) {
    case "say":
      return [step.text];
    case "run":
      return toCopy(step.text, step.command);
    case "open":
      return toCopy(`${step.label}, by opening this link:`, step.link);
    case "file":
      return toCopy(step.text, step.content);
  }
};

const toCopy = (text: string, content: string): readonly string[] => [
  text,
  "",
  ...content.split("\n"),
  "",
];
