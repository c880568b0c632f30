import type { Secret } from "../../core/secret.ts";
import { readKeys, toProblem } from "./check-key.ts";
import type { ReadyContext } from "./context.ts";
import { type Found, note, problem, warning, well } from "./finding.ts";

/** A store that takes longer makes every call to a tool feel slow. */
const SLOW_MS = 250;

/** Whether the store answers and can be written, and whether the master key is the one it knows. */
export const checkStore = async (context: ReadyContext): Promise<readonly Found[]> => {
  const { config, parts, log } = context;
  const name = config.storageUrl.replace(/:.*$/su, "");
  if (config.storageUrl === "memory:") return [well("the store is this process's own memory")];
  try {
    if (!(await isStoreThere(context)))
      return [note("there is no store yet: the first start makes it")];
    const { probeStore } = await import("../../app.ts");
    const keys = await readKeysOrNone(context);
    const probe = await probeStore({ ...parts, log, url: config.storageUrl, keys: keys ?? [] });
    const spent = `${Math.round(probe.latencyMs)} ms`;
    const speed =
      probe.latencyMs <= SLOW_MS
        ? well(`the ${name} store answers, can be written and has the right schema (${spent})`)
        : warning(
            `the ${name} store takes ${spent} to write, read and delete a record`,
            "put the store nearer to the server, or see what keeps it busy",
          );
    return [speed, ...(keys === undefined ? [] : [judgeKeys(probe)])];
  } catch (error) {
    return [toProblem(error)];
  }
};

/** Whether there is a store to look at; opening one that is not there would make it, and tie it to the key. */
export const isStoreThere = async ({ config, parts }: ReadyContext): Promise<boolean> => {
  const { isStoreMade } = await import("../../app.ts");
  return isStoreMade(config.storageUrl, parts);
};

/** A key that cannot be had is a finding of its own check. */
const readKeysOrNone = async (context: ReadyContext): Promise<readonly Secret[] | undefined> =>
  readKeys(context).catch(() => undefined);

const judgeKeys = (probe: {
  readonly missingKids: readonly string[];
  readonly requiredKids: readonly string[];
}): Found => {
  if (probe.requiredKids.length === 0) return note("nothing in the store is encrypted yet");
  if (probe.missingKids.length === 0) return well("the master key is the one of the store");
  const kids = probe.missingKids.map((kid) => `"${kid}"`).join(", ");
  return problem(
    `the store was written with master key ${kids}, which is not given`,
    "give that key again, behind the new one if there is one; without it the stored sign-ins are lost, and a new store has to be begun",
  );
};
