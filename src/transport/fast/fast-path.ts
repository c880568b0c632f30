import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../core/clock.ts";
import { type Soon, trySoon, whenThere } from "../../core/soon.ts";
import type { View } from "../../mcp/connection-options.ts";
import type { DirectAnswers } from "../../mcp/direct-answers.ts";
import type { Era } from "../../mcp/features/feature.ts";
import { chooseForm } from "./accept.ts";
import { type Incoming, findMiss, isModern, toIncoming } from "./hot-request.ts";
import { createKeepAlive } from "./keep-alive.ts";
import { createKnownClients } from "./known-clients.ts";
import { type RunningCalls, createRunningCalls } from "./running-calls.ts";
import { type AnswerTo, type AnswerWriter, createAnswerWriter } from "./write-answer.ts";

/** Answers the requests that come most often in front of the SDK's handler (ADR 48). */
export interface FastPath {
  /** Answers a request that it knows all about, and gives true; else nothing has happened. */
  answer(request: FastRequest): Soon<boolean>;
  /** Ends the calls that run, and answers no more. */
  close(): void;
}

/** A request as the endpoint has it: authenticated, parsed, within the options of its address. */
export interface FastRequest {
  readonly req: Pick<IncomingMessage, "headers">;
  readonly res: ServerResponse;
  readonly body: unknown;
  readonly view: View;
}

/** What it works with. */
export interface FastPathDeps {
  readonly direct: DirectAnswers;
  readonly clock: Pick<Clock, "nowMs" | "sleep">;
  /** Hears the method of each request that is taken on. Absent: nobody does. */
  readonly onTaken?: (method: unknown) => void;
}

/** Makes the path. A request that is not plainly well formed is left to the SDK. */
export const createFastPath = ({ direct, clock, onTaken }: FastPathDeps): FastPath => {
  const clients = createKnownClients();
  const keepAlive = createKeepAlive(clock);
  const calls = createRunningCalls();
  let closed = false;

  /** What is left to do for a hot request; undefined where the SDK has to. */
  const open = (incoming: Incoming, request: FastRequest): Soon<Work | undefined> => {
    const client = isModern(incoming) ? clients.judge(incoming) : OF_LEGACY_ERA;
    if (client === undefined) return undefined;
    const { method } = incoming.body;
    if (method === "tools/call") {
      return openCall({ direct, calls, canAsk: client.canAsk }, incoming, request);
    }
    const result =
      method === "tools/list"
        ? direct.toolsList(request.view, eraOf(incoming))
        : direct.discover(request.view);
    return whenThere(result, (bytes) => () => bytes);
  };

  return {
    answer: (request) => {
      const incoming = toIncoming(request.req.headers, request.body);
      if (closed || findMiss(incoming) !== undefined) return false;
      // Nothing was done yet: what fails here fails in the SDK's handler again, which answers for it.
      const work = trySoon(
        () => open(incoming, request),
        (opened) => opened,
        () => undefined,
      );
      return whenThere(work, (opened) => {
        if (opened === undefined) return false;
        onTaken?.(incoming.body["method"]);
        const writer = createAnswerWriter(toTarget(incoming, request.res), keepAlive);
        return whenThere(opened(writer), (result) => {
          writer.finish(result);
          return true;
        });
      });
    },
    close: () => {
      closed = true;
      keepAlive.close();
      calls.endAll();
    },
  };
};

/** Finds the tool of a call; it is run once the writer of its answer is there. */
const openCall = (
  {
    direct,
    calls,
    canAsk,
  }: Pick<FastPathDeps, "direct"> & { readonly calls: RunningCalls; readonly canAsk: boolean },
  incoming: Incoming,
  { res, view }: FastRequest,
): Soon<Work | undefined> => {
  const { params, meta } = incoming;
  const name = String(params["name"]);
  const rawArguments = params["arguments"];
  return whenThere(direct.open({ name, rawArguments, canAsk }, view), (opened) => {
    if (opened === undefined) return undefined;
    const sent = { traceparent: meta["traceparent"], tracestate: meta["tracestate"] };
    const era = eraOf(incoming);
    return ({ progress }) => {
      const signal = calls.start(res);
      return direct.run({ name, rawArguments, sent, era, opened, progress, signal }, view);
    };
  });
};

const eraOf = (incoming: Incoming): Era => (isModern(incoming) ? "modern" : "legacy");

/** Gives the `result` member of the answer. */
type Work = (writer: AnswerWriter) => Soon<string | Buffer>;

/** Without a session the server hears nothing of what such a client can do. */
const OF_LEGACY_ERA = { canAsk: false } as const;

const toTarget = (incoming: Incoming, res: ServerResponse): AnswerTo => {
  const { headers, body, meta } = incoming;
  const { progressToken: token } = meta;
  return {
    res,
    id: body["id"],
    form: isModern(incoming) ? "auto" : (chooseForm(headers.accept) ?? "json"),
    progressToken: typeof token === "string" || typeof token === "number" ? token : undefined,
  };
};
