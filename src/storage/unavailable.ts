import { AppError } from "../core/errors.ts";

/**
 * The `AppError("storage_unavailable")` for a failure of a store's client. The clients' own errors may
 * carry the command with its arguments, a password included, so only their name, code and message go on
 * as the cause.
 */
export const toUnavailable = (place: string, error: unknown): AppError => {
  if (error instanceof AppError) return error;
  const cause = new Error(describe(error));
  cause.name = error instanceof Error ? error.name : "Error";
  const message = `the store at ${place} cannot be used: ${cause.message}`;
  return new AppError("storage_unavailable", message, { cause });
};

const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown";
  // A host with several addresses fails with one error for each, and no text of its own.
  const [first] = error instanceof AggregateError ? error.errors : [];
  const text = error.message === "" && first instanceof Error ? first.message : error.message;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  // Redis repeats the arguments of a command that it does not know.
  const safe = (text === "" ? code : text).replace(/, with args beginning with.*$/su, "");
  return safe === "" ? "the connection failed" : safe;
};
