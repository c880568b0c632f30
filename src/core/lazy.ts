/**
 * Makes something at the first call, and gives the same to every later one: for what takes long to load
 * and many starts never use. A failure stays, as that of an import does.
 */
export const lazy = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
};
