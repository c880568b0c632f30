import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../../../src/core/logger.ts";
import { type Result, fail, ok } from "../../../../src/core/result.ts";
import type { GhlFailure } from "../../../../src/ghl/errors.ts";
import { createMcpHttp } from "../../../../src/transport/mcp-http.ts";
import { createFakeClock } from "../../../support/clock.ts";
import {
  BERLIN,
  type Answer,
  createHarness,
  listen,
  toContact,
  toPinned,
  toPrincipal,
} from "../../mcp/fixtures.ts";
import { type RawRequest, toLegacy, toModern } from "./requests.ts";
import { startTwin, toComparable } from "./twin.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const SEARCH = "contacts.search-contacts-advanced";
const CALL = { params: { name: "search_contacts", arguments: { query: "ann" } } };

/** A server whose one tool waits for GoHighLevel until the test lets it go on. */
const start = async () => {
  const clock = createFakeClock();
  const upstream = Promise.withResolvers<Result<unknown, GhlFailure>>();
  const asked = Promise.withResolvers<AbortSignal | undefined>();
  const answer: Answer = (call) => {
    asked.resolve(call.signal);
    return upstream.promise;
  };
  const { surface } = createHarness({ [SEARCH]: answer });
  const taken: unknown[] = [];
  const mcp = createMcpHttp({
    surface,
    authorization: { challenge: () => "Bearer" },
    cookieKeys: { random: () => "session", mac: (_purpose, text) => text },
    log: silentLogger,
    clock,
    onTaken: (method) => taken.push(method),
  });
  const http = await listen((req, res) => mcp.handle(req, res, toPinned(BERLIN)));
  closing.push(async () => {
    upstream.resolve(fail({ kind: "aborted" }));
    await mcp.close();
    await http.close();
  });
  return { clock, upstream, asked: asked.promise, taken, mcp, url: http.url };
};

interface Sent {
  /** Resolves with the first bytes. */
  readonly first: Promise<string>;
  readonly whole: Promise<{ readonly status: number | undefined; readonly text: string }>;
  leave(): void;
}

const send = (url: string, { headers, body }: RawRequest): Sent => {
  const first = Promise.withResolvers<string>();
  const whole = Promise.withResolvers<{ status: number | undefined; text: string }>();
  const sent = request(`${url}/mcp`, { method: "POST", headers }, (answer) => {
    let text = "";
    answer.setEncoding("utf8");
    answer.on("data", (chunk: string) => {
      text += chunk;
      first.resolve(text);
    });
    answer.once("end", () => whole.resolve({ status: answer.statusCode, text }));
    answer.once("error", () => whole.resolve({ status: undefined, text }));
  });
  sent.once("error", () => whole.resolve({ status: undefined, text: "" }));
  sent.end(body);
  return { first: first.promise, whole: whole.promise, leave: () => sent.destroy() };
};

describe("an answer without the SDK that takes its time", () => {
  it("keeps the event stream of an older client alive, and ends in it", async () => {
    const { clock, upstream, asked, taken, url } = await start();
    const { first, whole } = send(url, toLegacy("tools/call", CALL));
    await asked;
    await clock.whenSleeping();
    clock.advance(15);
    expect(await first).toBe(": keepalive\n\n");
    upstream.resolve(ok({ contacts: [toContact(1)], total: 1 }));
    const { status, text } = await whole;
    expect(status).toBe(200);
    expect(text).toMatch(/^: keepalive\n\nevent: message\ndata: \{"result":.*"id":1\}\n\n$/u);
    expect(taken).toEqual(["tools/call"]);
  });

  it("ends the call to GoHighLevel when the client leaves", async () => {
    const { asked, taken, url } = await start();
    const { leave } = send(url, toModern("tools/call", CALL));
    const signal = await asked;
    const aborted = new Promise((resolve) => signal?.addEventListener("abort", resolve));
    expect(signal?.aborted).toBe(false);
    leave();
    await aborted;
    expect(taken).toEqual(["tools/call"]);
  });

  it("ends when an older client cancels it in a message of its own", async () => {
    const { asked, url } = await start();
    const headers = { "mcp-session-id": "s" };
    const { whole } = send(url, toLegacy("tools/call", { ...CALL, headers }));
    const signal = await asked;
    const cancel = toLegacy("notifications/cancelled", {
      headers,
      params: { requestId: 1 },
      body: { id: undefined },
    });
    expect((await send(url, cancel).whole).status).toBe(202);
    expect((await whole).status).toBeUndefined();
    expect(signal?.aborted).toBe(true);
  });

  it("ends without an answer when the server stops, and later ones are not taken on", async () => {
    const { asked, taken, mcp, url } = await start();
    const { whole } = send(url, toModern("tools/call", CALL));
    const signal = await asked;
    await mcp.close();
    expect(await whole).toEqual({ status: 499, text: "" });
    expect(signal?.aborted).toBe(true);
    await send(url, toModern("tools/list")).whole;
    expect(taken).toEqual(["tools/call"]);
  });
});

describe("answers of both ways", () => {
  const WORKFLOWS = "workflows.get-workflow";
  const everywhere = {
    params: { name: "read_operation", arguments: { operation: WORKFLOWS, locations: ["all"] } },
  };

  it.each([
    ["2026-07-28", toModern("tools/call", { ...everywhere, meta: { progressToken: "p" } })],
    ["2025-06-18", toLegacy("tools/call", { ...everywhere, meta: { progressToken: 7 } })],
    [
      "2025-06-18 in plain JSON",
      toLegacy("tools/call", {
        ...everywhere,
        meta: { progressToken: 7 },
        headers: { accept: "application/json" },
      }),
    ],
  ])("tell progress in the same messages, %s", async (_era, raw) => {
    const { surface } = createHarness({
      [WORKFLOWS]: async (call) => ok({ workflows: [{ id: `w-${call.locationId}`, name: "A" }] }),
    });
    const twin = await startTwin(surface, toPrincipal());
    closing.push(() => twin.close());
    const { own, sdk, taken } = await twin.ask(raw);
    expect(toComparable(own)).toEqual(toComparable(sdk));
    expect(taken).toBe(1);
    expect(own.text.split("notifications/progress")).toHaveLength(
      raw.headers["accept"] === "application/json" ? 1 : 3,
    );
  });

  it("say the same of a store that is away", async () => {
    const { surface } = createHarness();
    const { direct } = surface;
    if (direct === undefined) throw new Error("there are no direct answers");
    const toolsList = () => Promise.reject(new Error("the store is away"));
    const twin = await startTwin({ ...surface, direct: { ...direct, toolsList } }, toPrincipal());
    closing.push(() => twin.close());
    const { own, sdk, taken } = await twin.ask(toModern("tools/list"));
    expect(toComparable(own)).toEqual(toComparable(sdk));
    expect(taken).toBe(0);
  });
});
