import { type Changes, PREFIX, type RawRequest, rewrite, toLegacy, toModern } from "./requests.ts";

/** A request, and whether it is answered without the SDK. */
export type Case = readonly [name: string, taken: boolean, request: RawRequest];

const FIND = { name: "search_contacts", arguments: { query: "ann" } } as const;
const modernCall = (changes: Changes = {}): RawRequest =>
  toModern("tools/call", { ...changes, params: { ...FIND, ...changes.params } });
const legacyCall = (changes: Changes = {}): RawRequest =>
  toLegacy("tools/call", { ...changes, params: { ...FIND, ...changes.params } });
const withCapabilities = (capabilities: unknown, changes: Changes = {}): RawRequest =>
  modernCall({ ...changes, meta: { [`${PREFIX}clientCapabilities`]: capabilities } });
const withInfo = (info: unknown): RawRequest =>
  modernCall({ meta: { [`${PREFIX}clientInfo`]: info } });
const withAccept = (accept: string | undefined): RawRequest => legacyCall({ headers: { accept } });
const withArguments = (value: unknown): RawRequest => modernCall({ params: { arguments: value } });
const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });

const HOT: readonly Case[] = [
  ["a call of 2026-07-28", true, modernCall()],
  ["a list of 2026-07-28", true, toModern("tools/list")],
  ["a discovery", true, toModern("server/discover")],
  ["a call of 2025-06-18", true, legacyCall()],
  ["a list of 2025-06-18", true, toLegacy("tools/list")],
  ["a list without parameters", true, toLegacy("tools/list", { body: { params: undefined } })],
  ["a call without arguments", true, modernCall({ params: { arguments: undefined } })],
  ["a call with empty metadata", true, legacyCall({ meta: {} })],
  ["a call with metadata of others", true, legacyCall({ meta: { "x/y": { z: null } } })],
  ["a call in a trace", true, modernCall({ meta: { traceparent: `00-${"a".repeat(32)}-b-01` } })],
  ["a call in no trace", true, modernCall({ meta: { traceparent: 7, tracestate: null } })],
  ["a call that names a session", true, legacyCall({ headers: { "mcp-session-id": "s" } })],
  ["a call of a client without a name", true, withInfo(undefined)],
  [
    "a call of a client with all names",
    true,
    withInfo({
      name: "a",
      version: "1",
      title: "A",
      websiteUrl: "https://a.example",
      icons: [{ src: "a.png" }],
    }),
  ],
  ["a call with a parameter header", true, modernCall({ headers: { "mcp-param-query": "bob" } })],
  [
    "a call whose result has an error",
    true,
    modernCall({ params: { name: "get_contact", arguments: { contact_id: "unknown" } } }),
  ],
  ["a call at an address with options", true, modernCall({ path: "/mcp?access=read&tools=crm" })],
  ["a list at an address with options", true, toModern("tools/list", { path: "/mcp?access=read" })],
  [
    "a discovery at an address with a location",
    true,
    toModern("server/discover", { path: "/mcp?location=Berlin+Dental" }),
  ],
  [
    "a list at an address with a location",
    true,
    toModern("tools/list", { path: "/mcp?location=Berlin+Dental" }),
  ],
  [
    "a charset in the content type",
    true,
    modernCall({ headers: { "content-type": "application/json; charset=utf-8" } }),
  ],
  [
    "a member given twice",
    true,
    rewrite(modernCall(), `"query":"ann"`, `"query":"bob","query":"ann"`),
  ],
  ["text of many scripts", true, withArguments({ query: "Zoë \u{1f600} שלום \ud800" })],
  ["a call that shows progress", true, modernCall({ meta: { progressToken: "t" } })],
  ["a call of 2025 that shows progress", true, legacyCall({ meta: { progressToken: 7 } })],
];

const FORMS: readonly Case[] = (
  [
    ["application/json, text/event-stream", true],
    ["text/event-stream;q=0.5, application/json", true],
    ["application/json", true],
    ["*/*", true],
    ["application/*", true],
    ["text/event-stream", false],
    ["text/event-stream, */*", false],
    ["text/html", false],
    ["", false],
  ] as const
).flatMap(([accept, taken]): Case[] => [
  [`Accept "${accept}" in the legacy era`, taken, withAccept(accept)],
  [`Accept "${accept}" in the modern era`, true, modernCall({ headers: { accept } })],
]);

const VERSIONS: readonly Case[] = (
  [
    [undefined, true],
    ["2025-11-25", true],
    ["2025-03-26", true],
    ["2024-11-05", true],
    ["2024-10-07", true],
    ["2026-07-28", false],
    ["2025-01-01", false],
    ["2025-06-18, 2025-06-18", false],
    ["", false],
  ] as const
).map(([version, taken]) => [
  `revision ${version ?? "(none)"} in the header of the legacy era`,
  taken,
  legacyCall({ headers: { "mcp-protocol-version": version } }),
]);

const IDS: readonly Case[] = (
  [
    [`"a"`, true],
    [`""`, true],
    [`"\\u2028\\ud800\\"<"`, true],
    ["0", true],
    ["-0", true],
    ["-7", true],
    ["1.0", true],
    ["1e3", true],
    ["9007199254740991", true],
    ["9007199254740993", false],
    ["1.5", false],
    ["1e400", false],
    ["null", false],
    ["true", false],
    ["[1]", false],
    ["{}", false],
  ] as const
).flatMap(([id, taken]): Case[] => [
  [`id ${id} in the modern era`, taken, rewrite(modernCall(), `"id":1`, `"id":${id}`)],
  [`id ${id} in the legacy era`, taken, rewrite(legacyCall(), `"id":1`, `"id":${id}`)],
]);

const BROKEN: readonly Case[] = [
  // one condition each
  ["another content type", false, modernCall({ headers: { "content-type": "text/plain" } })],
  [
    "a parameter in the content type",
    false,
    modernCall({ headers: { "content-type": "application/json; a=b" } }),
  ],
  ["a stream to resume", false, modernCall({ headers: { "last-event-id": "1" } })],
  ["another version of JSON-RPC", false, modernCall({ body: { jsonrpc: "1.0" } })],
  ["one more member in the body", false, modernCall({ body: { more: 1 } })],
  ["a response", false, modernCall({ body: { method: undefined, params: undefined, result: {} } })],
  ["a batch", false, rewrite(rewrite(legacyCall(), "{", "[{"), "}}}", "}}}]")],
  ["no method", false, modernCall({ body: { method: undefined } })],
  ["a method that is no text", false, modernCall({ body: { method: 1 } })],
  ["a method of every object", false, toModern("toString")],
  ["another method", false, toModern("prompts/list")],
  ["an unknown method", false, toLegacy("tools/destroy")],
  ["a notification", false, legacyCall({ body: { id: undefined } })],
  ["parameters that are a list", false, legacyCall({ body: { params: [] } })],
  ["parameters that are null", false, legacyCall({ body: { params: null } })],
  [
    "no parameters in the modern era",
    false,
    toModern("tools/list", { body: { params: undefined } }),
  ],
  ["a cursor", false, toModern("tools/list", { params: { cursor: "1" } })],
  ["a task", false, legacyCall({ params: { task: { ttl: 1 } } })],
  [
    "a state to go on with",
    false,
    modernCall({ params: { requestState: "x", inputResponses: {} } }),
  ],
  ["metadata that is text", false, legacyCall({ params: { _meta: "x" } })],
  ["a level of logging", false, modernCall({ meta: { [`${PREFIX}logLevel`]: "info" } })],
  ["a related task", false, legacyCall({ meta: { [`${PREFIX}related-task`]: { taskId: "1" } } })],
  ["a broken token for progress", false, modernCall({ meta: { progressToken: 1.5 } })],
  ["a token for progress of a list", false, toModern("tools/list", { meta: { progressToken: 1 } })],
  ["a name that is no text", false, legacyCall({ params: { name: 7 } })],
  ["arguments that are a list", false, withArguments([])],
  ["arguments that are null", false, withArguments(null)],
  ["arguments that are text", false, withArguments("query")],
  [
    "a prototype among the arguments",
    false,
    rewrite(modernCall(), `{"query":"ann"}`, `{"__proto__":{"query":"x"}}`),
  ],
  [
    "a prototype among the metadata",
    false,
    rewrite(legacyCall({ meta: {} }), `"_meta":{}`, `"_meta":{"__proto__":{}}`),
  ],
  ["a prototype in the body", false, rewrite(modernCall(), "{", `{"__proto__":{"a":1},`)],
  [
    "no revision in the header",
    false,
    modernCall({ headers: { "mcp-protocol-version": undefined } }),
  ],
  [
    "another revision in the header",
    false,
    modernCall({ headers: { "mcp-protocol-version": "2025-11-25" } }),
  ],
  [
    "another revision in both",
    false,
    modernCall({
      headers: { "mcp-protocol-version": "2027-01-01" },
      meta: { [`${PREFIX}protocolVersion`]: "2027-01-01" },
    }),
  ],
  [
    "a revision that is a number",
    false,
    modernCall({ meta: { [`${PREFIX}protocolVersion`]: 2026 } }),
  ],
  ["a revision that is null", false, modernCall({ meta: { [`${PREFIX}protocolVersion`]: null } })],
  ["no method in the headers", false, modernCall({ headers: { "mcp-method": undefined } })],
  ["another method in the headers", false, modernCall({ headers: { "mcp-method": "tools/list" } })],
  ["no name in the headers", false, modernCall({ headers: { "mcp-name": undefined } })],
  ["another name in the headers", false, modernCall({ headers: { "mcp-name": "get_contact" } })],
  [
    "a name in Base64 in the headers",
    false,
    modernCall({ headers: { "mcp-name": `=?base64?${btoa("search_contacts")}?=` } }),
  ],
  ["a name for a list", false, toModern("tools/list", { headers: { "mcp-name": "x" } })],
  ["a discovery of the legacy era", false, toLegacy("server/discover")],
  ["half an envelope", false, legacyCall({ meta: { [`${PREFIX}clientCapabilities`]: {} } })],
  [
    "a method header in the legacy era",
    false,
    legacyCall({ headers: { "mcp-method": "tools/list" } }),
  ],
  ["a name header in the legacy era", false, legacyCall({ headers: { "mcp-name": "x" } })],
  // the client
  ["no capabilities", false, withCapabilities(undefined)],
  ["capabilities that are a list", false, withCapabilities([])],
  ["capabilities that are null", false, withCapabilities(null)],
  ["a number among the capabilities", false, withCapabilities({ roots: 1 })],
  [
    "a number beyond all bounds among the capabilities",
    false,
    rewrite(withCapabilities({ experimental: { a: 7 } }), "7", "1e999"),
  ],
  ["a null among the capabilities", false, withCapabilities({ experimental: { a: null } })],
  ["a client without a version", false, withInfo({ name: "x" })],
  ["a client whose name is a number", false, withInfo({ name: 1, version: "1" })],
  ["a client of many words", false, withInfo({ name: "x".repeat(3_000), version: "1" })],
  // the tool
  ["an unknown tool", false, modernCall({ params: { name: "no_such_tool" } })],
  ["a tool that every object has", false, modernCall({ params: { name: "constructor" } })],
  [
    "a tool beyond the address",
    false,
    modernCall({ path: "/mcp?access=read", params: { name: "create_contact" } }),
  ],
  [
    "a tool beyond the address, legacy",
    false,
    legacyCall({ path: "/mcp?access=read", params: { name: "create_contact" } }),
  ],
  ["arguments of the wrong type", false, withArguments({ query: 7 })],
  ["an argument too many", false, withArguments({ query: "ann", colour: "red" })],
  ["an argument too few", false, modernCall({ params: { name: "get_contact", arguments: {} } })],
  ["a huge number", false, rewrite(withArguments({ limit: 1 }), `"limit":1`, `"limit":1e308`)],
  ["a deep argument", false, withArguments({ query: deep(20) })],
  ["an argument beyond all depth", false, withArguments({ query: deep(40) })],
  // the body
  ["no JSON", false, rewrite(modernCall(), "{", "")],
  ["an empty body", false, { ...modernCall(), body: "" }],
  ["a body that is null", false, { ...modernCall(), body: "null" }],
  ["a body that is text", false, { ...modernCall(), body: `"x"` }],
];

const ASKING: readonly Case[] = [
  ["a reading call of a client that asks", true, withCapabilities({ elicitation: {} })],
  [
    "a reading call of a client that asks by form",
    true,
    withCapabilities({ elicitation: { form: {} }, roots: {}, sampling: {} }),
  ],
  [
    "a writing call of a client that asks",
    false,
    withCapabilities(
      { elicitation: { form: {} } },
      { params: { name: "create_contact", arguments: { email: "a@example.com" } } },
    ),
  ],
  [
    "a writing call of a client that asks by page alone",
    true,
    withCapabilities(
      { elicitation: { url: {} } },
      { params: { name: "create_contact", arguments: { email: "a@example.com" } } },
    ),
  ],
];

export const CORPUS: readonly Case[] = [
  ...HOT,
  ...FORMS,
  ...VERSIONS,
  ...IDS,
  ...BROKEN,
  ...ASKING,
];
