/** Parses JSON that a stranger wrote; undefined if it is none. */
export const parseJsonText = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
};
