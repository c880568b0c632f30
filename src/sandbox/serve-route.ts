import type { Context } from "hono";
import type { Clock } from "../core/clock.ts";
import type { SandboxEnv } from "./apply-faults.ts";
import { authenticate, type AuthenticateDeps } from "./gate/authenticate.ts";
import { type Caller, toBudgetKey } from "./gate/caller.ts";
import { checkCall } from "./gate/check-call.ts";
import { readQuery } from "./gate/fields.ts";
import { type Outcome, refuse, toErrorBody } from "./gate/outcome.ts";
import { isUpload, readUpload, type Upload } from "./gate/read-upload.ts";
import type { RateCounter } from "./gate/rate-limit.ts";
import type { Route } from "./gate/route.ts";
import { type ApiVersion, checkVersion, findVersion } from "./gate/version.ts";
import { parseBody } from "./oauth/parameters.ts";
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

/**
 * Serves one endpoint: version, token, then class, scope, location and fields (gate/check-call.ts),
 * then the endpoint itself.
 */
export const serveRoute = async (
  deps: ServeDeps,
  route: Route,
  context: ApiContext,
): Promise<Response> => {
  const versionHeader = context.req.header("version");
  const version = findVersion(versionHeader);
  const refusal = checkVersion(versionHeader, route.versions);
  if (refusal !== undefined || version === undefined) {
    return respond(deps, context, refusal ?? refuse(401, "version header is invalid"));
  }
  const caller = authenticate(deps, context.req.header("authorization"));
  if ("message" in caller) return respond(deps, context, caller);
  const rate = deps.rates.count(toBudgetKey(caller), deps.clock.nowMs());
  for (const [name, value] of Object.entries(rate.headers)) context.header(name, value);
  if (deps.enforceRateLimit && rate.isOver) {
    return respond(deps, context, refuse(429, "Too Many Requests"));
  }
  const upload = await readBody(context);
  const outcome =
    upload === undefined
      ? refuse(400, "The body is not valid JSON")
      : runRoute({ deps, route, context, caller, version, upload });
  return respond(deps, context, outcome);
};

const readBody = async (context: ApiContext): Promise<Upload | undefined> => {
  const contentType = context.req.header("content-type");
  if (isUpload(contentType)) return readUpload(context);
  const body = parseBody(await context.req.text(), contentType);
  return body === undefined ? undefined : { body, files: [] };
};

const runRoute = (input: {
  readonly deps: ServeDeps;
  readonly route: Route;
  readonly context: ApiContext;
  readonly caller: Caller;
  readonly version: ApiVersion;
  readonly upload: Upload;
}): Outcome => {
  const { deps, route, context, caller, version } = input;
  const { body, files } = input.upload;
  const isV3 = version === "v3";
  const { world } = deps;
  const params: Readonly<Record<string, string>> = context.req.param();
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
