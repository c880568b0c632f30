/**
 * A value that is there, or a promise of one. What is remembered is there; only what has to be asked for is
 * waited for. Each wait costs a promise and a turn of the microtask queue, and on the way of a call there
 * were sixty of them, which cost more than the call itself.
 */
export type Soon<Value> = Value | Promise<Value>;

/** Goes on with a value: at once where it is there. Throws what `next` throws at once. */
export const whenThere = <Value, Next>(
  soon: Soon<Value>,
  next: (value: Value) => Soon<Next>,
): Soon<Next> =>
  // oxlint-disable-next-line promise/no-callback-in-promise -- what goes on with the value is no callback
  soon instanceof Promise ? soon.then(next) : next(soon);

/**
 * Does work, goes on with what comes of it, and hands what is thrown on the way, at once or later, to
 * `handle`: `try { return await next(await work()) } catch (error) { return handle(error) }` without the waits
 * that are not needed.
 */
export const trySoon = <Value, Next>(
  work: () => Soon<Value>,
  next: (value: Value) => Soon<Next>,
  handle: (error: unknown) => Soon<Next>,
): Soon<Next> => {
  const goOn = (value: Value): Soon<Next> => {
    try {
      const done = next(value);
      return done instanceof Promise ? done.catch(handle) : done;
    } catch (error) {
      return handle(error);
    }
  };
  let soon: Soon<Value>;
  try {
    soon = work();
  } catch (error) {
    return handle(error);
  }
  return soon instanceof Promise ? soon.then(goOn, handle) : goOn(soon);
};
