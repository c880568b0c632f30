import type * as Undici from "undici";
import packageJson from "../../package.json" with { type: "json" };
import type { HttpClient, HttpFailure, HttpRequest, HttpResponse } from "../core/http-client.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type Soon, trySoon } from "../core/soon.ts";
import { collectAnswer, type CollectedAnswer, type Uncollected } from "./collect-answer.ts";
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
  let opening: Promise<Network> | undefined;
  let opened: Network | undefined;
  const open = (): Promise<Network> =>
    (opening ??= openNetwork().then((network) => (opened = network)));
  return {
    open: async () => {
      await open();
    },
    send: (request) => {
      if (opened !== undefined) return exchange(opened, request, userAgent);
      return open().then((made) => exchange(made, request, userAgent));
    },
    close: async () => {
      await (await opening)?.agent.close();
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

const exchange = (
  { undici, agent }: Network,
  request: HttpRequest,
  userAgent: string,
): Promise<Result<HttpResponse, HttpFailure>> =>
  new Promise((resolve, reject) => {
    const { origin, pathname, search } = new URL(request.url);
    const { signal, timeoutMs, maxBytes } = request;
    const onEnd = (answer: CollectedAnswer | Uncollected): void => {
      void trySoon<Result<HttpResponse, HttpFailure>, void>(
        () =>
          "kind" in answer ? toFailure(undici, request, answer) : toResponse(answer, maxBytes),
        resolve,
        reject,
      );
    };
    collectAnswer(
      agent,
      {
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
        signal,
      },
      onEnd,
    );
  });

const toResponse = (
  answer: CollectedAnswer,
  maxBytes: number,
): Soon<Result<HttpResponse, HttpFailure>> =>
  trySoon<Result<string, "too_large">, Result<HttpResponse, HttpFailure>>(
    () => decodeBody(answer, maxBytes),
    (body) =>
      body.ok
        ? ok({ status: answer.status, headers: answer.headers, body: body.value })
        : fail({ kind: "too_large", maxBytes }),
    (cause) => fail({ kind: "unreachable", cause }),
  );

/** Names and values take turns, as undici reads them soonest. */
const withDefaultHeaders = (given: HttpRequest["headers"], userAgent: string): string[] => {
  const headers: string[] = [];
  let [namesItself, saysEncoding] = [false, false];
  for (const written in given) {
    const value = given[written];
    const name = written.toLowerCase();
    if (value === undefined) continue;
    headers.push(name, value);
    namesItself ||= name === "user-agent";
    saysEncoding ||= name === "accept-encoding";
  }
  if (!namesItself) headers.push("user-agent", userAgent);
  if (!saysEncoding) headers.push("accept-encoding", "gzip");
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
