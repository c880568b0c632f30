/** Names beyond this length are judged anew each time: what others name must not fill the memory. */
const MAX_LENGTH = 64;

/**
 * Makes a judge of names that keeps its verdicts, where few names come again and again: the first `mostKept`
 * of them. What lies beyond is judged anew each time.
 */
export const judgeOnce = <Verdict extends string | boolean>(
  judge: (name: string) => Verdict,
  mostKept: number,
): ((name: string) => Verdict) => {
  const verdicts = new Map<string, Verdict>();
  return (name) => {
    const known = verdicts.get(name);
    if (known !== undefined) return known;
    const verdict = judge(name);
    if (verdicts.size < mostKept && name.length <= MAX_LENGTH) verdicts.set(name, verdict);
    return verdict;
  };
};
