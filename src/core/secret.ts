const inspect = Symbol.for("nodejs.util.inspect.custom");

/** A string that never prints itself: JSON, string conversion and `util.inspect` all give `[secret]`. */
export interface Secret {
  /** The value itself. Call it as late as possible, and never inside a log line or an error. */
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

/** Wraps a secret so that logs, errors and JSON cannot leak it by accident. */
export const toSecret = (value: string): Secret =>
  Object.freeze({
    reveal: () => value,
    toString: () => "[secret]",
    toJSON: () => "[secret]",
    [inspect]: () => "[secret]",
  });
