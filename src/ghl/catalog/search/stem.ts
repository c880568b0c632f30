/** Forms that no rule leads back to their word. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bought: "buy",
    came: "come",
    gave: "give",
    given: "give",
    hidden: "hide",
    lost: "lose",
    made: "make",
    met: "meet",
    owed: "owe",
    paid: "pay",
    sent: "send",
    shown: "show",
    sold: "sell",
    spoke: "speak",
    spent: "spend",
    taken: "take",
    took: "take",
    won: "win",
    wrote: "write",
    written: "write",
  }),
);

/**
 * A word without its ending, so that "invoices" and "invoice", or "scheduled" and "scheduling", meet.
 * Light on purpose: a stem need not be a word, but two words of different meaning must not share one.
 */
export const stem = (word: string): string =>
  IRREGULAR.get(word) ?? dropLastE(dropNounEnding(dropVerbEnding(dropPlural(word))));

const dropPlural = (word: string): string => {
  if (word.length < 4 || !word.endsWith("s") || /(?:ss|us|is)$/u.test(word)) return word;
  if (word.endsWith("ies")) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1);
  return /(?:ss|x|z|ch|sh)es$/u.test(word) ? word.slice(0, -2) : word.slice(0, -1);
};

const dropVerbEnding = (word: string): string => {
  const ending = /(?:ing|ed)$/u.exec(word)?.[0];
  if (ending === undefined) return word;
  const root = word.slice(0, -ending.length);
  if (root.length < 3 || !/[aeiouy]/u.test(root)) return word;
  // planned, plan; but calling, call
  return /([bdgmnprt])\1$/u.test(root) ? root.slice(0, -1) : root;
};

// association, associate; but action
const dropNounEnding = (word: string): string =>
  word.length > 7 && /[st]ion$/u.test(word) ? word.slice(0, -3) : word;

const dropLastE = (word: string): string =>
  word.length > 4 && word.endsWith("e") ? word.slice(0, -1) : word;
