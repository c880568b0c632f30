import { ok } from "../../core/result.ts";
import type { ClientSource } from "./client.ts";

/** Longer ids are nobody's: neither ours nor a usable address of a metadata document. */
const MAX_CLIENT_ID_LENGTH = 2000;

/** Asks each source in turn; the first that knows the id answers, and a failure ends the search. */
export const createClientRegistry = (
  sources: readonly ClientSource[],
): Pick<ClientSource, "find"> => ({
  find: async (clientId, limit) => {
    if (clientId.length > MAX_CLIENT_ID_LENGTH) return ok(undefined);
    for (const source of sources) {
      const found = await source.find(clientId, limit);
      if (!found.ok || found.value !== undefined) return found;
    }
    return ok(undefined);
  },
});
