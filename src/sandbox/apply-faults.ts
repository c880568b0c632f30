import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";
import type { Clock } from "../core/clock.ts";
import type { ControlState } from "./control.ts";
import { parseBody } from "./oauth/parameters.ts";
import type { RequestDetails } from "./sandbox.ts";

/** What the sandbox's handlers reach through Hono's context. */
export interface SandboxEnv {
  readonly Bindings: HttpBindings;
  /** What became known of a request while it was handled. */
  readonly Variables: { details?: RequestDetails };
}

/** Records every request, and misbehaves where the levers say so. */
export const applyFaults =
  (state: ControlState, clock: Clock): MiddlewareHandler<SandboxEnv> =>
  async (context, next) => {
    const { method, path } = context.req;
    const grantType = path === "/oauth/token" ? await readGrantType(context) : undefined;
    const record = (status: number): void => {
      state.record({
        method,
        path,
        status,
        ...(grantType === undefined ? {} : { grantType }),
        ...context.get("details"),
      });
    };
    const fault = state.takeFault(path);
    if (fault?.kind === "cut") {
      record(0);
      context.env.incoming.socket.destroy();
      return new Response(null, { status: 500 });
    }
    if (fault?.kind === "status") {
      record(fault.status);
      return new Response(fault.body ?? null, {
        status: fault.status,
        headers: { "Content-Type": "application/json", ...fault.headers },
      });
    }
    if (fault?.kind === "delay") await clock.sleep(fault.delayMs);
    await next();
    record(context.res.status);
    if (fault?.kind === "lose_answer") context.env.incoming.socket.destroy();
    return undefined;
  };

const readGrantType = async (context: Context): Promise<string | undefined> => {
  const body = parseBody(await context.req.text(), context.req.header("content-type"));
  const grantType = body?.["grant_type"] ?? body?.["grantType"];
  return typeof grantType === "string" ? grantType : undefined;
};
