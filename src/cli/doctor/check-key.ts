import { loadMasterKeys } from "../../config/master-key.ts";
import { AppError } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import { hasStore } from "../session.ts";
import type { ReadyContext } from "./context.ts";
import { type Found, note, problem, well } from "./finding.ts";

/** The master keys; none where they are only made at the first start. Throws what loading throws. */
export const readKeys = async ({ config, log, parts }: ReadyContext): Promise<readonly Secret[]> =>
  config.masterKey.source === "generated" && !hasStore(config)
    ? []
    : loadMasterKeys(config.masterKey, { random: parts.random, log });

/** Whether the master key is there; whether it fits the store is seen with the store. */
export const checkKey = async (context: ReadyContext): Promise<readonly Found[]> => {
  const { masterKey } = context.config;
  try {
    const keys = await readKeys(context);
    switch (masterKey.source) {
      case "ephemeral":
        return [note("the store is in memory, and its key with it: nothing is kept")];
      case "generated":
        return keys.length === 0
          ? [note(`there is no key yet: the first start makes it, in "${masterKey.path}"`)]
          : [
              well(`the key file "${masterKey.path}" holds a key`),
              note("back the key file up, apart from the database: nobody can do without it"),
            ];
      case "given":
      case "referenced":
        return [
          well(
            keys.length === 1
              ? "MASTER_KEY gives a key"
              : `MASTER_KEY gives ${keys.length} keys, the first of which encrypts`,
          ),
        ];
    }
  } catch (error) {
    return [toProblem(error)];
  }
};

/** An expected error as a finding; its later lines say what to do. */
export const toProblem = (error: unknown): Found => {
  if (!(error instanceof AppError)) throw error;
  const [text = "", ...rest] = error.message.split("\n");
  const [head = "", ...right] = text.split("; ");
  const fix = [...right, ...rest.map((line) => line.trim())].join("; ");
  return problem(head, fix === "" ? (FIXES.get(error.code) ?? "see docs/errors.md") : fix);
};

const FIXES: ReadonlyMap<string, string> = new Map([
  [
    "storage_unavailable",
    "check STORAGE_URL, whether the server of the store runs, the rights on its folder and the space on the disk",
  ],
  ["storage_corrupt", "restore the store from a backup, or move it away and connect again"],
]);
