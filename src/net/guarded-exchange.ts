import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { buildConnector, Dispatcher } from "undici";
import { fail, ok, type Result } from "../core/result.ts";
import { isPublicAddress } from "./public-address.ts";

/** How to reach the network; tests replace the resolver and the last hop, nothing else does. */
export interface GuardedSettings {
  /** Every address of a host name. Default: the system's resolver. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Where a connection to a checked address really goes. Default: to that address. */
  readonly dial?: (
    address: string,
    port: number,
  ) => { readonly host: string; readonly port: number };
  /** Certificates to trust in place of the system's, PEM. */
  readonly ca?: string;
}

/** One GET of a URL that a stranger named. */
export interface GuardedRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The most bytes of body, where it depends on what the headers of the answer say of it. */
  readonly maxBytes: number | ((headers: Readonly<Record<string, string>>) => number);
  /** Takes the body piece by piece, where it should not be held in memory; `bytes` is empty then. */
  readonly take?: (chunk: Uint8Array) => Promise<void>;
  readonly signal: AbortSignal;
  readonly settings: GuardedSettings;
}

/** What came back. Header names are lower case. The body is read for a 200 only. */
export interface GuardedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Why the answer was not taken. `forbidden` means that no packet was sent to the target. */
export type GuardedRefusal =
  | { readonly kind: "forbidden"; readonly reason: "scheme" | "address" | "no_address" }
  | { readonly kind: "encoded" }
  | { readonly kind: "too_large"; readonly maxBytes: number };

/**
 * Sends one request that cannot be turned against the network it starts in (OWASP SSRF): https only;
 * every address that the name resolves to must be public; the connection goes to exactly those
 * addresses, so a second DNS answer changes nothing (rebinding); redirects are given back, not
 * followed; the answer must not be compressed and is cut at `maxBytes`. Throws when the network fails or
 * the signal aborts.
 */
export async function sendGuarded(
  request: GuardedRequest,
): Promise<Result<GuardedAnswer, GuardedRefusal>> {
  const { url, signal } = request;
  if (url.protocol !== "https:" || url.username !== "" || url.password !== "") {
    return fail({ kind: "forbidden", reason: "scheme" });
  }
  const resolve = request.settings.resolve ?? resolveWithSystem;
  const addresses = await raceAbort(findAddresses(url.hostname, resolve), signal);
  if (addresses.length === 0) return fail({ kind: "forbidden", reason: "no_address" });
  if (!addresses.every(isPublicAddress)) return fail({ kind: "forbidden", reason: "address" });
  return exchange(request, addresses);
}

async function exchange(
  request: GuardedRequest,
  addresses: readonly string[],
): Promise<Result<GuardedAnswer, GuardedRefusal>> {
  const { url, signal } = request;
  // undici costs 60 ms to import: only a server that meets such a client pays for it.
  const { Client } = await import("undici");
  const client = new Client(url.origin, {
    connect: await pinnedConnector(request, addresses),
    pipelining: 0,
    maxHeaderSize: 8_192,
  });
  try {
    const answer = await client.request({
      method: "GET",
      path: `${url.pathname}${url.search}`,
      headers: { ...request.headers, "accept-encoding": "identity" },
      signal,
    });
    return await readAnswer(answer, request);
  } finally {
    await client.destroy();
  }
}

async function readAnswer(
  { statusCode: status, headers: raw, body }: Dispatcher.ResponseData,
  request: GuardedRequest,
): Promise<Result<GuardedAnswer, GuardedRefusal>> {
  const headers = flattenHeaders(raw);
  const drop = (): void => void body.on("error", () => {}).destroy();
  if (status !== 200) {
    drop();
    return ok({ status, headers, bytes: new Uint8Array() });
  }
  if ((headers["content-encoding"]?.toLowerCase() ?? "identity") !== "identity") {
    drop();
    return fail({ kind: "encoded" });
  }
  const maxBytes =
    typeof request.maxBytes === "number" ? request.maxBytes : request.maxBytes(headers);
  const chunks: Uint8Array[] = [];
  const take = request.take ?? hold(chunks);
  let size = 0;
  // What says itself that it is too long is not waited for.
  if (Number(headers["content-length"] ?? 0) > maxBytes) {
    drop();
    return fail({ kind: "too_large", maxBytes });
  }
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      drop();
      return fail({ kind: "too_large", maxBytes });
    }
    await take(chunk);
  }
  return ok({ status, headers, bytes: Buffer.concat(chunks) });
}

function hold(chunks: Uint8Array[]): (chunk: Uint8Array) => Promise<void> {
  return (chunk) => {
    chunks.push(chunk);
    return Promise.resolve();
  };
}

/** A connector that ignores the name's DNS entry and tries the checked addresses in turn. */
async function pinnedConnector(
  { url, signal, settings }: GuardedRequest,
  addresses: readonly string[],
): Promise<buildConnector.connector> {
  const { buildConnector: build } = await import("undici");
  const connect = build(settings.ca === undefined ? {} : { ca: settings.ca });
  const dial = settings.dial ?? ((host, port) => ({ host, port }));
  const servername = isIP(bareHost(url.hostname)) === 0 ? { servername: url.hostname } : {};
  const port = Number(url.port === "" ? 443 : url.port);
  return (options, callback) => {
    const attempt = (index: number): void => {
      const target = dial(addresses[index] ?? "", port);
      const pinned = {
        ...options,
        ...servername,
        hostname: target.host,
        port: String(target.port),
      };
      connect(pinned, (...outcome) => {
        const [error] = outcome;
        if (error !== null && index + 1 < addresses.length && !signal.aborted) {
          attempt(index + 1);
          return;
        }
        callback(...outcome);
      });
    };
    attempt(0);
  };
}

async function findAddresses(
  hostname: string,
  resolve: (host: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const host = bareHost(hostname);
  return isIP(host) === 0 ? resolve(host) : [host];
}

/** A URL's hostname without the brackets of an IPv6 address. */
function bareHost(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

async function resolveWithSystem(host: string): Promise<readonly string[]> {
  const answers = await lookup(host, { all: true });
  return answers.map((answer) => answer.address);
}

/** `getaddrinfo` cannot be cancelled, but waiting for it can end. */
function raceAbort<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  return Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    }),
  ]);
}

function flattenHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}
