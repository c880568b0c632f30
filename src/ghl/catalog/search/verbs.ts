import type { OperationSummary } from "../operation.ts";
import { stem } from "./stem.ts";

/** What somebody wants done, whatever it is done to; `act` is any doing without a word of its own. */
export type Deed = "read" | "create" | "update" | "delete" | "send" | "act" | "stop";

/** What people say for each deed; several words are one expression. */
const VERBS: Readonly<Record<Deed, string>> = {
  read:
    "show, list, find, get, see, view, read, check, search, fetch, display, lookup, look, pull, " +
    "bring, tell, retrieve, browse, count, preview, explain, look up, pull up, bring up, " +
    "look for, look at, look through, give me, tell me, let me see, search for, work out, export, " +
    "download, compare, listen, play, track down, how many, run a report, make a report, " +
    "generate a report, inspect, peek, monitor, have a look, hear, skim, find out, figure out",
  create:
    "add, create, make, new, save, enter, register, build, generate, insert, draft, compose, set up, " +
    "put in, put up, book, define, setup, onboard, write, upload, import, reserve, jot down, jot, " +
    "need another, need a new, want a new, want another, need one more, put together, whip up, need an extra, load, bring over, price up, cost up, write up, make out, pencil in, invite, block off, block out, block time, write down, bring in, design, prepare, craft, arrange",
  update:
    "change, edit, update, rename, move, modify, fix, correct, adjust, set, switch, assign, reassign, " +
    "raise, lower, replace, mark, turn, reschedule, extend, relabel, alter, amend, tweak, configure, " +
    "increase, reduce, swap, postpone, confirm, complete, finish, tick off, check off, reword, reset, " +
    "shift, bump, hand over, redo, refresh, reorder, rearrange, toggle, flip, cross off, put off, " +
    "is wrong, are wrong, has a typo, out of date, changed, moved, is different, got married",
  delete:
    "delete, remove, erase, drop, discard, scrap, bin, trash, wipe, kick, get rid of, take off, " +
    "take out, take away, take down, throw away, throw out, close down, clear out, rid, untag, unlink, " +
    "disconnect, uninstall, destroy, unfollow, detach, no more, no longer, don't need, dont need, " +
    "don't use, dont use, not needed, axe, nix, purge, strip, scrub, strike, forget, take away from, " +
    "clean up, tidy up, do away with, chuck, chuck out, ditch, break, sever, undo",
  send: "send, resend, shoot, ping, fire off, drop a line, notify, forward, reply, respond, let them know, send out, write back, text back, get back to, inform",
  act:
    "publish, launch, resume, unpause, connect, start, begin, run, execute, convert, share, approve, " +
    "restart, enroll, enrol, subscribe, merge, trigger, activate, enable, kick off, turn into, put, " +
    "attach, apply, crawl, scan, train, promote, duplicate, clone, refund, sync, follow, push, give, grant, associate, relate",
  stop:
    "stop, cancel, pause, suspend, end, halt, void, deactivate, disable, freeze, lock, call off, hide, " +
    "unsubscribe, opt out, hold back, unschedule, turn off, switch off, expire",
};

/** Nouns that are verbs where an object follows at once: "text the customer", but "text templates". */
const VERBS_BEFORE_OBJECTS: ReadonlyMap<string, Deed> = new Map(
  Object.entries({
    answer: "send",
    bill: "create",
    block: "create",
    charge: "act",
    email: "send",
    invoice: "create",
    keep: "create",
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
    store: "create",
    tag: "create",
    text: "send",
  } as const),
);

const OBJECT_STARTS = new Set(
  (
    "the a an my our your him her them this that these those all everyone everybody someone somebody " +
    "to on some any each us it contact contacts customer customers client clients lead leads person " +
    "people wallet staff"
  ).split(" "),
);

interface Verb {
  readonly words: readonly string[];
  readonly deed: Deed;
}

const DEEDS = ["read", "create", "update", "delete", "send", "act", "stop"] as const;

/** Each verb by its first word; the longest expressions come first. */
const BY_FIRST_WORD: ReadonlyMap<string, readonly Verb[]> = Map.groupBy(
  DEEDS.flatMap((deed) =>
    VERBS[deed].split(", ").map((verb): Verb => ({ words: verb.split(" "), deed })),
  ).toSorted((left, right) => right.words.length - left.words.length),
  ({ words: [first = ""] }) => first,
);

/** A verb of a request. */
export interface FoundVerb {
  readonly deed: Deed;
  /** How many words it takes. */
  readonly length: number;
  /** The stem that it stands for besides. */
  readonly meant?: string;
}

/** The verb that stands at this place of a request. */
export const findVerb = (words: readonly string[], at: number): FoundVerb | undefined => {
  const verb = findPlainVerb(words, at);
  // "do not send the email": whatever it is, it shall not happen
  return verb !== undefined && NEGATIONS.has(words[at - 1] ?? "")
    ? { ...verb, deed: "stop" }
    : verb;
};

const NEGATIONS = new Set(["don't", "dont", "not", "never"]);

const findPlainVerb = (words: readonly string[], at: number): FoundVerb | undefined => {
  // "the check arrived": what follows an article is a thing
  if (DETERMINERS.has(words[at - 1] ?? "")) return undefined;
  const split = findSplitVerb(words, at);
  if (split !== undefined) return split;
  const word = toVerb(words, at);
  const found = BY_FIRST_WORD.get(word)?.find((verb) =>
    verb.words.every((part, offset) => offset === 0 || words[at + offset] === part),
  );
  if (found !== undefined) return { deed: found.deed, length: found.words.length };
  const deed = VERBS_BEFORE_OBJECTS.get(word);
  if (deed !== undefined && OBJECT_STARTS.has(words[at + 1] ?? "")) return { deed, length: 1 };
  return undefined;
};

// "she wants to be removed", "how about deleting a contact"; but "stop sending it", "our booking page"
const toVerb = (words: readonly string[], at: number): string => {
  const word = words[at] ?? "";
  const before = words[at - 1] ?? "";
  if (before === "be") return toOrder(word);
  if (!word.endsWith("ing") || ENDINGS.has(before)) return word;
  const order = toOrder(`${word.slice(0, -3)}ed`);
  return OBJECT_STARTS.has(words[at + 1] ?? "") && BY_FIRST_WORD.has(order) ? order : word;
};

const ENDINGS = new Set([
  "stop",
  "stopped",
  "quit",
  "cease",
  "from",
  "without",
  "is",
  "are",
  "was",
]);

const toOrder = (word: string): string =>
  [/d$/u, /ed$/u, /(?<=(.))\1ed$/u]
    .map((ending) => word.replace(ending, ""))
    .find((verb) => BY_FIRST_WORD.has(verb)) ?? word;

const DETERMINERS = new Set(
  "the a an my our your his her their its in on of as per by that who".split(" "),
);

interface SplitVerb {
  readonly after: readonly string[];
  readonly found: FoundVerb;
}

const COMPARATIVES = (
  "longer shorter bigger smaller higher lower cheaper friendlier faster slower louder quieter nicer " +
  "better public private visible default optional required"
).split(" ");

const DELETE: FoundVerb = { deed: "delete", length: 1 };
const STOP: FoundVerb = { deed: "stop", length: 1 };
const SEND: FoundVerb = { deed: "send", length: 1 };
const GO_LIVE: SplitVerb = {
  after: ["live"],
  found: { deed: "act", length: 1, meant: stem("publish") },
};

/** Verbs whose second part follows the thing: "take the tag off", "let her know". */
const SPLIT_VERBS: ReadonlyMap<string, readonly SplitVerb[]> = new Map(
  Object.entries<readonly SplitVerb[]>({
    drop: [{ after: ["into"], found: { deed: "act", length: 1 } }],
    get: [{ after: ["signed"], found: SEND }],
    kick: [{ after: ["out"], found: DELETE }],
    let: [{ after: ["know"], found: { ...SEND, meant: stem("message") } }],
    make: [{ after: COMPARATIVES, found: { deed: "update", length: 1 } }],
    pull: [{ after: ["out", "off"], found: DELETE }],
    push: [GO_LIVE],
    put: [
      { after: ["down"], found: { deed: "create", length: 1, meant: stem("appointment") } },
      GO_LIVE,
    ],
    set: [GO_LIVE],
    switch: [{ after: ["off"], found: STOP }],
    take: [GO_LIVE, { after: ["off", "out", "away"], found: DELETE }],
    throw: [{ after: ["off", "out", "away"], found: DELETE }],
    turn: [{ after: ["off"], found: STOP }],
  }),
);

const findSplitVerb = (words: readonly string[], at: number): FoundVerb | undefined => {
  const near = words.slice(at + 1, at + 8);
  return SPLIT_VERBS.get(words[at] ?? "")?.find(({ after }) =>
    near.some((word) => after.includes(word)),
  )?.found;
};

const METHOD_DEEDS = {
  GET: "read",
  POST: "create",
  PUT: "update",
  PATCH: "update",
  DELETE: "delete",
} as const satisfies Readonly<Record<OperationSummary["method"], Deed>>;

/**
 * What an operation does by its method, where its summary does not say; for building the index.
 *
 * @internal
 */
export const deedOfMethod = ({ method, class: level }: OperationSummary): Deed =>
  level === "read" ? "read" : METHOD_DEEDS[method];

/**
 * How far what was asked for and what is done agree: 1 when they are the same, less the worse it would
 * be to take one for the other.
 */
export const agreement = (asked: readonly Deed[], done: readonly Deed[]): number => {
  if (asked.length === 0) return 1;
  let best = 0;
  for (const one of asked) {
    for (const other of done) best = Math.max(best, one === other ? 1 : likeness(one, other));
  }
  return best;
};

const likeness = (one: Deed, other: Deed): number => {
  const either = (deed: Deed): boolean => one === deed || other === deed;
  if (either("read")) return APART;
  if (either("stop")) return either("delete") || either("update") ? NEARLY : APART;
  if (either("delete")) return either("act") ? CHANGING : APART;
  return either("act") ? NEARLY : CHANGING;
};

/** Reading for changing, or deleting for creating. */
const APART = 0.57;
/** Creating for updating or sending. */
const CHANGING = 0.7;
/** Publishing for updating, stopping for deleting. */
const NEARLY = 0.9;
