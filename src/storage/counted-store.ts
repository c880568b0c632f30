import { AppError } from "../core/errors.ts";
import type { Metrics } from "../core/metrics.ts";
import type { RecordStore } from "./record-store.ts";

/** The same store, whose failures are counted. What it throws stays as it is. */
export const createCountedStore = (
  store: RecordStore,
  metrics: Pick<Metrics, "storeError">,
): RecordStore => {
  const counted = async <Answer>(verb: string, work: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await work();
    } catch (error) {
      metrics.storeError({ verb, code: error instanceof AppError ? error.code : "other" });
      throw error;
    }
  };
  return {
    get: (at) => counted("get", () => store.get(at)),
    put: (at, value, options) => counted("put", () => store.put(at, value, options)),
    take: (at) => counted("take", () => store.take(at)),
    delete: (at) => counted("delete", () => store.delete(at)),
    list: (namespace, group, page) => counted("list", () => store.list(namespace, group, page)),
    sweep: () => counted("sweep", () => store.sweep()),
    close: () => store.close(),
  };
};
