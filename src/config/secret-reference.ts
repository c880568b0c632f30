import { fail, ok, type Result } from "../core/result.ts";

/** Where references of a secret setting point to. */
export interface SecretReferences {
  /** The content of a file; undefined if it cannot be read. */
  readFile(path: string): string | undefined;
  /** The value of an environment variable, the .env file included. */
  readVariable(name: string): string | undefined;
}

/**
 * What a value of a secret setting stands for: the content behind `file:<path>` and `env:<name>`, as it
 * is there; undefined for what is no such reference. Fails with what is wrong, which never contains a
 * secret.
 */
export const followReference = (
  value: string,
  references: SecretReferences,
): Result<string, string> | undefined => {
  const [, kind, target = ""] = /^(file|env):(.*)$/su.exec(value) ?? [];
  switch (kind) {
    case "file":
      return checkFound(references.readFile(target), `the file "${target}"`, "cannot be read");
    case "env":
      return checkFound(references.readVariable(target), `the variable "${target}"`, "is not set");
    default:
      return undefined;
  }
};

const checkFound = (
  found: string | undefined,
  name: string,
  problem: string,
): Result<string, string> => {
  if (found === undefined) return fail(`${name} ${problem}`);
  return found.trim() === "" ? fail(`${name} is empty`) : ok(found);
};
