/** What a flight gave, and whether this caller was the one who started it. */
export interface Flown<Value> {
  readonly value: Value;
  readonly own: boolean;
}

/** Lets concurrent callers of one key share one run of the work. */
export interface SingleFlight<Value> {
  /** Starts the work, or joins the run that is under way for the key. */
  run(key: string, work: () => Promise<Value>): Promise<Flown<Value>>;
  /** Resolves when no run is under way any more. */
  whenIdle(): Promise<void>;
}

/** Makes a single flight for this process. */
export const createSingleFlight = <Value>(): SingleFlight<Value> => {
  const flights = new Map<string, Promise<Value>>();
  return {
    run: async (key, work) => {
      const running = flights.get(key);
      if (running !== undefined) return { value: await running, own: false };
      const started = work().finally(() => flights.delete(key));
      flights.set(key, started);
      return { value: await started, own: true };
    },
    whenIdle: async () => {
      while (flights.size > 0) await Promise.allSettled(flights.values());
    },
  };
};
