import type { IncomingHttpHeaders } from "node:http";
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/server";
import { isRecord } from "../../core/json.ts";
import { MODERN_VERSIONS } from "../../mcp/server.ts";
import { chooseForm } from "./accept.ts";

type Members = Readonly<Record<string, unknown>>;

/** One HTTP request whose body was parsed, taken apart. */
export interface Incoming {
  readonly headers: IncomingHttpHeaders;
  readonly body: Members;
  /** Empty where the body has none. */
  readonly params: Members;
  /** `_meta` of the parameters; empty where there is none. */
  readonly meta: Members;
}

/** What a hot request must fulfil: whatever does not is the SDK's to answer. */
interface Condition {
  readonly name: string;
  readonly holds: (incoming: Incoming) => boolean;
}

/** Methods → the members that their parameters may have here. */
const HOT_METHODS: Readonly<Record<string, ReadonlySet<string>>> = {
  "tools/call": new Set(["_meta", "name", "arguments"]),
  "tools/list": new Set(["_meta"]),
  "server/discover": new Set(["_meta"]),
};
const BODY_MEMBERS: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "params"]);
const ENVELOPE: ReadonlySet<string> = new Set([
  PROTOCOL_VERSION_META_KEY,
  CLIENT_INFO_META_KEY,
  CLIENT_CAPABILITIES_META_KEY,
]);
const CONTENT_TYPES: ReadonlySet<unknown> = new Set([
  "application/json",
  "application/json; charset=utf-8",
  "application/json;charset=utf-8",
]);
const LEGACY_VERSIONS: ReadonlySet<unknown> = new Set([undefined, ...SUPPORTED_PROTOCOL_VERSIONS]);

/** What every hot request fulfils, in this order. */
const COMMON_CONDITIONS: readonly Condition[] = [
  {
    name: "the content type is JSON in so many words",
    holds: ({ headers }) => CONTENT_TYPES.has(headers["content-type"]),
  },
  {
    name: "no stream is resumed",
    holds: ({ headers }) => headers["last-event-id"] === undefined,
  },
  {
    name: "the body is a request and nothing besides",
    holds: ({ body }) => body["jsonrpc"] === "2.0" && hasOnly(body, BODY_MEMBERS),
  },
  {
    name: "the id is a string or a whole number",
    holds: ({ body }) => isToken(body["id"]),
  },
  {
    name: "the method is asked often",
    holds: ({ body: { method } }) =>
      typeof method === "string" && Object.hasOwn(HOT_METHODS, method),
  },
  {
    name: "the parameters are those of a first, plain request",
    holds: ({ body: { method, params }, params: members }) =>
      (params === undefined || isRecord(params)) &&
      hasOnly(members, HOT_METHODS[String(method)] ?? BODY_MEMBERS),
  },
  {
    name: "the metadata asks for nothing but progress",
    holds: ({ params, meta }) =>
      (params["_meta"] === undefined || isRecord(params["_meta"])) &&
      Object.keys(meta).every((key) => ENVELOPE.has(key) || !isReserved(key)),
  },
  {
    name: "a token for progress is a string or a whole number, and belongs to a call",
    holds: ({ body: { method }, meta: { progressToken: token } }) =>
      token === undefined || (method === "tools/call" && isToken(token)),
  },
  {
    name: "a call names a tool and gives members as arguments",
    holds: ({ body: { method }, params }) =>
      method !== "tools/call" ||
      (typeof params["name"] === "string" && isArguments(params["arguments"])),
  },
];

/** What a hot request of 2026-07-28 fulfils besides: its headers say what its body says (SEP-2243). */
const MODERN_CONDITIONS: readonly Condition[] = [
  {
    name: "header and envelope name the revision",
    holds: ({ headers, meta }) =>
      headers["mcp-protocol-version"] === meta[PROTOCOL_VERSION_META_KEY] &&
      MODERN_VERSIONS.some((version) => version === meta[PROTOCOL_VERSION_META_KEY]),
  },
  {
    name: "the header names the method",
    holds: ({ headers, body }) => headers["mcp-method"] === body["method"],
  },
  {
    name: "the header names the tool, if there is one",
    holds: ({ headers, params }) => headers["mcp-name"] === params["name"],
  },
];

/** What a hot request of the revisions before 2026-07-28 fulfils besides. */
const LEGACY_CONDITIONS: readonly Condition[] = [
  {
    name: "the method is one of that era",
    holds: ({ body: { method } }) => method !== "server/discover",
  },
  {
    name: "no member of an envelope is there",
    holds: ({ meta }) => !Object.keys(meta).some((key) => ENVELOPE.has(key)),
  },
  {
    name: "no header of the other era is there",
    holds: ({ headers }) =>
      headers["mcp-method"] === undefined && headers["mcp-name"] === undefined,
  },
  {
    name: "the header names a revision of that era, or none",
    holds: ({ headers }) => LEGACY_VERSIONS.has(headers["mcp-protocol-version"]),
  },
  {
    name: "the client takes one of the two forms of an answer",
    holds: ({ headers }) => chooseForm(headers.accept) !== undefined,
  },
];

/**
 * All conditions, by name.
 *
 * @internal
 */
export const CONDITION_NAMES: readonly string[] = [
  ...COMMON_CONDITIONS,
  ...MODERN_CONDITIONS,
  ...LEGACY_CONDITIONS,
].map(({ name }) => name);

/** Takes a request apart, whatever its body is. */
export const toIncoming = (headers: IncomingHttpHeaders, parsedBody: unknown): Incoming => {
  const body = isRecord(parsedBody) ? parsedBody : NONE;
  const params = isRecord(body["params"]) ? body["params"] : NONE;
  const meta = isRecord(params["_meta"]) ? params["_meta"] : NONE;
  return { headers, body, params, meta };
};

const NONE: Members = Object.freeze({});

/** The first condition that a request does not fulfil; undefined where the request is hot. */
export const findMiss = (incoming: Incoming): Condition | undefined =>
  COMMON_CONDITIONS.find(({ holds }) => !holds(incoming)) ??
  (isModern(incoming) ? MODERN_CONDITIONS : LEGACY_CONDITIONS).find(
    ({ holds }) => !holds(incoming),
  );

/** Whether a request claims the envelope of 2026-07-28. */
export const isModern = ({ meta }: Incoming): boolean =>
  meta[PROTOCOL_VERSION_META_KEY] !== undefined;

/** Keys that the protocol gives a meaning: log levels, tasks, and what comes later. */
const isReserved = (key: string): boolean =>
  key === "__proto__" || key.startsWith("io.modelcontextprotocol/");

const isToken = (value: unknown): boolean =>
  typeof value === "string" || Number.isSafeInteger(value);

/** `__proto__` would be lost on the way through the SDK's schemas. */
const isArguments = (value: unknown): boolean =>
  value === undefined || (isRecord(value) && !Object.hasOwn(value, "__proto__"));

const hasOnly = (members: Members, allowed: ReadonlySet<string>): boolean =>
  Object.keys(members).every((key) => allowed.has(key));
