/**
 * Calls `act` at every SIGHUP, as services are told to read their files again. On a terminal nothing is
 * listened to: there the signal says that the terminal is gone, and the program ends as ever. Gives what
 * stops it.
 */
export const onHangup = (act: () => void): (() => void) => {
  if (process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY) return () => {};
  process.on("SIGHUP", act);
  return () => void process.off("SIGHUP", act);
};
