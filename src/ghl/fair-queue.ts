/** Lines of waiting members that take turns, whatever their lengths. */
export interface FairQueue<Member> {
  add(key: string, member: Member): void;
  /** Takes the member whose turn it is. */
  next(): Member | undefined;
  remove(member: Member): void;
  /** Takes out all that fit, in no particular order. */
  removeWhere(fits: (member: Member) => boolean): readonly Member[];
  list(): readonly Member[];
  size(): number;
  isEmpty(): boolean;
  /** How many would be served before a new member of this line. */
  ahead(key: string): number;
}

/** Creates an empty queue. Within a line first come is first served. */
export const createFairQueue = <Member>(): FairQueue<Member> => {
  // The order of the map is the order of turns: a line that was served goes to its end.
  const lines = new Map<string, Member[]>();
  const list = (): Member[] => [...lines.values()].flat();

  const removeWhere = (fits: (member: Member) => boolean): Member[] => {
    const removed: Member[] = [];
    for (const [key, line] of lines) {
      const kept = line.filter((member) => !fits(member));
      if (kept.length === line.length) continue;
      removed.push(...line.filter(fits));
      if (kept.length === 0) lines.delete(key);
      else lines.set(key, kept);
    }
    return removed;
  };

  return {
    add: (key, member) => {
      const line = lines.get(key);
      if (line === undefined) lines.set(key, [member]);
      else line.push(member);
    },
    next: () => {
      for (const [key, [member, ...rest]] of lines) {
        lines.delete(key);
        if (rest.length > 0) lines.set(key, rest);
        if (member !== undefined) return member;
      }
      return undefined;
    },
    remove: (member) => {
      removeWhere((one) => one === member);
    },
    removeWhere,
    list,
    size: () => list().length,
    isEmpty: () => lines.size === 0,
    ahead: (key) => {
      const turn = lines.get(key)?.length ?? 0;
      return [...lines].reduce(
        (sum, [other, line]) => sum + Math.min(line.length, other === key ? turn : turn + 1),
        0,
      );
    },
  };
};
