import type { OperationSummary } from "../operation.ts";

/** What somebody wants done, whatever it is done to. */
export type Deed = "read" | "create" | "update" | "delete" | "send";

/** What people say for each deed; an expression may have several words. */
const VERBS: Readonly<Record<Deed, readonly string[]>> = {
  read: [
    ...[
      "show",
      "list",
      "find",
      "get",
      "see",
      "view",
      "read",
      "check",
      "search",
      "fetch",
      "display",
    ],
    ...[
      "lookup",
      "look",
      "pull",
      "bring",
      "give",
      "tell",
      "retrieve",
      "browse",
      "count",
      "preview",
    ],
    ...["explain", "look up", "pull up", "bring up", "look for", "look at", "look through"],
    ...["give me", "tell me", "let me see", "search for", "work out", "download", "export"],
  ],
  create: [
    ...["add", "create", "make", "new", "save", "enter", "register", "build", "generate", "insert"],
    ...["draft", "compose", "set up", "put in", "begin", "start", "book", "record", "define"],
    ...["setup", "onboard", "write", "upload", "import"],
  ],
  update: [
    ...["change", "edit", "update", "rename", "move", "modify", "fix", "correct", "adjust", "set"],
    ...["switch", "assign", "reassign", "raise", "lower", "replace", "mark", "turn", "reschedule"],
    ...["extend", "relabel", "alter", "amend", "tweak", "configure", "increase", "reduce", "swap"],
  ],
  delete: [
    ...["delete", "remove", "erase", "drop", "discard", "scrap", "bin", "trash", "wipe", "kick"],
    ...["get rid of", "take off", "take out", "take away", "take down", "throw away", "throw out"],
    ...["close down", "clear out", "rid", "untag", "unlink", "disconnect", "uninstall", "destroy"],
  ],
  send: ["send", "resend", "shoot", "notify"],
};

/** Each verb with its deed, by its first word; the longest expressions come first. */
const BY_FIRST_WORD = new Map<string, { words: readonly string[]; deed: Deed }[]>();
for (const deed of ["read", "create", "update", "delete", "send"] as const) {
  for (const verb of VERBS[deed]) {
    const words = verb.split(" ");
    const [first = ""] = words;
    const known = BY_FIRST_WORD.get(first) ?? [];
    known.push({ words, deed });
    known.sort((left, right) => right.words.length - left.words.length);
    BY_FIRST_WORD.set(first, known);
  }
}

/** The verb that stands at this place of a request: its deed and how many words it takes. */
export const findVerb = (
  words: readonly string[],
  at: number,
): { readonly deed: Deed; readonly length: number } | undefined => {
  const found = BY_FIRST_WORD.get(words[at] ?? "")?.find((verb) =>
    verb.words.every((word, offset) => words[at + offset] === word),
  );
  return found && { deed: found.deed, length: found.words.length };
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
