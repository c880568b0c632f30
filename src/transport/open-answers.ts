import type { IncomingMessage, ServerResponse } from "node:http";
import { type Clock, sleepUnlessAborted } from "../core/clock.ts";
import type { EventChannel, HeardEvent } from "../core/events.ts";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";

/** An answer that is under way, and for whom. */
export interface OpenAnswer {
  readonly request: Pick<IncomingMessage, "headers">;
  readonly response: Pick<ServerResponse, "once" | "destroy">;
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
 * alone says what is revoked, and one that cannot say counts as saying so. Answers that end sooner than
 * the next round of all cost an entry in a map.
 */
export const createOpenAnswers = (deps: OpenAnswersDeps): OpenAnswers => {
  const open = new Map<OpenAnswer, { isOld: boolean }>();
  const stopping = new AbortController();
  let isRunning = false;

  const judge = async (answer: OpenAnswer): Promise<void> => {
    if (await mayContinue(deps, answer)) return;
    const { grantId } = answer.principal;
    // It may have closed while the store was asked.
    if (!open.delete(answer)) return;
    deps.log.info("cut an open answer of a revoked grant", { grantId });
    answer.response.destroy();
  };
  const judgeAll = async (isMeant: (principal: Principal) => boolean): Promise<void> => {
    // After every other listener of the same event, so that nothing is judged from what one remembers.
    await Promise.resolve();
    const meant = [...open.keys()].filter(({ principal }) => isMeant(principal));
    await Promise.all(meant.map(judge));
  };
  const leave = deps.events.subscribe((event) => {
    const isMeant = toTest(event);
    if (isMeant !== undefined) void judgeAll(isMeant);
  });
  const sweep = async (): Promise<void> => {
    isRunning = true;
    while (
      open.size > 0 &&
      (await sleepUnlessAborted(deps.clock, CHECK_EVERY_MS, stopping.signal))
    ) {
      const due = [...open].filter(([, { isOld }]) => isOld).map(([answer]) => answer);
      for (const state of open.values()) state.isOld = true;
      await Promise.all(due.map(judge));
    }
    isRunning = false;
  };

  return {
    note: (answer) => {
      open.set(answer, { isOld: false });
      answer.response.once("close", () => open.delete(answer));
      if (!isRunning && !stopping.signal.aborted) void sweep();
    },
    close: () => {
      leave();
      stopping.abort(new Error("closed"));
    },
  };
};

/** Whose answers an event is about; undefined for those that it does not concern. */
const toTest = (event: HeardEvent): ((principal: Principal) => boolean) | undefined => {
  switch (event.kind) {
    case "grant_revoked":
      return ({ grantId }) => grantId === event.grantId;
    // Which grant the token was of is not told; there are few open answers, and such events are rare.
    case "token_revoked":
    case "missed":
      return () => true;
    case "connection_changed":
    case "lists_changed":
    case "resource_changed":
    case "call_cancelled":
      return undefined;
  }
};

const mayContinue = async (
  { authorization, log }: OpenAnswersDeps,
  { request, principal }: OpenAnswer,
): Promise<boolean> => {
  try {
    return await authorization.mayContinue(principal, request.headers.authorization);
  } catch (cause) {
    log.warn("an open answer could not be checked", { grantId: principal.grantId, cause });
    return false;
  }
};
