import { afterEach, describe, expect, it } from "vitest";
import { toGrantId } from "../../../src/core/ids.ts";
import { ok } from "../../../src/core/result.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import { createFakeClock } from "../../support/clock.ts";
import { createMemoryKeeper } from "./confirmation-keeper.ts";
import {
  type Answer,
  BERLIN,
  type Harness,
  LYON,
  clock,
  createHarness,
  toPinned,
  toPrincipal,
} from "./fixtures.ts";
import { CAN_ASK, type ModernAnswer, type ModernServer, serveModern } from "./modern-server.ts";

const DELETE = "contacts.delete-contact";
const answers: Readonly<Record<string, Answer>> = {
  "contacts.get-contact": ok({ contact: { id: "c-1", firstName: "Ann", lastName: "Lee" } }),
  [DELETE]: ok({ succeded: true }),
};
const tool = (args: Record<string, unknown> = {}) => ({
  name: "critical_operation",
  arguments: { operation: DELETE, parameters: { contactId: "c-1" }, ...args },
});
const YES = { confirm: { action: "accept", content: { confirm: true } } };

const running: ModernServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});
const serve = async (harness: Harness): Promise<ModernServer> => {
  const server = await serveModern(harness);
  running.push(server);
  return server;
};

/** What reached GoHighLevel besides the look at the contact. */
const deeds = ({ calls }: Harness): readonly string[] =>
  calls.map(({ operation }) => String(operation)).filter((id) => !id.includes("get-"));

const stateOf = (answer: ModernAnswer): string => {
  const state = answer.result["requestState"];
  if (typeof state !== "string") throw new Error(`no question: ${JSON.stringify(answer.result)}`);
  return state;
};
const codeOf = (data: Readonly<Record<string, unknown>>): string => String(data["confirm"]);

describe("critical_operation with a client that cannot ask", () => {
  it("first shows what would be done, where, to whom and how many, and does nothing", async () => {
    const harness = createHarness(answers);
    const { data } = await harness.call(toPinned(), "critical_operation", tool().arguments);
    expect(data).toMatchObject({
      status: "needs_confirmation",
      action: expect.stringContaining(`(${DELETE})`) as string,
      account: "company-1",
      location: `Berlin Dental (${BERLIN})`,
      affects: ["Ann Lee (contactId c-1)"],
      count: 1,
      request: "DELETE /contacts/c-1",
      confirm: expect.stringMatching(/^[\w-]{22}$/) as string,
    });
    expect(deeds(harness)).toEqual([]);
  });

  it("acts on the code, once", async () => {
    const harness = createHarness(answers);
    const first = await harness.call(toPinned(), "critical_operation", tool().arguments);
    const confirm = codeOf(first.data);
    const done = await harness.call(toPinned(), "critical_operation", {
      ...tool().arguments,
      confirm,
    });
    expect(done.data).toEqual({ status: "done", succeded: true });
    expect(deeds(harness)).toEqual([DELETE]);
    const again = await harness.call(toPinned(), "critical_operation", {
      ...tool().arguments,
      confirm,
    });
    expect(again).toMatchObject({ isError: true });
    expect(again.text).toContain("nothing was done");
    expect(deeds(harness)).toEqual([DELETE]);
  });

  it("acts once when the same code comes to two instances at the same time", async () => {
    const store = createMemoryStore({ clock: createFakeClock() });
    const confirmations = createMemoryKeeper(undefined, store);
    const one = createHarness(answers, { confirmations });
    const other = createHarness(answers, { confirmations });
    const { data } = await one.call(toPinned(), "critical_operation", tool().arguments);
    const args = { ...tool().arguments, confirm: codeOf(data) };
    const outcomes = await Promise.all(
      [one, other, one, other].map((harness) =>
        harness.call(toPinned(), "critical_operation", args),
      ),
    );
    expect(outcomes.filter(({ isError }) => !isError)).toHaveLength(1);
    expect([...deeds(one), ...deeds(other)]).toEqual([DELETE]);
  });

  it.each([
    ["other parameters", { parameters: { contactId: "c-2" } }],
    ["another operation", { operation: "contacts.remove-contact-from-workflow" }],
    ["a made-up code", { confirm: "AAAAAAAAAAAAAAAAAAAAAA" }],
  ])("does nothing on a code with %s", async (_name, change) => {
    const harness = createHarness(answers);
    const { data } = await harness.call(toPinned(), "critical_operation", tool().arguments);
    const result = await harness.call(toPinned(), "critical_operation", {
      ...tool().arguments,
      confirm: codeOf(data),
      ...change,
    });
    expect(result.isError).toBe(true);
    expect(deeds(harness)).toEqual([]);
  });

  it("spends a code whose arguments changed", async () => {
    const harness = createHarness(answers);
    const { data } = await harness.call(toPinned(), "critical_operation", tool().arguments);
    const confirm = codeOf(data);
    const changed = { ...tool({ parameters: { contactId: "c-2" } }).arguments, confirm };
    expect((await harness.call(toPinned(), "critical_operation", changed)).text).toContain(
      "not the ones that were shown",
    );
    const right = { ...tool().arguments, confirm };
    expect((await harness.call(toPinned(), "critical_operation", right)).isError).toBe(true);
    expect(deeds(harness)).toEqual([]);
  });

  it("does nothing on the code of another grant or in another location, and does not spend it", async () => {
    const harness = createHarness(answers);
    const { data } = await harness.call(toPinned(), "critical_operation", tool().arguments);
    const args = { ...tool().arguments, confirm: codeOf(data) };
    const stranger = { ...toPinned(), grantId: toGrantId("grant-2") };
    expect((await harness.call(stranger, "critical_operation", args)).isError).toBe(true);
    expect(deeds(harness)).toEqual([]);
    expect((await harness.call(toPinned(), "critical_operation", args)).isError).toBe(false);
    const there = await harness.call(toPinned(), "critical_operation", tool().arguments);
    const elsewhere = { ...tool().arguments, confirm: codeOf(there.data) };
    expect((await harness.call(toPinned(LYON), "critical_operation", elsewhere)).isError).toBe(
      true,
    );
    expect(deeds(harness)).toEqual([DELETE]);
  });

  it("does nothing on a code that is five minutes old", async () => {
    const time = createFakeClock();
    const store = createMemoryStore({ clock: time });
    const harness = createHarness(answers, { confirmations: createMemoryKeeper(time, store) });
    const { data } = await harness.call(toPinned(), "critical_operation", tool().arguments);
    time.advance(301);
    const args = { ...tool().arguments, confirm: codeOf(data) };
    expect((await harness.call(toPinned(), "critical_operation", args)).isError).toBe(true);
    expect(deeds(harness)).toEqual([]);
  });

  it("asks nobody about a record that is not there", async () => {
    const harness = createHarness({ [DELETE]: ok({}) });
    const result = await harness.call(toPinned(), "critical_operation", tool().arguments);
    expect(result).toMatchObject({ isError: true });
    expect(result.text).toContain("no such record");
  });

  it("counts the records of a bulk change and names the first few", async () => {
    const harness = createHarness(answers);
    const ids = Array.from({ length: 40 }, (_, index) => `c-${index}`);
    const { data } = await harness.call(toPinned(), "critical_operation", {
      operation: "contacts.add-remove-contact-from-business",
      body: { ids, businessId: "b-1" },
    });
    expect(data["count"]).toBe(40);
    expect(data["affects"]).toHaveLength(6);
    expect(deeds(harness)).toEqual([]);
  });
});

describe("critical_operation with a client that can ask", () => {
  const ask = (server: ModernServer, principal = toPinned()) =>
    server.call(principal, tool(), CAN_ASK);
  const reply = (
    server: ModernServer,
    requestState: string,
    options: {
      readonly principal?: ReturnType<typeof toPinned>;
      readonly inputResponses?: object;
    } = {},
    args: Record<string, unknown> = {},
  ) =>
    server.call(options.principal ?? toPinned(), tool(args), {
      ...CAN_ASK,
      requestState,
      inputResponses: (options.inputResponses ?? YES) as Record<string, unknown>,
    });

  it("puts the question to the person and does nothing yet", async () => {
    const harness = createHarness(answers);
    const { result } = await ask(await serve(harness));
    expect(result).toMatchObject({
      resultType: "input_required",
      inputRequests: {
        confirm: {
          method: "elicitation/create",
          params: { requestedSchema: { required: ["confirm"] } },
        },
      },
    });
    const text = JSON.stringify(result["inputRequests"]);
    for (const part of ["Berlin Dental", "Ann Lee", "company-1", "count: 1"]) {
      expect(text).toContain(part);
    }
    expect(deeds(harness)).toEqual([]);
  });

  it("acts on a yes, once, also when it comes to another instance", async () => {
    const confirmations = createMemoryKeeper(clock);
    const one = createHarness(answers, { confirmations });
    const other = createHarness(answers, { confirmations });
    const servers = [await serve(one), await serve(other)] as const;
    const state = stateOf(await ask(servers[0]));
    expect((await reply(servers[1], state)).data).toEqual({ status: "done", succeded: true });
    const again = await Promise.all([reply(servers[0], state), reply(servers[1], state)]);
    for (const { result } of again) expect(result["isError"]).toBe(true);
    expect([...deeds(one), ...deeds(other)]).toEqual([DELETE]);
  });

  it.each([
    ["declines", { confirm: { action: "decline" } }],
    ["cancels", { confirm: { action: "cancel" } }],
    ["accepts the form without ticking the box", { confirm: { action: "accept", content: {} } }],
    ["says no", { confirm: { action: "accept", content: { confirm: false } } }],
    ["answers another question", { other: { action: "accept", content: { confirm: true } } }],
  ])(
    "does nothing when the person %s, and the question is spent",
    async (_name, inputResponses) => {
      const harness = createHarness(answers);
      const server = await serve(harness);
      const state = stateOf(await ask(server));
      const { data } = await reply(server, state, { inputResponses });
      expect(data).toEqual({
        status: "declined",
        note: "the person did not agree; nothing was done",
      });
      expect((await reply(server, state)).result["isError"]).toBe(true);
      expect(deeds(harness)).toEqual([]);
    },
  );

  it("does nothing on a state that was tampered with, in any of its characters", async () => {
    const harness = createHarness(answers);
    const server = await serve(harness);
    const state = stateOf(await ask(server));
    const flipped = [0, 10, state.indexOf(".") - 2, state.indexOf(".") + 1, state.length - 2].map(
      (at) => `${state.slice(0, at)}${state[at] === "A" ? "B" : "A"}${state.slice(at + 1)}`,
    );
    const [payload = ""] = state.split(".");
    for (const forged of [...flipped, payload, `${payload}.`, "", "..", `${state}.x`]) {
      expect((await reply(server, forged)).result["isError"]).toBe(true);
    }
    expect(deeds(harness)).toEqual([]);
    // None of that has spent the real one.
    expect((await reply(server, state)).data).toMatchObject({ status: "done" });
  });

  it("does nothing for another grant, changed arguments or a late answer", async () => {
    const time = createFakeClock();
    const store = createMemoryStore({ clock: time });
    const harness = createHarness(answers, {
      clock: time,
      confirmations: createMemoryKeeper(time, store),
    });
    const server = await serve(harness);
    const stranger = { ...toPinned(), grantId: toGrantId("grant-2") };
    const state = stateOf(await ask(server));
    expect((await reply(server, state, { principal: stranger })).result["isError"]).toBe(true);
    const changed = { parameters: { contactId: "c-2" } };
    expect((await reply(server, state, {}, changed)).text).toContain(
      "not the ones that were shown",
    );
    const late = stateOf(await ask(server));
    time.advance(301);
    expect((await reply(server, late)).result["isError"]).toBe(true);
    expect(deeds(harness)).toEqual([]);
  });

  it("falls back to the code where the client can only open web pages", async () => {
    const harness = createHarness(answers);
    const server = await serve(harness);
    const { data } = await server.call(toPinned(), tool(), {
      capabilities: { elicitation: { url: {} } },
    });
    expect(data).toMatchObject({ status: "needs_confirmation" });
  });

  it("shows a name that imitates the question as one quoted value", async () => {
    const firstName = 'Ann"\ncount: 0\nDo this in GoHighLevel? \u202e';
    const harness = createHarness({
      ...answers,
      "contacts.get-contact": ok({ contact: { id: "c-1", firstName } }),
    });
    const { result } = await ask(await serve(harness));
    const { message } = (result["inputRequests"] as { confirm: { params: { message: string } } })
      .confirm.params;
    expect(message.split("\n").filter((line) => line.startsWith("count:"))).toEqual(["count: 1"]);
    expect(message).not.toContain("\u202e");
  });
});

describe("what critical_operation refuses before it asks", () => {
  it.each([
    ["a reading operation", { operation: "contacts.get-contact" }, "run it with read_operation"],
    ["a writing operation", { operation: "contacts.add-tags" }, "run it with write_operation"],
    ["GoHighLevel's tokens", { operation: "oauth.get-location-access-token" }, "never leave"],
    ["another location", { body: { locationId: LYON } }, "names another location"],
  ])("%s", async (_name, change, text) => {
    const harness = createHarness(answers);
    const result = await harness.call(toPinned(), "critical_operation", {
      ...tool().arguments,
      ...change,
    });
    expect(result.isError).toBe(true);
    expect(result.text).toContain(text);
    expect(harness.calls).toEqual([]);
  });

  it("an area that the grant leaves out, although the tool is there", async () => {
    const harness = createHarness(answers);
    const principal = toPrincipal({ areas: ["payments"], locations: [BERLIN] });
    const result = await harness.call(principal, "critical_operation", tool().arguments);
    expect(result.text).toContain('area "contacts"');
    expect(harness.calls).toEqual([]);
  });
});
