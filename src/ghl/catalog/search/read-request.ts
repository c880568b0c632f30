import { stem } from "./stem.ts";
import { CANONICAL, LONGEST_EXPRESSION } from "./synonyms.ts";
import { type Deed, findVerb } from "./verbs.ts";

/** What a sentence says, whether a request or one of the words of an operation. */
export interface Reading {
  /** The stems that carry meaning, in order. */
  readonly stems: readonly string[];
  /** What is to be done, where the sentence names it. */
  readonly deeds: ReadonlySet<Deed>;
  /** Whether one record is meant or many; absent where nothing tells. */
  readonly number?: "one" | "many";
}

/** Longer requests are cut: nobody's question is longer, and time must stay bounded. */
const MAX_LENGTH = 400;
const MAX_WORDS = 60;

const STOP_WORDS = new Set(
  [
    "a an the and or but of to in on at for from with by about into onto under over up out off as so",
    "i me my mine we us our ours you your he him his she her hers they them their it its s t ll re ve",
    "this that these those there here is are was were be been being am do does did done has have had",
    "can could would should will shall may might must let lets please pls plz hey hi hello thanks",
    "need needs want wants like just now right some any all every each what which who whom when where",
    "why how many much if then than no not yes too also very again more most own right through via",
    "go goes going went come comes came got gotten thing things something anything someone's one ones",
    "kindly quickly currently still yet already ever last next latest recent recently d m isn don",
    "put say says said long use using used under between after before during since until ago",
  ]
    .join(" ")
    .split(" "),
);

/** Deeds whose word also says something about the thing: "record a payment", "download the file". */
const TELLING = new Set(
  [
    "book record write upload import download export assign reassign move rename preview count draft",
    "disconnect unlink untag uninstall send resend onboard reschedule mark explain register start",
    "notify switch turn extend begin",
  ]
    .join(" ")
    .split(" "),
);

const MANY = new Set(["all", "every", "list", "many", "which", "those", "these", "everything"]);
const ONE = new Set(["this", "that", "one", "single", "details", "detail", "open", "id"]);
const QUESTION = new Set([
  "what",
  "which",
  "who",
  "when",
  "where",
  "why",
  "how",
  "is",
  "are",
  "does",
]);

const PERSON = stem("contact");

/** Reads a sentence: noise away, everyday words into the catalogue's, the rest to stems. */
export const readRequest = (text: string): Reading => {
  const words = splitWords(text);
  const stems: string[] = [];
  const deeds = new Set<Deed>();
  for (let at = 0; at < words.length;) {
    const verb = findVerb(words, at) ?? findSplitVerb(words, at);
    const expression = findExpression(words, at);
    if (verb !== undefined && verb.length >= (expression?.length ?? 0)) {
      deeds.add(verb.deed);
      const [word = ""] = words.slice(at, at + 1);
      if (TELLING.has(word)) stems.push(stem(word));
      at += verb.length;
    } else if (expression !== undefined) {
      stems.push(...expression.meant);
      at += expression.length;
    } else {
      const word = words[at] ?? "";
      if (!STOP_WORDS.has(word)) stems.push(stem(word));
      at += 1;
    }
  }
  if (deeds.size === 0 && QUESTION.has(words[0] ?? "")) deeds.add("read");
  const number = tellNumber(words);
  return { stems, deeds, ...(number !== undefined && { number }) };
};

const splitWords = (text: string): readonly string[] =>
  hideNoise(text.slice(0, MAX_LENGTH).toLowerCase().replaceAll("’", "'"))
    .split(/[^\p{L}\p{N}@&'-]+/u)
    .flatMap((word) => splitHyphens(word.replace(/^['-]+|['-]+$/gu, "").replace(/'s$/u, "")))
    .filter((word) => word !== "")
    .slice(0, MAX_WORDS);

const splitHyphens = (word: string): readonly string[] =>
  CANONICAL.has(word) ? [word] : word.split("-");

/**
 * Values of the request say which record is meant, not which operation: an address or a number of a
 * person stands for a contact, a date for nothing but a date.
 */
const hideNoise = (text: string): string =>
  text
    .replaceAll(/\S+@\S+\.\S+/gu, ` ${PERSON} `)
    .replaceAll(/\+?\d[\d\s()-]{6,}\d/gu, ` ${PERSON} `)
    .replaceAll(DATES, " @date ")
    .replaceAll(/[$€£]?\d[\d.,:]*(?:k|am|pm|%|\b)/gu, " ");

const DATES =
  /\b(?:today|tonight|tomorrow|yesterday|this (?:morning|afternoon|evening)|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:this|last|next) (?:week|month|year|quarter)|\d{4}-\d\d-\d\d)(?:'s)?\b/gu;

// "take the tag off", "throw it away": the particle follows the thing.
const findSplitVerb = (
  words: readonly string[],
  at: number,
): { readonly deed: Deed; readonly length: number } | undefined => {
  if (!["take", "throw", "kick", "pull", "get"].includes(words[at] ?? "")) return undefined;
  const particle = words
    .slice(at + 1, at + 8)
    .some((word) => ["off", "out", "away"].includes(word));
  return particle ? { deed: "delete", length: 1 } : undefined;
};

const findExpression = (
  words: readonly string[],
  at: number,
): { readonly meant: readonly string[]; readonly length: number } | undefined => {
  for (let length = LONGEST_EXPRESSION; length > 0; length -= 1) {
    if (at + length > words.length) continue;
    const meant = CANONICAL.get(words.slice(at, at + length).join(" "));
    if (meant !== undefined) return { meant, length };
  }
  return undefined;
};

const tellNumber = (words: readonly string[]): "one" | "many" | undefined => {
  if (words.some((word) => ONE.has(word))) return "one";
  if (words.some((word) => MANY.has(word))) return "many";
  return undefined;
};
