/** Work that is spread over several at a time, with its results in the order of the items. */
export interface OrderedWork<Item, Value> {
  readonly items: readonly Item[];
  /** How many run at once. */
  readonly width: number;
  readonly signal: AbortSignal;
  work(item: Item, signal: AbortSignal): Promise<Value>;
}

/**
 * Gives the results in the order of the items, while up to `width` of them are worked on. Whoever stops
 * taking results ends the work that is under way; nothing is begun after that, or after an abort.
 */
export async function* inOrder<Item, Value>({
  items,
  width,
  signal,
  work,
}: OrderedWork<Item, Value>): AsyncGenerator<Value, void, undefined> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const running: Promise<Value>[] = [];
  let begun = 0;
  try {
    while (begun < items.length || running.length > 0) {
      for (const item of items.slice(begun, begun + width - running.length)) {
        if (either.aborted) break;
        const value = work(item, either);
        // A rejection is met where its turn comes; until then it must not count as unhandled.
        value.catch(() => undefined);
        running.push(value);
        begun += 1;
      }
      const next = running.shift();
      if (next === undefined) return;
      yield await next;
    }
  } finally {
    stop.abort(new Error("nobody waits for the rest"));
  }
}
