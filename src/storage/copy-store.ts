import { AppError } from "../core/errors.ts";
import type { Address } from "./record-store.ts";
import type { Entry, MaintainableStore } from "./maintainable-store.ts";

/** What copying takes. */
export interface CopyJob {
  readonly from: MaintainableStore;
  readonly to: MaintainableStore;
  /** Replace what the target holds. */
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
  onProgress(step: "copy" | "verify", done: number, total: number): void;
}

/** What copying did. */
export interface CopyResult {
  /** How many live records the target holds now, each compared with the source. */
  readonly copied: number;
  /** How many records of the target were removed because the source has none there. */
  readonly removed: number;
}

const BATCH = 100;

/** Lies in a target from the first write to the last check, so that a copy that was cut off goes on. */
const RUNNING: Address = { namespace: "storage_copy", key: "running" };

/**
 * Makes the target hold exactly the live records of the source, each with its version, end and group;
 * sealed values stay sealed. Then compares every record and the count. A copy that was cut off is
 * completed by running it again. No server may write to either store meanwhile.
 *
 * Throws `AppError("usage")`, and changes nothing, if the target holds records and `overwrite` is not
 * set; `storage_corrupt` if the stores differ at the end; the signal's reason when it aborts.
 */
export const copyStore = async (job: CopyJob): Promise<CopyResult> => {
  const { from, to } = job;
  await checkTarget(job);
  await to.put(RUNNING, "1");
  const total = await from.count();
  let done = 0;
  for await (const batch of inBatches(from)) {
    job.signal.throwIfAborted();
    await to.restore(batch);
    job.onProgress("copy", (done += batch.length), total);
  }
  const removed = await compare(job, total);
  const copied = await checkCount(job);
  await to.delete(RUNNING);
  return { copied, removed };
};

const checkTarget = async ({ to, overwrite }: CopyJob): Promise<void> => {
  if (overwrite || (await to.get(RUNNING)) !== undefined) return;
  const records = await to.count();
  if (records === 0) return;
  throw new AppError(
    "usage",
    `the target holds ${records} ${records === 1 ? "record" : "records"}; give --overwrite to replace all of them, or another target; nothing was changed`,
  );
};

/** Removes what the source does not have, compares the rest, and says how many were removed. */
const compare = async (job: CopyJob, total: number): Promise<number> => {
  const { from, to } = job;
  let [done, removed] = [0, 0];
  for await (const batch of inBatches(to)) {
    job.signal.throwIfAborted();
    const strays = await Promise.all(batch.map((entry) => isStray(from, entry)));
    for (const entry of batch.filter((_, index) => strays[index])) {
      await to.delete(entry);
      removed += 1;
    }
    job.onProgress("verify", Math.min((done += batch.length), total), total);
  }
  return removed;
};

/** Whether the source has no such record. One that ended meanwhile counts as such, and goes too. */
const isStray = async (from: MaintainableStore, entry: Entry): Promise<boolean> => {
  const original = await from.get(entry);
  if (original === undefined) return true;
  if (original.value === entry.value && original.version === entry.version) return false;
  throw different();
};

const checkCount = async ({ from, to }: CopyJob): Promise<number> => {
  // A record may end between the two counts, so a difference is looked at once more.
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const [source, target] = [await from.count(), (await to.count()) - 1];
    const isMarked = (await from.get(RUNNING)) !== undefined;
    if (source - (isMarked ? 1 : 0) === target) return target;
  }
  throw different();
};

const different = (): AppError =>
  new AppError(
    "storage_corrupt",
    "source and target differ: a server wrote to one of them meanwhile; stop the servers and run the same command again, which completes the copy",
  );

async function* inBatches(store: MaintainableStore): AsyncIterable<readonly Entry[]> {
  let batch: Entry[] = [];
  for await (const entry of store.entries()) {
    if (entry.namespace === RUNNING.namespace) continue;
    batch.push(entry);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
