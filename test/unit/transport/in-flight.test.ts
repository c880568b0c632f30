import { describe, expect, it } from "vitest";
import { createLocalEvents } from "../../../src/core/events.ts";
import { toGrantId } from "../../../src/core/ids.ts";
import { createInFlight, type InFlight } from "../../../src/transport/in-flight.ts";

/** Books with one channel are those of several instances. */
const openBook = (events = createLocalEvents()): InFlight =>
  createInFlight({ events, hash: (text) => `hash of ${text}` });
const request = (id: unknown) => ({ jsonrpc: "2.0", id, method: "tools/call" });
const cancel = (requestId: unknown) => ({
  jsonrpc: "2.0",
  method: "notifications/cancelled",
  params: { requestId },
});

/** Notes a message; gives a response that remembers whether it was cut. */
const note = (
  book: InFlight,
  body: unknown,
  { session = "one", grant = "grant" }: { session?: string | string[]; grant?: string } = {},
) => {
  const res = {
    cut: 0,
    leave: (): void => undefined,
    once: (_event: string, act: () => void) => {
      res.leave = act;
      return res;
    },
    destroy: () => {
      res.cut += 1;
      return res;
    },
  };
  book.note({
    req: { headers: { "mcp-session-id": session as string } },
    res: res as never,
    principal: { grantId: toGrantId(grant) },
    body,
  });
  return res;
};

describe("a cancellation of the legacy era", () => {
  it("ends the request that it names, and no other", () => {
    const book = openBook();
    const [one, two] = [note(book, request(1)), note(book, request(2))];
    note(book, cancel(1));
    expect([one.cut, two.cut]).toEqual([1, 0]);
  });

  it("ends the request in another instance, and tells the others nothing but a hash", () => {
    const events = createLocalEvents();
    const told: unknown[] = [];
    events.subscribe((event) => told.push(event));
    const [here, there] = [openBook(events), openBook(events)];
    const [one, two, foreign] = [
      note(there, request(1)),
      note(there, request(2)),
      note(there, request(1), { grant: "other" }),
    ];
    note(here, cancel(1));
    expect([one.cut, two.cut, foreign.cut]).toEqual([1, 0, 0]);
    expect(told).toEqual([{ kind: "call_cancelled", callHash: 'hash of ["grant","one",1]' }]);
  });

  it.each([
    ["of another grant", { grant: "other" }, 1],
    ["of another session", { session: "two" }, 1],
    ["whose id has another type", {}, "1"],
    ["with several sessions", { session: ["one", "two"] }, 1],
    ["without a request", {}, undefined],
  ])("ends nothing where it is one %s", (_name, by, id) => {
    const book = openBook();
    const one = note(book, request(1));
    note(book, cancel(id), by);
    note(book, { method: "notifications/cancelled" }, by);
    expect(one.cut).toBe(0);
  });

  it("ends nothing that was answered, nor a later request in its place", () => {
    const book = openBook();
    const first = note(book, request(1));
    const second = note(book, request(1));
    first.leave();
    note(book, cancel(1));
    expect([first.cut, second.cut]).toEqual([0, 1]);
    second.leave();
    note(book, cancel(1));
    expect(second.cut).toBe(1);
  });
});
