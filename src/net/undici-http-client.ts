import type * as Undici from "undici";
import packageJson from "../../package.json" with { type: "json" };
import type { HttpClient, HttpFailure, HttpRequest, HttpResponse } from "../core/http-client.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { collectAnswer, type Uncollected } from "./collect-answer.ts";
import { decodeBody } from "./decode-body.ts";

/** Undici and our own connections through it. */
interface Network {
  readonly undici: typeof Undici;
  readonly agent: Undici.Dispatcher;
}

/**
 * Creates the door to the network: keep-alive connections of our own, one pool per origin. Answers come
 * back for every status, redirects included; gzip is asked for and decoded. A request that is wrong in
 * itself (no URL, a line break in a header) throws, being a bug.
 */
export const createHttpClient = (options: { readonly userAgent?: string } = {}): HttpClient => {
  const userAgent = options.userAgent ?? `ghl-mcp/${packageJson.version}`;
  let network: Promise<Network> | undefined;
  return {
    open: async () => {
      network ??= openNetwork();
      await network;
    },
    send: async (request) => {
      network ??= openNetwork();
      return exchange(await network, request, userAgent);
    },
    close: async () => {
      const opened = await network;
      await opened?.agent.close();
    },
  };
};

/** The most connections to one origin; further requests wait for a free one, within their time limit. */
const MAX_CONNECTIONS_PER_ORIGIN = 64;

/** How long an idle connection is kept, where the server does not name a shorter time. */
const KEEP_ALIVE_MS = 30_000;

// loading undici takes 60 to 70 ms, which a stdio server would pay before its first answer
const openNetwork = async (): Promise<Network> => {
  const undici = await import("undici");
  const agent = new undici.Agent({
    connections: MAX_CONNECTIONS_PER_ORIGIN,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // with HTTP/2 one cut connection would take all its calls with it
    allowH2: false,
    // one limit over the whole exchange replaces the limits per phase
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { undici, agent };
};

const exchange = async (
  { undici, agent }: Network,
  request: HttpRequest,
  userAgent: string,
): Promise<Result<HttpResponse, HttpFailure>> => {
  const { origin, pathname, search } = new URL(request.url);
  const { signal, timeoutMs, maxBytes } = request;
  const answer = await collectAnswer(agent, {
    options: {
      origin,
      path: `${pathname}${search}`,
      method: request.method,
      headers: withDefaultHeaders(request.headers, userAgent),
      body: toUndiciBody(undici, request.body),
    },
    // gzip makes what cannot be packed a little longer
    maxBytes: maxBytes + Math.ceil(maxBytes / 1000) + 64,
    timeoutMs,
    ...(signal !== undefined && { signal }),
  });
  if ("kind" in answer) return toFailure(undici, request, answer);
  try {
    const body = await decodeBody(answer, maxBytes);
    if (!body.ok) return fail({ kind: "too_large", maxBytes });
    return ok({ status: answer.status, headers: answer.headers, body: body.value });
  } catch (cause) {
    return fail({ kind: "unreachable", cause });
  }
};

const withDefaultHeaders = (
  given: HttpRequest["headers"],
  userAgent: string,
): Record<string, string> => {
  const headers: Record<string, string> = { "user-agent": userAgent, "accept-encoding": "gzip" };
  for (const [name, value] of Object.entries(given ?? {})) headers[name.toLowerCase()] = value;
  return headers;
};

const toFailure = (
  undici: typeof Undici,
  { timeoutMs, maxBytes }: HttpRequest,
  ended: Uncollected,
): Result<never, HttpFailure> => {
  switch (ended.kind) {
    case "aborted":
      return fail({ kind: "aborted" });
    case "timeout":
      return fail({ kind: "timeout", timeoutMs });
    case "too_large":
      return fail({ kind: "too_large", maxBytes });
    case "broken":
      if (ended.cause instanceof undici.errors.InvalidArgumentError) throw ended.cause;
      return fail({ kind: "unreachable", cause: ended.cause });
  }
};

const toUndiciBody = (
  undici: typeof Undici,
  body: HttpRequest["body"],
): string | Uint8Array | Undici.FormData | null => {
  if (!(body instanceof FormData)) return body ?? null;
  // undici takes only its own FormData, not the one of Node
  const form = new undici.FormData();
  for (const [name, value] of body) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, value, value.name);
  }
  return form;
};
