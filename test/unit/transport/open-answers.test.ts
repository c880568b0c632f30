import { describe, expect, it } from "vitest";
import { createLocalEvents, type StoreEvent } from "../../../src/core/events.ts";
import { createOpenAnswers } from "../../../src/transport/open-answers.ts";
import { createFakeClock } from "../../support/clock.ts";
import { createMemoryLogger } from "../../support/memory-logger.ts";

const GRANT = "grant-1";

/** One open answer, and a store that says what it is told to say of it. */
const open = (says: () => Promise<boolean>) => {
  const clock = createFakeClock();
  const events = createLocalEvents();
  let isCut = false;
  let asked = 0;
  const answers = createOpenAnswers({
    authorization: {
      mayContinue: () => {
        asked += 1;
        return says();
      },
    },
    events,
    clock,
    log: createMemoryLogger().log,
  });
  answers.note({
    request: { headers: {} },
    response: {
      on: () => undefined as never,
      destroy: () => {
        isCut = true;
        return undefined as never;
      },
    },
    principal: { grantId: GRANT } as never,
  });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return {
    isCut: () => isCut,
    asked: () => asked,
    tell: async (event: StoreEvent | { readonly kind: "missed" }) => {
      // what a channel tells its listeners, a gap included
      events.publish(event as StoreEvent);
      await settle();
    },
    round: async () => {
      await clock.whenSleeping(1);
      clock.advance(10);
      await settle();
    },
    close: () => answers.close(),
  };
};

const away = (): Promise<boolean> => Promise.reject(new Error("no store"));

describe("an open answer", () => {
  it("is cut with the event of its grant, and goes on with that of another", async () => {
    const answer = open(async () => false);
    await answer.tell({ kind: "grant_revoked", grantId: "another" });
    expect([answer.asked(), answer.isCut()]).toEqual([0, false]);
    await answer.tell({ kind: "grant_revoked", grantId: GRANT });
    expect(answer.isCut()).toBe(true);
    answer.close();
  });

  it("is looked at when events may have been missed, and goes on where nothing was revoked", async () => {
    const answer = open(async () => true);
    await answer.tell({ kind: "missed" });
    expect([answer.asked(), answer.isCut()]).toEqual([1, false]);
    answer.close();
  });

  it("is cut by the revocation of its grant also where the store cannot be asked", async () => {
    const answer = open(away);
    await answer.tell({ kind: "grant_revoked", grantId: GRANT });
    expect(answer.isCut()).toBe(true);
    answer.close();
  });

  it("outlives a store that is away for a moment", async () => {
    let says = away;
    const answer = open(() => says());
    await answer.tell({ kind: "missed" });
    await answer.round();
    await answer.round();
    expect([answer.asked(), answer.isCut()]).toEqual([2, false]);
    says = async () => true;
    await answer.round();
    says = away;
    await answer.round();
    expect([answer.asked(), answer.isCut()]).toEqual([4, false]);
    answer.close();
  });

  it("is cut when two rounds in a row have found out nothing, within 30 seconds", async () => {
    const answer = open(away);
    await answer.round();
    await answer.round();
    expect(answer.isCut()).toBe(false);
    await answer.round();
    expect([answer.asked(), answer.isCut()]).toEqual([2, true]);
    answer.close();
  });
});
