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
    "why how many much if then than no not yes too also very again more most right named called name calls through via",
    "go goes going went come comes came got gotten thing things something anything someone's one ones",
    "kindly quickly currently still yet already ever last next latest recent recently d m isn don",
    "say says said long use using used under between after before during since until ago",
  ]
    .join(" ")
    .split(" "),
);

/** Verbs that say nothing about the thing, as "record a payment" and "download the file" do. */
const EMPTY_VERBS = new Set(
  [
    "show list find get see view read check search fetch display lookup look pull bring give tell",
    "retrieve browse add create make new save enter build generate insert set put setup change edit",
    "update modify fix correct adjust delete remove erase drop discard scrap bin trash wipe kick rid",
    "take throw close clear destroy let how no work alter amend tweak",
  ]
    .join(" ")
    .split(" "),
);

const MANY = new Set([
  "all",
  "every",
  "list",
  "many",
  "which",
  "those",
  "these",
  "everything",
  "our",
]);
const ONE = new Set(["this", "that", "one", "single", "details", "detail", "id"]);
const ASKING = new Set(
  "what which who when where why how is are does did do has have was were details detail".split(
    " ",
  ),
);

const PERSON = stem("contact");

/** Reads a sentence: noise away, everyday words into the catalogue's, the rest to stems. */
export const readRequest = (text: string): Reading => {
  const words = splitWords(text);
  const stems: string[] = [];
  const deeds = new Set<Deed>();
  for (let at = 0; at < words.length;) {
    const verb = findVerb(words, at);
    const expression = findExpression(words, at);
    if (verb !== undefined && verb.length >= (expression?.length ?? 0)) {
      const word = words[at] ?? "";
      deeds.add(verb.deed);
      if (expression !== undefined) stems.push(...expression.meant);
      else if (!EMPTY_VERBS.has(word)) stems.push(stem(word));
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
  if (deeds.has("create") && deeds.size > 1 && isAdjectiveNew(words)) deeds.delete("create");
  if (deeds.size === 0 && words.some((word) => ASKING.has(word))) deeds.add("read");
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
  if (words[0] === "open" || words.some((word) => ONE.has(word))) return "one";
  if (words.some((word) => MANY.has(word) || isPlural(word))) return "many";
  return undefined;
};

const isPlural = (word: string): boolean =>
  word.length > 3 && word.endsWith("s") && !/(?:ss|us|is)$/u.test(word) && !STOP_WORDS.has(word);

// "show new leads": not an order to create any
const isAdjectiveNew = (words: readonly string[]): boolean =>
  words.indexOf("new") > 0 &&
  !words.some((word) => word !== "new" && findVerb([word], 0)?.deed === "create");
