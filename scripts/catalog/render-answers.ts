import { isDeepStrictEqual } from "node:util";

import {
  generatedAnswersSchema,
  type GeneratedAnswers,
} from "../../src/sandbox/catalogue/shape.ts";
import { toPairs, type Pair } from "./merge-generations.ts";
import type { SpecOperation } from "./read-specs.ts";
import { shapeAnswer } from "./shape-answer.ts";

/**
 * The files that say how operations answer, by name; one operation a line. Throws when a result does
 * not fit the sandbox's own shape.
 */
export const renderAnswers = (operations: readonly SpecOperation[]): ReadonlyMap<string, string> =>
  new Map(
    toPairs(operations).map(([app, byId]) => {
      const answers = Object.fromEntries(byId.map(([id, pair]) => [id, toAnswers(pair)]));
      return [`${app}.json`, toText(generatedAnswersSchema.parse(answers))];
    }),
  );

const toAnswers = ({ v2, v3 }: Pair): GeneratedAnswers[string] => {
  const dated = v2 === undefined ? undefined : shapeAnswer(v2);
  const newer = v3 === undefined ? undefined : shapeAnswer(v3);
  if (dated !== undefined && isDeepStrictEqual(dated, newer)) return { both: dated };
  return {
    ...(dated !== undefined && { v2: dated }),
    ...(newer !== undefined && { v3: newer }),
  };
};

const toText = (answers: GeneratedAnswers): string => {
  const lines = Object.entries(answers).map(
    ([id, answer]) => `${JSON.stringify(id)}:${JSON.stringify(answer)}`,
  );
  return `{\n${lines.join(",\n")}\n}\n`;
};
