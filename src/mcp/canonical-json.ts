/** JSON with the members of every object in the order of their names: one text for one value. */
export const toCanonicalJson = (value: unknown): string => JSON.stringify(sort(value)) ?? "null";

const sort = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sort);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, sort(member)]),
  );
};
