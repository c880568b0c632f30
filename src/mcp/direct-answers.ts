import { type Soon, whenThere } from "../core/soon.ts";
import {
  type CallRequest,
  type OpenedCall,
  type ReadyCall,
  answerCall,
  openCall,
} from "./answer-call.ts";
import type { View } from "./connection-options.ts";
import { isQuestion } from "./dialogue.ts";
import type { Era } from "./features/feature.ts";
import { type PreparedAnswers, createPreparedAnswers } from "./prepared-answers.ts";
import type { ServerDeps } from "./server-deps.ts";

/**
 * Answers without a server object, as the JSON of their `result` member: what the SDK's server of the same
 * view would answer (ADR 48).
 */
export interface DirectAnswers extends Pick<PreparedAnswers, "toolsList" | "discover"> {
  /**
   * Finds the tool of a call and checks its arguments. Undefined where that comes to no run of the tool, or
   * where the tool might put a question to the person: then the SDK's server has the call.
   */
  open(call: NamedRequest, view: View): Soon<OpenedCall | undefined>;
  /** Runs an opened call, counts it and logs it. A bug of a tool is a result as well. */
  run(call: RunRequest, view: View): Soon<string>;
}

/** A call before anything was looked up. */
export interface NamedRequest extends Pick<CallRequest, "name" | "rawArguments"> {
  /** Whether the client can put a form to its person. */
  readonly canAsk: boolean;
}

/** A call that was opened. */
export interface RunRequest extends Omit<ReadyCall, "dialogue"> {
  readonly era: Era;
}

/** Makes the answers of one surface. */
export const createDirectAnswers = (deps: ServerDeps): DirectAnswers => {
  const { toolsList, discover, toolResult } = createPreparedAnswers(deps);
  return {
    toolsList,
    discover,
    open: (call, view) =>
      whenThere(openCall(call, view, deps), (opened) => {
        const asks = call.canAsk && opened?.granted.tool.annotations.readOnlyHint !== true;
        return asks ? undefined : opened;
      }),
    run: ({ name, rawArguments, sent, opened, progress, signal, era }, view) => {
      const dialogue = NOBODY_TO_ASK;
      const call = { name, rawArguments, sent, opened, progress, signal, dialogue };
      return whenThere(answerCall(call, view, deps), (answer) => {
        if (isQuestion(answer)) throw new Error("a tool asked where nobody can be asked");
        return toolResult(answer, view, era);
      });
    },
  };
};

const NOBODY_TO_ASK = { canAsk: false, reply: undefined } as const;
