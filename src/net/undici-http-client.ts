import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type * as Undici from "undici";
import packageJson from "../../package.json" with { type: "json" };
import type { HttpClient, HttpFailure, HttpRequest, HttpResponse } from "../core/http-client.ts";
import { fail, ok, type Result } from "../core/result.ts";

type ResponseData = Undici.Dispatcher.ResponseData;

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
    send: async (request) => {
      network ??= openNetwork();
      return exchange(await network, withDefaultHeaders(request, userAgent));
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

const withDefaultHeaders = (request: HttpRequest, userAgent: string): HttpRequest => {
  const headers: Record<string, string> = { "user-agent": userAgent, "accept-encoding": "gzip" };
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    headers[name.toLowerCase()] = value;
  }
  return { ...request, headers };
};

/** Marks the answer that grew past its limit, on the way out of the stream. */
class TooLargeError extends Error {}

const exchange = async (
  { undici, agent }: Network,
  request: HttpRequest,
): Promise<Result<HttpResponse, HttpFailure>> => {
  const url = new URL(request.url);
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const signal =
    request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: request.headers ?? {},
      body: toUndiciBody(undici, request.body),
      signal,
    });
    const body = await readBody(answer, request.maxBytes);
    return ok({ status: answer.statusCode, headers: toHeaders(answer), body });
  } catch (error) {
    if (error instanceof TooLargeError) {
      return fail({ kind: "too_large", maxBytes: request.maxBytes });
    }
    if (request.signal?.aborted === true) return fail({ kind: "aborted" });
    if (deadline.aborted) return fail({ kind: "timeout", timeoutMs: request.timeoutMs });
    if (error instanceof undici.errors.InvalidArgumentError) throw error;
    return fail({ kind: "unreachable", cause: error });
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

const readBody = async (answer: ResponseData, maxBytes: number): Promise<string> => {
  const chunks: Uint8Array[] = [];
  const collect = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    let size = 0;
    for await (const chunk of source) {
      size += chunk.byteLength;
      // leaving the loop destroys the stream, and with it the connection
      if (size > maxBytes) throw new TooLargeError();
      chunks.push(chunk);
    }
  };
  const encoding = toEncoding(answer);
  if (encoding === "identity") await pipeline(answer.body, collect);
  else if (encoding === "gzip") await pipeline(answer.body, createGunzip(), collect);
  else {
    await pipeline(answer.body, () => {
      throw new Error(`the answer has content-encoding "${encoding}", which was not asked for`);
    });
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
};

/** How the body is packed. An empty body is not, whatever the header says of it. */
const toEncoding = ({ statusCode, headers }: ResponseData): string => {
  const isEmpty = statusCode === 204 || statusCode === 304 || headers["content-length"] === "0";
  return isEmpty ? "identity" : String(headers["content-encoding"] ?? "identity").toLowerCase();
};

const toHeaders = ({ headers }: ResponseData): Record<string, string> => {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) {
      joined[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
    }
  }
  return joined;
};
