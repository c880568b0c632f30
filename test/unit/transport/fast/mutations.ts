import fc from "fast-check";
import { PREFIX, type RawRequest, toLegacy, toModern } from "./requests.ts";

const CALL = { name: "search_contacts", arguments: { query: "ann" } };
const BASES: readonly RawRequest[] = [
  toModern("tools/call", { params: CALL }),
  toModern("tools/list"),
  toModern("server/discover"),
  toLegacy("tools/call", { params: CALL, meta: {} }),
  toLegacy("tools/list"),
];

const HEADERS = [
  "accept",
  "content-type",
  "mcp-protocol-version",
  "mcp-method",
  "mcp-name",
  "mcp-session-id",
  "last-event-id",
] as const;
const HEADER_VALUES = [
  "",
  "*/*",
  "application/json",
  "text/event-stream",
  "2026-07-28",
  "2025-06-18",
  "tools/call",
  "tools/list",
  "search_contacts",
] as const;
const MEMBERS = [
  "jsonrpc",
  "id",
  "method",
  "params",
  "_meta",
  "name",
  "arguments",
  "query",
  "cursor",
  "task",
  "requestState",
  "progressToken",
  "__proto__",
  "constructor",
  `${PREFIX}protocolVersion`,
  `${PREFIX}clientInfo`,
  `${PREFIX}clientCapabilities`,
  `${PREFIX}logLevel`,
] as const;
/** Texts of JSON; `undefined` takes the member away. */
const VALUES = [
  "null",
  "true",
  "0",
  "-1.5",
  "1e400",
  "9007199254740993",
  `""`,
  `"2026-07-28"`,
  `"2025-06-18"`,
  `"tools/list"`,
  `"search_contacts"`,
  `"\\ud800"`,
  "[]",
  "[{}]",
  "{}",
  `{"a":null}`,
  `{"__proto__":{}}`,
  `{"query":"bob"}`,
  `{"elicitation":{}}`,
  `{"name":"a","version":"1"}`,
  undefined,
] as const;

/** One step away from a sound request. */
const mutation = fc.oneof(
  fc.record({
    kind: fc.constant("member" as const),
    /** Which of the objects of the body, from the outside. */
    depth: fc.integer({ min: 0, max: 3 }),
    name: fc.constantFrom(...MEMBERS),
    value: fc.oneof(fc.constantFrom(...VALUES), fc.json({ maxDepth: 2 })),
  }),
  fc.record({
    kind: fc.constant("header" as const),
    name: fc.constantFrom(...HEADERS),
    value: fc.constantFrom(...HEADER_VALUES, undefined),
  }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

/** Requests that are one to three steps away from sound ones. */
export const mutatedRequest: fc.Arbitrary<RawRequest> = fc
  .record({
    base: fc.constantFrom(...BASES),
    steps: fc.array(mutation, { minLength: 1, maxLength: 3 }),
  })
  .map(({ base, steps }) => steps.reduce(apply, base));

const apply = (request: RawRequest, step: Mutation): RawRequest =>
  step.kind === "header"
    ? { ...request, headers: withHeader(request.headers, step) }
    : { ...request, body: withMember(request.body, step) };

const withHeader = (
  headers: RawRequest["headers"],
  { name, value }: { readonly name: string; readonly value: string | undefined },
): RawRequest["headers"] => {
  const { [name]: _old, ...rest } = headers;
  return value === undefined ? rest : { ...rest, [name]: value };
};

/** Works on the text, so that what no serialiser writes can be there. */
const withMember = (body: string, step: Extract<Mutation, { readonly kind: "member" }>): string => {
  const opening = [...body.matchAll(/\{/gu)][step.depth]?.index ?? 0;
  const key = JSON.stringify(step.name);
  if (step.value === undefined) return body.replace(`${key}:`, `"gone":`);
  const [before, after] = [body.slice(0, opening + 1), body.slice(opening + 1)];
  const renamed = after.replace(`${key}:`, `${JSON.stringify(`old ${step.depth}`)}:`);
  const comma = after.startsWith("}") ? "" : ",";
  // In half of the cases the old value stays in another name, in the other it is given twice.
  return `${before}${key}:${step.value}${comma}${step.depth % 2 === 0 ? after : renamed}`;
};
