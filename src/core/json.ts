/** Whether a value is an object with named members, as JSON has it. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Parses JSON that a stranger wrote; undefined if it is none, which is all that `JSON.parse` throws for. */
export const tryParseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
