import type { IncomingMessage, ServerResponse } from "node:http";
import { systemClock } from "../core/clock.ts";
import { createLocalEvents, type EventChannel } from "../core/events.ts";
import type { Principal } from "../core/principal.ts";
import { type Result, fail, ok } from "../core/result.ts";
import { type Soon, whenThere } from "../core/soon.ts";
import type { View } from "../mcp/connection-options.ts";
import type { McpSurface } from "../mcp/surface.ts";
import type { CookieKeys } from "./cookie-keys.ts";
import { type FastPath, type FastPathDeps, createFastPath } from "./fast/fast-path.ts";
import { createInFlight } from "./in-flight.ts";
import { type JsonRpcRefusal, refuse } from "./json-rpc-error.ts";
import { readJsonRpcBody } from "./mcp-body.ts";
import { openView } from "./open-view.ts";
import { type SdkHandlerDeps, createSdkHandler } from "./sdk-handler.ts";

/** The Streamable HTTP endpoint, both protocol eras, stateless. */
export interface McpHttp {
  /** Serves one authenticated request. Host, Origin and the token were checked before. */
  handle(req: IncomingMessage, res: ServerResponse, principal: Principal): Soon<void>;
  /** Ends the streams that clients listen on; calls go on. */
  endStreams(): Promise<void>;
  /** Ends what is in flight. */
  close(): Promise<void>;
}

/** What the endpoint works with. */
export interface McpHttpDeps extends SdkHandlerDeps {
  readonly cookieKeys: Pick<CookieKeys, "random" | "mac">;
  /** Reaches the requests that other instances answer. Absent: there are none. */
  readonly events?: Pick<EventChannel, "publish" | "subscribe">;
  /** When streams that may be silent for long are kept alive. Absent: by the machine's clock. */
  readonly clock?: FastPathDeps["clock"];
  /** Hears the method of each request that was answered without the SDK. Absent: nobody does. */
  readonly onTaken?: FastPathDeps["onTaken"];
}

/**
 * Makes the endpoint. What is asked most is answered by a path of our own (fast/), all the rest by the
 * SDK's handler.
 */
export function createMcpHttp(deps: McpHttpDeps): McpHttp {
  const { surface, cookieKeys } = deps;
  const sdk = createSdkHandler(deps);
  const fast = toFastPath(deps);
  const inFlight = createInFlight({
    events: deps.events ?? createLocalEvents(),
    hash: (text) => cookieKeys.mac("in-flight", text),
  });
  return {
    handle: (req, res, principal) =>
      whenThere(openRequest(surface, { req, res, principal }), (opened) => {
        if (!opened.ok) {
          refuse(res, opened.failure);
          return undefined;
        }
        const { view, body } = opened.value;
        inFlight.note({ req, res, principal, body });
        return whenThere(fast?.answer({ req, res, body, view }) ?? false, (isAnswered) => {
          if (isAnswered) return undefined;
          if (isCallOf(body, "initialize")) res.setHeader("mcp-session-id", cookieKeys.random());
          const listens = isCallOf(body, "subscriptions/listen");
          return sdk.serve({ req, res, body, view, listens });
        });
      }),
    endStreams: () => sdk.endStreams(),
    close: () => {
      fast?.close();
      return sdk.close();
    },
  };
}

function toFastPath({ surface, clock, onTaken }: McpHttpDeps): FastPath | undefined {
  const { direct } = surface;
  return direct === undefined
    ? undefined
    : createFastPath({
        direct,
        clock: clock ?? systemClock,
        ...(onTaken !== undefined && { onTaken }),
      });
}

/** Reads a request as far as it can be refused before the SDK sees it. */
function openRequest(
  surface: McpSurface,
  given: {
    readonly req: IncomingMessage;
    readonly res: ServerResponse;
    readonly principal: Principal;
  },
): Soon<Result<{ readonly body: unknown; readonly view: View }, JsonRpcRefusal>> {
  const { req } = given;
  if (req.method !== "POST") {
    req.resume();
    return fail({ ...METHOD_NOT_ALLOWED, headers: { allow: "POST" } });
  }
  return readJsonRpcBody(req).then((body) =>
    body.ok
      ? whenThere(openView(surface, given), (view) =>
          view.ok ? ok({ body: body.value, view: view.value }) : view,
        )
      : body,
  );
}

/**
 * Whether a body is one request of this method. The answer to `initialize` names a session, since some
 * clients of the legacy era count on it (2025-11-25, Session Management); nothing is stored under the
 * name, and any name that comes back is good, so that a client may sign in anew or meet another instance
 * at any time. A cancellation alone is told by it from those of other clients (in-flight.ts).
 */
const isCallOf = (body: unknown, method: string): boolean =>
  typeof body === "object" && body !== null && "method" in body && body.method === method;

const METHOD_NOT_ALLOWED = {
  status: 405,
  code: -32600,
  message: "this endpoint takes POST only: it keeps no sessions and opens no stream of its own",
};
