import type { OperationSummary } from "../operation.ts";

/** What somebody wants done, whatever it is done to; `act` is any doing without a word of its own. */
export type Deed = "read" | "create" | "update" | "delete" | "send" | "act";

/** What people say for each deed; several words are one expression. */
const VERBS: Readonly<Record<Deed, string>> = {
  read:
    "show, list, find, get, see, view, read, check, search, fetch, display, lookup, look, pull, " +
    "bring, give, tell, retrieve, browse, count, preview, explain, look up, pull up, bring up, " +
    "look for, look at, look through, give me, tell me, let me see, search for, work out, export, " +
    "download, compare, listen, play, track down, how many",
  create:
    "add, create, make, new, save, enter, register, build, generate, insert, draft, compose, set up, " +
    "put in, put up, book, define, setup, onboard, write, upload, import, reserve, jot down, jot, " +
    "invite, block off, write down, bring in",
  update:
    "change, edit, update, rename, move, modify, fix, correct, adjust, set, switch, assign, reassign, " +
    "raise, lower, replace, mark, turn, reschedule, extend, relabel, alter, amend, tweak, configure, " +
    "increase, reduce, swap, postpone, confirm, complete, finish, tick off, check off, reword, reset",
  delete:
    "delete, remove, erase, drop, discard, scrap, bin, trash, wipe, kick, get rid of, take off, " +
    "take out, take away, take down, throw away, throw out, close down, clear out, rid, untag, unlink, " +
    "disconnect, uninstall, destroy, unfollow, detach, no more, no longer",
  send: "send, resend, shoot, notify, forward, reply, respond, let them know, send out",
  act:
    "publish, launch, pause, resume, unpause, stop, cancel, connect, start, begin, run, execute, void, " +
    "convert, share, approve, suspend, restart, enroll, enrol, subscribe, unsubscribe, " +
    "merge, trigger, activate, deactivate, enable, disable, call off, kick off, turn into, put, attach, " +
    "apply, promote, duplicate, clone, refund, sync, follow, hide, lock, freeze, push",
};

/** Nouns that are verbs where an object follows at once: "text the customer", but "text templates". */
const VERBS_BEFORE_OBJECTS: Readonly<Record<string, Deed>> = {
  answer: "send",
  bill: "create",
  block: "create",
  charge: "act",
  email: "send",
  invoice: "create",
  label: "create",
  link: "act",
  log: "create",
  mail: "send",
  message: "send",
  order: "act",
  post: "create",
  quote: "create",
  record: "create",
  release: "act",
  schedule: "create",
  tag: "create",
  text: "send",
};

const OBJECT_STARTS = new Set(
  (
    "the a an my our your him her them this that these those all everyone everybody someone somebody " +
    "to on some any each us it"
  ).split(" "),
);

interface Verb {
  readonly words: readonly string[];
  readonly deed: Deed;
}

const DEEDS = ["read", "create", "update", "delete", "send", "act"] as const;

/** Each verb by its first word; the longest expressions come first. */
const BY_FIRST_WORD: ReadonlyMap<string, readonly Verb[]> = Map.groupBy(
  DEEDS.flatMap((deed) =>
    VERBS[deed].split(", ").map((verb): Verb => ({ words: verb.split(" "), deed })),
  ).toSorted((left, right) => right.words.length - left.words.length),
  ({ words: [first = ""] }) => first,
);

/** The verb that stands at this place of a request: its deed and how many words it takes. */
export const findVerb = (
  words: readonly string[],
  at: number,
): { readonly deed: Deed; readonly length: number } | undefined => {
  const word = words[at] ?? "";
  const found = BY_FIRST_WORD.get(word)?.find((verb) =>
    verb.words.every((part, offset) => words[at + offset] === part),
  );
  if (found !== undefined) return { deed: found.deed, length: found.words.length };
  const deed = VERBS_BEFORE_OBJECTS[word];
  if (deed !== undefined && OBJECT_STARTS.has(words[at + 1] ?? "")) return { deed, length: 1 };
  return findSplitVerb(words, at);
};

// "take the tag off", "throw it away": the particle follows the thing
const findSplitVerb = (
  words: readonly string[],
  at: number,
): { readonly deed: Deed; readonly length: number } | undefined => {
  if (words[at] !== "take" && words[at] !== "throw") return undefined;
  const particle = words
    .slice(at + 1, at + 8)
    .some((word) => ["off", "out", "away"].includes(word));
  return particle ? { deed: "delete", length: 1 } : undefined;
};

const METHOD_DEEDS = {
  GET: "read",
  POST: "create",
  PUT: "update",
  PATCH: "update",
  DELETE: "delete",
} as const satisfies Readonly<Record<OperationSummary["method"], Deed>>;

/** What an operation does by its method, where its summary does not say. */
export const deedOfMethod = ({ method, class: level }: OperationSummary): Deed =>
  level === "read" ? "read" : METHOD_DEEDS[method];

/**
 * How far what was asked for and what is done agree: 1 when they are the same, less the worse it would
 * be to take one for the other.
 */
export const agreement = (asked: ReadonlySet<Deed>, done: ReadonlySet<Deed>): number => {
  if (asked.size === 0) return 1;
  let best = 0;
  for (const one of asked) {
    for (const other of done) best = Math.max(best, one === other ? 1 : likeness(one, other));
  }
  return best;
};

const likeness = (one: Deed, other: Deed): number => {
  const both = new Set([one, other]);
  if (both.has("read") || (both.has("delete") && !both.has("act"))) return APART;
  if (both.has("act")) return both.has("delete") ? CHANGING : ACTING;
  return CHANGING;
};

/** Reading for changing, or deleting for creating. */
const APART = 0.5;
/** Creating for updating or sending. */
const CHANGING = 0.7;
/** Some other doing, such as pausing or publishing, for any of them. */
const ACTING = 0.9;
