import type { GeneratedOperation, Generation } from "../operation.ts";

/** A generation of an operation and the Version header to send with it. */
export interface ChosenGeneration {
  readonly generation: "v2" | "v3";
  readonly version: string;
  readonly facts: Generation;
}

/** The Version for what declares none (gohighlevel.md §4.8). */
const UNLABELLED_VERSION = "2021-07-28";

/** An operation that must stay on a dated version, whatever the specs come to say. */
interface DatedPatch {
  readonly reason: string;
  readonly version: string;
}

const REMOVED_IN_V3 = "under v3 this path was seen answering that it was removed";

/**
 * The exceptions. Exported for the test that holds them against the specs.
 *
 * @internal
 */
export const DATED_OPERATIONS: Readonly<Record<string, DatedPatch>> = {
  "oauth.get-location-access-token": { reason: REMOVED_IN_V3, version: "2021-07-28" },
  "oauth.get-installed-location": { reason: REMOVED_IN_V3, version: "2021-07-28" },
};

/**
 * Chooses the generation to call: v3 where its spec has the operation and says under which version,
 * else v2 with its own version, and 2021-07-28 where neither declares one.
 */
export const chooseGeneration = ({ id, v2, v3 }: GeneratedOperation): ChosenGeneration => {
  const dated = DATED_OPERATIONS[id]?.version;
  if (dated !== undefined && v2 !== undefined) {
    return { generation: "v2", version: dated, facts: v2 };
  }
  if (v3 !== undefined && (v3.version !== undefined || v2 === undefined)) {
    return { generation: "v3", version: v3.version ?? "v3", facts: v3 };
  }
  if (v2 === undefined) throw new Error(`operation "${id}" has no generation`);
  return { generation: "v2", version: v2.version ?? UNLABELLED_VERSION, facts: v2 };
};
