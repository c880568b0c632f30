import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** One request as it goes over the wire. */
export interface RawRequest {
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
  /** Default: `/mcp`. */
  readonly path?: string;
}

/** An answer, its messages parsed. */
export interface RawAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

type Members = Readonly<Record<string, unknown>>;

/** What a request differs in; undefined leaves a member or a header out. */
export interface Changes {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: Members;
  readonly params?: Members;
  readonly meta?: Members;
  readonly path?: string;
}

export const PREFIX = "io.modelcontextprotocol/";

const JSON_HEADERS = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
} as const;

/** A sound request of 2026-07-28, with changes. */
export const toModern = (method: string, changes: Changes = {}): RawRequest => {
  const params: Members = {
    ...changes.params,
    _meta: {
      [`${PREFIX}protocolVersion`]: "2026-07-28",
      [`${PREFIX}clientInfo`]: { name: "test", version: "1" },
      [`${PREFIX}clientCapabilities`]: {},
      ...changes.meta,
    },
  };
  const name = params["name"];
  return toRequest(changes, {
    headers: {
      ...JSON_HEADERS,
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      "mcp-name": typeof name === "string" ? name : undefined,
    },
    body: { jsonrpc: "2.0", id: 1, method, params },
  });
};

/** A sound request of 2025-06-18, with changes. */
export const toLegacy = (method: string, changes: Changes = {}): RawRequest =>
  toRequest(changes, {
    headers: { ...JSON_HEADERS, "mcp-protocol-version": "2025-06-18" },
    body: {
      jsonrpc: "2.0",
      id: 1,
      method,
      params: { ...changes.params, ...(changes.meta !== undefined && { _meta: changes.meta }) },
    },
  });

const toRequest = (
  { headers, body, path }: Changes,
  sound: { readonly headers: Changes["headers"]; readonly body: Members },
): RawRequest => ({
  headers: Object.fromEntries(
    Object.entries({ ...sound.headers, ...headers }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  ),
  body: JSON.stringify({ ...sound.body, ...body }),
  ...(path !== undefined && { path }),
});

/** The same request with the text of its body rewritten, for what no serialiser would write. */
export const rewrite = (request: RawRequest, from: string, to: string): RawRequest => {
  if (!request.body.includes(from)) throw new Error(`${from} is not in ${request.body}`);
  return { ...request, body: request.body.replace(from, to) };
};
