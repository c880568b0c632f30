/** An error that a fault of the soak causes. */
interface Excuse {
  readonly kind: string;
  /** Which of the faults. */
  readonly cause: string;
  /** All that the server says of it, from the first letter to the last. */
  readonly text: RegExp;
}

const LOOK = "after a write look first whether it went through";

/**
 * The only errors that a call may end with, each with the faults that lead to it. Whatever else a call is
 * told is a wrong answer.
 */
const EXCUSES: readonly Excuse[] = [
  {
    kind: "rate limit",
    cause: "status 429, and the sandbox's own limit of 100 calls in 10 s",
    text: /^GoHighLevel's rate limit is reached; wait \d+ s and call again$/u,
  },
  {
    kind: "failed upstream",
    cause: "status 500 or 502",
    text: /^GoHighLevel failed with status 50[02]; nothing is known about the outcome: for a read call again, after a write look first$/u,
  },
  {
    kind: "unreachable",
    cause: "a connection that was cut, before or after the request was handled",
    text: new RegExp(`^GoHighLevel cannot be reached; wait a little and call again, ${LOOK}$`, "u"),
  },
  {
    kind: "no answer in time",
    cause: "an answer that comes after 40 s",
    text: new RegExp(
      `^GoHighLevel did not answer within \\d+ s; for a read call again, ${LOOK}$`,
      "u",
    ),
  },
  {
    kind: "sign-in service",
    cause: "status 502 or 503 of the token endpoint",
    text: /^GoHighLevel's sign-in service does not answer; wait \d+ s and call again$/u,
  },
];

/** The kind of an error text; undefined for one that no fault explains. */
export const findExcuse = (text: string): string | undefined =>
  EXCUSES.find((excuse) => excuse.text.test(text))?.kind;

/** The faults that lead to errors of a kind. */
export const toCause = (kind: string): string =>
  EXCUSES.find((excuse) => excuse.kind === kind)?.cause ?? "";
