import type { IncomingHttpHeaders } from "node:http";
import type { MetricsAccess } from "../core/metrics.ts";

/** Whether a request may read the metrics; if not, why. */
export type ReaderVerdict = "allowed" | "not_this_machine" | "no_token";

/** What a request is judged by. */
export interface MetricsReader {
  /** Whether the connection itself comes from a loopback address. */
  readonly fromThisMachine: boolean;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Judges who wants the metrics. `loopback`: the connection, the Host and the absence of every header
 * that a proxy adds must all say so, because a proxy on this machine connects from a loopback address for
 * the whole world, and a page of any site can make a browser here connect. No header ever makes a
 * stranger local. `token`: the token, from wherever.
 */
export const judgeMetricsReader = (
  access: MetricsAccess,
  { fromThisMachine, headers }: MetricsReader,
  equal: (a: string, b: string) => boolean,
): ReaderVerdict => {
  if (access.mode === "token") {
    const sent = BEARER.exec(headers.authorization ?? "")?.[1];
    return sent !== undefined && equal(sent, access.token.reveal()) ? "allowed" : "no_token";
  }
  const isProxied = PROXY_HEADERS.some((name) => headers[name] !== undefined);
  return fromThisMachine && !isProxied && LOOPBACK_HOST.test(headers.host ?? "")
    ? "allowed"
    : "not_this_machine";
};

const BEARER = /^bearer +(\S+)$/iu;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/iu;

/** What common proxies and load balancers add, in any setup. */
const PROXY_HEADERS = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-server",
  "x-real-ip",
  "cf-connecting-ip",
  "true-client-ip",
] as const;
