import type { Context } from "hono";
import type { SandboxEnv } from "./apply-faults.ts";
import { answerCall } from "./catalogue/answer-call.ts";
import type { OperationCall, SentBody } from "./catalogue/call.ts";
import { findPlacements } from "./catalogue/check-location.ts";
import { findBehaviour } from "./catalogue/families.ts";
import type { FileShelf, ShelvedFile } from "./catalogue/file-shelf.ts";
import { judgeCall } from "./catalogue/judge-call.ts";
import { placeholderNames } from "./catalogue/match-path.ts";
import { prepareCall } from "./catalogue/prepare-call.ts";
import { readBody, toObjectBody } from "./catalogue/read-body.ts";
import type { OperationFacts } from "./catalogue/read-catalogue.ts";
import type { RecordStore } from "./catalogue/record-store.ts";
import { isRefusal, type Target, type TargetFinder } from "./find-target.ts";
import { authenticate } from "./gate/authenticate.ts";
import { type Caller, toBudgetKey } from "./gate/caller.ts";
import { type Outcome, type Refusal, refuse } from "./gate/outcome.ts";
import { type ApiVersion, checkVersion, findVersion } from "./gate/version.ts";
import { respond, runRoute, type ServeDeps } from "./serve-route.ts";
import { toRecordId, toUuid } from "./world/ids.ts";

/** What serving any call takes. */
export interface CallDeps extends ServeDeps {
  readonly seed: number;
  readonly records: RecordStore;
  readonly files: FileShelf;
  readonly findTarget: TargetFinder;
}

/** Where uploaded files are served. */
export const FILES_PATH = "/sandbox/files";

type ApiContext = Context<SandboxEnv>;

/** A request whose version, target and caller are known. */
interface KnownCall {
  readonly context: ApiContext;
  readonly version: ApiVersion;
  readonly target: Target;
  readonly caller: Caller;
  readonly body: SentBody;
}

/**
 * Serves one call: version, path, token and rate first, then class, scope, location and fields, and
 * then the endpoint, or the answer that follows from the catalogue.
 */
export const serveCall = async (deps: CallDeps, context: ApiContext): Promise<Response> => {
  const header = context.req.header("version");
  const version = findVersion(header);
  const target = deps.findTarget(context.req.method, context.req.path, version ?? "2021-07-28");
  if (target === undefined) return respond(deps, context, refuse(404, "Not Found"));
  const refusal = checkVersion(header, "all");
  if (refusal !== undefined || version === undefined) {
    return respond(deps, context, refusal ?? refuse(401, "version header is invalid"));
  }
  if (isRefusal(target)) return respond(deps, context, target);
  const caller = authenticate(deps, context.req.header("authorization"));
  if ("message" in caller) return respond(deps, context, caller);
  const isOver = countCall(deps, context, caller);
  if (isOver) return respond(deps, context, refuse(429, "Too Many Requests"));
  const body = await readBody(context.req);
  return respond(
    deps,
    context,
    body === undefined
      ? refuse(400, "The body cannot be read in its content type")
      : runCall(deps, { context, version, target, caller, body }),
  );
};

/** Counts a call, writes what is left into the answer, and says whether it is one too many. */
const countCall = (deps: CallDeps, context: ApiContext, caller: Caller): boolean => {
  const rate = deps.rates.count(toBudgetKey(caller), deps.clock.nowMs());
  for (const [name, value] of Object.entries(rate.headers)) context.header(name, value);
  return deps.enforceRateLimit && rate.isOver;
};

const runCall = (deps: CallDeps, known: KnownCall): Outcome => {
  const { facts, route } = known.target;
  const call = facts === undefined ? undefined : toOperationCall(known, facts);
  const complaint = call === undefined ? undefined : judgeCall(call);
  note(known, call, complaint);
  if (route !== undefined) return runStateful(deps, known, route);
  if (complaint !== undefined) return complaint;
  if (call === undefined) return refuse(404, "Not Found");
  const isV3 = known.version === "v3";
  return (findBehaviour(call.facts.id) ?? answerCall)(
    prepareCall(
      {
        seed: deps.seed,
        world: deps.world,
        records: deps.records,
        isV3,
        now: new Date(deps.clock.nowMs()).toISOString(),
        newId: () => toRecordId(deps.random.bytes(20)),
        traceId: () => toUuid(deps.random.bytes(16)),
        shelve: toShelve(deps, known.context),
      },
      call,
    ),
  );
};

/** Keeps a file and gives the address that it has from now on. */
const toShelve =
  ({ files }: CallDeps, context: ApiContext) =>
  (file: ShelvedFile): string =>
    new URL(`${FILES_PATH}/${files.put(file)}`, context.req.url).href;

/** Serves an uploaded file, to anyone who knows its address, as GoHighLevel's storage does. */
export const serveFile = (files: FileShelf, context: ApiContext): Response => {
  const file = files.find(context.req.param("name") ?? "");
  if (file === undefined) return context.notFound() as Response;
  // What people upload must not run in a browser under the sandbox's origin.
  context.header("Content-Type", "application/octet-stream");
  context.header("X-Content-Type-Options", "nosniff");
  return context.body(Buffer.from(file.bytes));
};

const runStateful = (
  deps: CallDeps,
  { context, caller, version, body, target }: KnownCall,
  route: NonNullable<Target["route"]>,
): Outcome => {
  const fields = toObjectBody(body);
  return fields === undefined
    ? refuse(400, "The body is not valid JSON")
    : runRoute({
        deps,
        route,
        context,
        caller,
        version,
        body: fields,
        files: body.files,
        shelve: toShelve(deps, context),
        params: target.params,
      });
};

const toOperationCall = (
  { context, target, caller, body }: KnownCall,
  facts: OperationFacts,
): OperationCall => {
  const texts = Object.values(target.params);
  return {
    facts,
    caller,
    body,
    query: context.req.queries(),
    // An endpoint of its own may name its placeholders in another way.
    params: Object.fromEntries(
      placeholderNames(facts.path).map((name, index) => [name, texts[index] ?? ""]),
    ),
  };
};

/** Leaves in the log of requests what tests ask about. */
const note = (
  { context, version, caller, body }: KnownCall,
  call: OperationCall | undefined,
  complaint: Refusal | undefined,
): void => {
  context.set("details", {
    version,
    caller: caller.kind,
    ...(body.contentType !== undefined && { contentType: body.contentType }),
    ...(call !== undefined && {
      operation: call.facts.id,
      placements: findPlacements(call),
      complaints: complaint === undefined ? [] : [complaint.message].flat(),
    }),
  });
};
