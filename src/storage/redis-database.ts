import type { Redis } from "ioredis";
import { AppError, type ErrorCode } from "../core/errors.ts";

/** Throws while the server refuses the database that a connection was opened for. */
export type CheckDatabase = (
  code: Extract<ErrorCode, "config_invalid" | "storage_unavailable">,
) => void;

/**
 * Watches whether a client is in its database. ioredis selects it on each new connection, tells a refusal
 * as an error event alone and works on in database 0, so that our records would lie among another's. The
 * event comes before the connection counts as ready.
 */
export const watchDatabase = (
  redis: Pick<Redis, "on">,
  { database, place }: { readonly database: number; readonly place: string },
): CheckDatabase => {
  let refusal: Error | undefined;
  redis.on("connect", () => {
    refusal = undefined;
  });
  redis.on("error", (error) => {
    if (isOfSelect(error)) refusal = error;
  });
  return (code) => {
    if (refusal === undefined) return;
    throw new AppError(
      code,
      `${place} refuses its database ${database}, which the storage URL names: ${refusal.message}; end the URL with the number of one that it has, such as /0, or raise its setting "databases"`,
    );
  };
};

const isOfSelect = (error: Error & { readonly command?: unknown }): boolean => {
  const { command } = error;
  return (
    typeof command === "object" &&
    command !== null &&
    "name" in command &&
    command.name === "select"
  );
};
