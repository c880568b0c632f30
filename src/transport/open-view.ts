import type { IncomingMessage, ServerResponse } from "node:http";
import type { Principal } from "../core/principal.ts";
import { type Result, fail, ok } from "../core/result.ts";
import { type Soon, whenThere } from "../core/soon.ts";
import { type View, toWholeView } from "../mcp/connection-options.ts";
import type { McpSurface } from "../mcp/surface.ts";
import type { JsonRpcRefusal } from "./json-rpc-error.ts";
import { readQuery } from "./request-query.ts";

/**
 * What a principal sees through the options of the address that it came to. An address that no grant
 * could use is a 400, one that asks beyond this grant a 403.
 */
export function openView(
  surface: Pick<McpSurface, "view">,
  request: {
    readonly req: IncomingMessage;
    readonly res: ServerResponse;
    readonly principal: Principal;
  },
): Soon<Result<View, JsonRpcRefusal>> {
  const { req, res, principal } = request;
  if (req.url?.includes("?") !== true) return ok(toWholeView(principal));
  return whenThere(surface.view(principal, readQuery(req.url), abortOf(res)), (view) =>
    view.ok
      ? view
      : fail({
          status: view.failure.kind === "malformed" ? 400 : 403,
          code: INVALID_PARAMS,
          message: `the address of this connection cannot be used: ${view.failure.text}`,
        }),
  );
}

const INVALID_PARAMS = -32602;

/** Aborts when the client leaves before it was answered. */
function abortOf(res: ServerResponse): AbortSignal {
  const left = new AbortController();
  const abort = (): void => left.abort(new Error("the client left"));
  if (res.closed) abort();
  else res.once("close", abort);
  return left.signal;
}
