import type { Address } from "./record-store.ts";
import type { Entry } from "./maintainable-store.ts";

/**
 * Walks over records in the order of their addresses: each page is asked for by the address of the last
 * record before it, and a page that is not full is the last.
 */
export async function* walkPages(
  pageSize: number,
  readPage: (after: Address) => Promise<readonly Entry[]>,
): AsyncGenerator<Entry> {
  let after: Address = { namespace: "", key: "" };
  for (;;) {
    const entries = await readPage(after);
    yield* entries;
    const last = entries.at(-1);
    if (last === undefined || entries.length < pageSize) return;
    after = last;
  }
}
