/** What a person answered to a question. */
export type PersonReply = "accepted" | "declined";

/** An answer as it came back: the reply, and the state that went out with the question. */
export interface Reply {
  readonly reply: PersonReply;
  /** As the client sent it: nothing about it is certain. */
  readonly state: string;
}

/** What can be asked of the person behind a call, and what they answered already. */
export interface Dialogue {
  /** Whether the client can put a question to the person (elicitation, MCP 2026-07-28). */
  readonly canAsk: boolean;
  /** The answer that this call carries; undefined when it carries none. */
  readonly reply: Reply | undefined;
}

const QUESTION: unique symbol = Symbol("question");

/** A result that is none yet: a question to the person. The client calls again with the answer. */
export interface Question {
  readonly [QUESTION]: true;
  readonly message: string;
  /** Comes back with the answer; sealed by whoever asks. */
  readonly state: string;
}

/** Makes a question. */
export function toQuestion(message: string, state: string): Question {
  return { [QUESTION]: true, message, state };
}

/** Whether a tool asks instead of answering. */
export function isQuestion(value: object): value is Question {
  return QUESTION in value;
}
