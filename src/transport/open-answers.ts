import type { IncomingMessage, ServerResponse } from "node:http";
import { type Clock, sleepUnlessAborted } from "../core/clock.ts";
import type { EventChannel, HeardEvent } from "../core/events.ts";
import { createLiveSet } from "../core/live-set.ts";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";

/** An answer that is under way, and for whom. */
export interface OpenAnswer {
  readonly request: Pick<IncomingMessage, "headers">;
  readonly response: Pick<ServerResponse, "on" | "destroy">;
  readonly principal: Principal;
}

/** The answers of this process that are open. */
export interface OpenAnswers {
  /** Remembers an answer until it has closed. */
  note(answer: OpenAnswer): void;
  close(): void;
}

/** How often the rest is looked at, in case an event did not come: well within the 30 seconds of P08. */
const CHECK_EVERY_MS = 10_000;

/** What the open answers are judged with. */
export interface OpenAnswersDeps {
  readonly authorization: Pick<AuthorizationServer, "mayContinue">;
  readonly events: Pick<EventChannel, "subscribe">;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Makes the book of open answers, which cuts those whose token or grant was revoked, on this instance or
 * another: event streams above all, which would tell on for hours. An event says when to look; the store
 * alone says what is revoked. Where it cannot say, an event that names a revocation is believed, and
 * everything else is cut in the second round that finds out nothing: a call that is waiting for its answer
 * outlives a store that is away for a moment. Answers that end sooner than the next round of all cost an
 * entry in a map.
 */
export const createOpenAnswers = (deps: OpenAnswersDeps): OpenAnswers => {
  const open = createLiveSet<Held>();
  const stopping = new AbortController();
  let isRunning = false;

  const judge = async ({ answer, state, end }: Held, occasion: Occasion): Promise<void> => {
    const verdict = await askStore(deps, answer);
    // It may have closed while the store was asked.
    if (state.hasEnded || !isOver(verdict, { state, occasion })) return;
    end();
    const { grantId } = answer.principal;
    deps.log.info("cut an open answer of a revoked grant", { grantId, verdict });
    answer.response.destroy();
  };
  const judgeAll = async ({ isMeant, occasion }: Judgement): Promise<void> => {
    // After every other listener of the same event, so that nothing is judged from what one remembers.
    await Promise.resolve();
    const meant = open.values().filter(({ answer }) => isMeant(answer.principal));
    await Promise.all(meant.map((held) => judge(held, occasion)));
  };
  const leave = deps.events.subscribe((event) => {
    const judgement = toJudgement(event);
    if (judgement !== undefined) void judgeAll(judgement);
  });
  const sweep = async (): Promise<void> => {
    isRunning = true;
    while (
      open.size > 0 &&
      (await sleepUnlessAborted(deps.clock, CHECK_EVERY_MS, stopping.signal))
    ) {
      const due = open.values().filter(({ state }) => state.isOld);
      for (const { state } of open.values()) state.isOld = true;
      await Promise.all(due.map((held) => judge(held, "round")));
    }
    isRunning = false;
  };

  return {
    note: (answer) => {
      const held: Held = {
        answer,
        state: { hasEnded: false, isOld: false, isUnsure: false },
        end: () => {
          held.state.hasEnded = true;
          remove();
        },
      };
      const remove = open.add(held);
      answer.response.on("close", held.end);
      if (!isRunning && !stopping.signal.aborted) void sweep();
    },
    close: () => {
      leave();
      stopping.abort(new Error("closed"));
    },
  };
};

/** An answer, and what was found out about it. */
interface Held {
  readonly answer: OpenAnswer;
  readonly state: AnswerState;
  /** Takes it out of the book, once. */
  end(): void;
}

interface AnswerState {
  /** It is over, or was cut: nothing is left to judge. */
  hasEnded: boolean;
  /** It was there in the last round already. */
  isOld: boolean;
  /** The store could not say in the last round. */
  isUnsure: boolean;
}

/** What made us look: an event that tells of a revocation, one that may concern it, or the time. */
type Occasion = "told" | "hint" | "round";

interface Judgement {
  readonly occasion: Occasion;
  isMeant(principal: Principal): boolean;
}

/** What an event asks to look at; undefined for those that concern no answer. */
const toJudgement = (event: HeardEvent): Judgement | undefined => {
  switch (event.kind) {
    case "grant_revoked":
      return { occasion: "told", isMeant: ({ grantId }) => grantId === event.grantId };
    // Which grant the token was of is not told; there are few open answers, and such events are rare.
    case "token_revoked":
    case "missed":
      return { occasion: "hint", isMeant: () => true };
    case "connection_changed":
    case "lists_changed":
    case "resource_changed":
    case "call_cancelled":
      return undefined;
  }
};

type Verdict = "good" | "revoked" | "unknown";

const askStore = async (
  { authorization, log }: OpenAnswersDeps,
  { request, principal }: OpenAnswer,
): Promise<Verdict> => {
  try {
    const isGood = await authorization.mayContinue(principal, request.headers.authorization);
    return isGood ? "good" : "revoked";
  } catch (cause) {
    log.warn("an open answer could not be checked", { grantId: principal.grantId, cause });
    return "unknown";
  }
};

/** Whether an answer ends now; notes in its state what a round has found. */
const isOver = (
  verdict: Verdict,
  { state, occasion }: { readonly state: AnswerState; readonly occasion: Occasion },
): boolean => {
  if (verdict === "revoked") return true;
  const wasUnsure = state.isUnsure;
  if (verdict === "good") state.isUnsure = false;
  else if (occasion === "round") state.isUnsure = true;
  return verdict === "unknown" && (occasion === "told" || (occasion === "round" && wasUnsure));
};
