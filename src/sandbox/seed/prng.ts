/** A repeatable source of choices: the same seed gives the same sequence on every machine. */
export interface Prng {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One entry of a list that is not empty. */
  pick<Item>(list: readonly Item[]): Item;
  /** `count` different entries of a list, in the order of the list. */
  sample<Item>(list: readonly Item[], count: number): Item[];
}

/** Creates a generator after mulberry32: 32 bits of state, good enough for sample data. */
export const createPrng = (seed: number): Prng => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const pick = <Item>(list: readonly Item[]): Item => {
    const item = list[int(0, list.length - 1)];
    if (item === undefined) throw new Error("cannot pick from an empty list");
    return item;
  };
  return {
    next,
    int,
    pick,
    chance: (probability) => next() < probability,
    sample: (list, count) => {
      const left = list.map((_, index) => index);
      const chosen = new Set<number>();
      while (chosen.size < Math.min(count, list.length)) chosen.add(pick(left));
      return list.filter((_, index) => chosen.has(index));
    },
  };
};
