import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { AppError } from "../core/errors.ts";
import type { RawSettings } from "./check-settings.ts";

/**
 * Reads a file of `NAME=value` lines. A missing one gives no settings unless it is `required`. Throws
 * `AppError("env_file_unreadable")` when it is there but cannot be read, or is not text.
 */
export const readEnvFile = (path: string, required: boolean): RawSettings => {
  const bytes = readBytes(path, required);
  if (bytes === undefined) return {};
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return Object.fromEntries(
      Object.entries(parseEnv(text)).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    );
  } catch (cause) {
    throw unreadable(path, "it is not UTF-8 text; save it as UTF-8", cause);
  }
};

const readBytes = (path: string, required: boolean): Uint8Array | undefined => {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT" && !required) return undefined;
    throw unreadable(
      path,
      WHAT_TO_DO.get(String(code)) ?? `the system says ${String(code)}`,
      cause,
    );
  }
};

const WHAT_TO_DO: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file; check the path given with --env-file"],
  ["EACCES", "its permissions forbid it; make it readable for the user that runs this (chmod u+r)"],
  ["EPERM", "its permissions forbid it; make it readable for the user that runs this (chmod u+r)"],
  ["EISDIR", "it is a directory; put a file of NAME=value lines there, or remove it"],
]);

const unreadable = (path: string, why: string, cause: unknown): AppError =>
  new AppError("env_file_unreadable", `the settings file "${path}" cannot be read: ${why}`, {
    cause,
  });
