import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { createLocalEvents } from "../../../src/core/events.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { ok } from "../../../src/core/result.ts";
import { toWholeView } from "../../../src/mcp/connection-options.ts";
import { BasedResponse } from "../../../src/transport/based-response.ts";
import { createInFlight } from "../../../src/transport/in-flight.ts";
import { createMcpEndpoint } from "../../../src/transport/mcp-endpoints.ts";
import { openView } from "../../../src/transport/open-view.ts";
import { readBody } from "../../../src/transport/request-body.ts";
import { createSdkHandler } from "../../../src/transport/sdk-handler.ts";
import { createSseTransport } from "../../../src/transport/sse.ts";
import { createFakeClock } from "../../support/clock.ts";
import { createHarness, toPinned } from "../mcp/fixtures.ts";

type Act<Value> = (req: IncomingMessage, res: BasedResponse) => Value | Promise<Value>;

/** Acts for a client that asks and leaves: once its leaving was noticed, or (`open`) before. */
const afterLeaving = async <Value>(act: Act<Value>, begin: "closed" | "open" = "closed") => {
  const server = createServer({ ServerResponse: BasedResponse });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const client = connect(address.port, "127.0.0.1");
  client.write(`POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}`);
  const [req, res] = (await once(server, "request")) as [IncomingMessage, BasedResponse];
  const closed = once(res, "close");
  client.destroy();
  if (begin === "closed") await closed;
  const value = await act(req, res);
  server.close();
  await once(server, "close");
  return value;
};

const principal = toPinned();

describe("a client that has left before", () => {
  it("its token was judged is counted, and then neither noted nor served", async () => {
    const steps: string[] = [];
    await afterLeaving(async (req, res) => {
      const endpoint = createMcpEndpoint(
        {
          publicUrl: "http://localhost",
          baseHeaders: [],
          authorization: {
            // As from a store that answers when the client has gone.
            authenticate: async () => {
              await once(res, "close");
              return ok(principal);
            },
          } as never,
          limits: {
            calls: () => {
              steps.push("counted");
              return undefined;
            },
          },
          openAnswers: { note: () => void steps.push("noted") },
          log: silentLogger,
        },
        {
          path: "/mcp",
          resource: "/mcp",
          methods: ["POST"],
          handle: () => void steps.push("served"),
        } as never,
      );
      await endpoint(req, res);
    }, "open");
    expect(steps).toEqual(["counted"]);
  });

  it("its body was read is cut off", async () => {
    expect(await afterLeaving((req) => readBody(req, 100))).toEqual({
      ok: false,
      failure: { kind: "cut_off" },
    });
  });

  it("its view was opened ends what the view waits for", async () => {
    const isAborted = await afterLeaving(async (req, res) => {
      let seen: AbortSignal | undefined;
      const view = async (_principal: unknown, _query: unknown, signal: AbortSignal) => {
        seen = signal;
        return ok(toWholeView(principal));
      };
      req.url = "/mcp?access=read";
      await openView({ view }, { req, res, principal });
      return seen?.aborted;
    });
    expect(isAborted).toBe(true);
  });

  it("its request was noted is not kept for a cancellation", async () => {
    const wasCut = await afterLeaving((_req, res) => {
      const book = createInFlight({ events: createLocalEvents(), hash: (text) => text });
      const req = { headers: { "mcp-session-id": "one" } };
      let cut = false;
      const counted = Object.create(res, {
        destroy: {
          value: () => {
            cut = true;
          },
        },
      }) as BasedResponse;
      book.note({ req, res: counted, principal, body: { id: 1, method: "tools/call" } });
      const params = { requestId: 1 };
      const body = { method: "notifications/cancelled", params };
      book.note({ req, res, principal, body });
      return cut;
    });
    expect(wasCut).toBe(false);
  });

  it("its event stream was opened takes no place of its grant", async () => {
    const clock = createFakeClock();
    const { surface } = createHarness();
    const sse = createSseTransport({ surface, log: silentLogger, clock });
    await afterLeaving((req, res) => sse.open(req, res, principal));
    // Each session that is held sleeps until its next comment.
    expect(clock.sleeping()).toBe(0);
  });

  it("it listened takes no place among the streams of its grant", async () => {
    const { surface } = createHarness();
    let served = 0;
    const handler = createSdkHandler({
      surface: {
        ...surface,
        // Asked for each stream that is opened.
        changesFor: (viewer) => {
          served += 1;
          return surface.changesFor(viewer);
        },
      },
      authorization: { challenge: () => "Bearer" },
      log: silentLogger,
    });
    const view = toWholeView(principal);
    await afterLeaving((req, res) => handler.serve({ req, res, body: {}, view, listens: true }));
    expect(served).toBe(0);
    await handler.close();
  });
});
