import type { LogFields, Logger } from "../../src/core/logger.ts";

/** A logger that keeps every line as JSON, to be searched for what must not be there. */
export function createMemoryLogger(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const at = (base: LogFields): Logger => {
    const write =
      (level: string) =>
      (message: string, fields: LogFields = {}): void => {
        lines.push(JSON.stringify({ level, message, ...base, ...fields }, describeErrors));
      };
    return {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
      child: (fields) => at({ ...base, ...fields }),
    };
  };
  return { log: at({}), lines };
}

function describeErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? { message: value.message, stack: value.stack } : value;
}
