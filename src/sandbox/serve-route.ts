import type { Context } from "hono";
import type { Clock } from "../core/clock.ts";
import type { SandboxEnv } from "./apply-faults.ts";
import type { AuthenticateDeps } from "./gate/authenticate.ts";
import type { Caller } from "./gate/caller.ts";
import type { SentFile } from "./catalogue/call.ts";
import { checkCall } from "./gate/check-call.ts";
import { type JsonObject, readQuery } from "./gate/fields.ts";
import { type Outcome, toErrorBody } from "./gate/outcome.ts";
import type { RateCounter } from "./gate/rate-limit.ts";
import type { ApiCall, Route } from "./gate/route.ts";
import { type ApiVersion, findVersion } from "./gate/version.ts";
import type { SandboxRandom } from "./random.ts";
import { toRecordId, toUuid } from "./world/ids.ts";

/** What serving an endpoint takes. */
export interface ServeDeps extends AuthenticateDeps {
  readonly clock: Clock;
  readonly random: SandboxRandom;
  readonly rates: RateCounter;
  /** Whether calls over the limit are refused with 429. */
  readonly enforceRateLimit: boolean;
}

type ApiContext = Context<SandboxEnv>;

/** Runs an endpoint: class, scope, location and fields (gate/check-call.ts), then the endpoint itself. */
export const runRoute = (input: {
  readonly deps: ServeDeps;
  readonly route: Route;
  readonly context: ApiContext;
  readonly caller: Caller;
  readonly version: ApiVersion;
  readonly body: JsonObject;
  readonly files: readonly SentFile[];
  readonly shelve: ApiCall["shelve"];
  readonly params: Readonly<Record<string, string>>;
}): Outcome => {
  const { deps, route, context, caller, version, body, files, shelve, params } = input;
  const isV3 = version === "v3";
  const { world } = deps;
  const query = readQuery(route.query?.(isV3) ?? {}, context.req.queries());
  const refusal = checkCall({ route, caller, isV3, params, query, body, world });
  if (refusal !== undefined) return refusal;
  const { origin, pathname } = new URL(context.req.url);
  return route.handle({
    caller,
    version,
    isV3,
    params,
    query,
    body,
    files,
    shelve,
    world,
    url: `${origin}${pathname}`,
    now: new Date(deps.clock.nowMs()).toISOString(),
    newId: () => toRecordId(deps.random.bytes(20)),
    traceId: () => toUuid(deps.random.bytes(16)),
  });
};

/** Writes an outcome in the shape of the request's version. */
export const respond = (
  deps: { readonly random: SandboxRandom },
  context: ApiContext,
  outcome: Outcome,
): Response => {
  if (outcome.kind === "file") {
    context.header("Content-Type", outcome.mimeType);
    context.header("Content-Disposition", `attachment; filename="${outcome.name}"`);
    return context.body(outcome.bytes, 200);
  }
  const { status, body } =
    outcome.kind === "answer"
      ? outcome
      : {
          status: outcome.status,
          body: toErrorBody(
            outcome,
            findVersion(context.req.header("version")) === "v3",
            toUuid(deps.random.bytes(16)),
          ),
        };
  context.header("Content-Type", "application/json; charset=utf-8");
  // Every status of an outcome is one that may have a body.
  return context.body(JSON.stringify(body), status as 200);
};
