import { ASKING, QUESTION_STARTS } from "./word-lists.ts";

/**
 * Whether a sentence asks, rather than orders: "what did she write" does; "how do I write a note" and
 * "have Tom write a note" do not. `ordered` says whether it has a verb that orders something.
 */
export const isQuestion = (words: readonly string[], ordered: boolean): boolean => {
  const [first = "", second = ""] = words;
  if (asksHow(words) || (first === "do" && second === "not")) return false;
  if (first === "have" && !ASKED_ABOUT.has(second)) return false;
  if (QUESTION_STARTS.has(first)) return true;
  return (
    !ordered && words.some((word, at) => ASKING.has(word) && (at < 2 || !AUXILIARIES.has(word)))
  );
};

// "is there a way to move it", "how can we move it": to be done, not to be read
const asksHow = (words: readonly string[]): boolean =>
  words[0] === "how"
    ? words[1] === "to" || DOERS.has(words[2] ?? "")
    : WAYS.test(words.slice(0, 6).join(" "));

const DOERS = new Set(["i", "we", "you", "one"]);

const WAYS =
  /^(?:is it possible to|is there (?:a|any) way|(?:are|am) (?:we|i) able to|any (?:way|chance)) /u;

const ASKED_ABOUT = new Set("i we you he she they it any all our my the these".split(" "));

/** Words that ask at the start alone: "the deal is worth more now" asks nothing. */
const AUXILIARIES = new Set("is are do does did has have was were".split(" "));

/** Whether something is to be no more: "we don't ship with UPS any more". */
export const isOver = (words: readonly string[]): boolean =>
  OVER.test(words.join(" ")) && !QUESTION_STARTS.has(words[0] ?? "");

const OVER = /\b(?:not|\w+n't|dont|stopped|nobody)\b.* any ?more\b/u;

/** What a question asks about without its word, as a word of the catalogue. */
export const askedWithoutWord = (words: readonly string[]): string | undefined => {
  const sentence = words.join(" ");
  return UNSAID.find(([question]) => question.test(sentence))?.[1];
};

const UNSAID: readonly (readonly [RegExp, string])[] = [
  // "how did our posts do"
  [/^how (?:well )?(?:did|do|does) (?!i |we |you |one ).*\b(?:do|go|fare)\b/u, "statistic"],
  // "what may this sub-account do"; what a bot may do are its actions
  [
    /^what (?:may|can) (?!i |we |you |.*\b(?:chat)?bots?\b|.*\bagents?\b).*\b(?:do|use|access)$/u,
    "permission",
  ],
];
