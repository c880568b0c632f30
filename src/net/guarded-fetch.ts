import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { buildConnector, Dispatcher } from "undici";
import type { HttpFailure } from "../core/http-client.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { isPublicAddress } from "./public-address.ts";

/** A document that a URL given by a client led to. Header names are lower case. */
export interface GuardedDocument {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Why no document was had. `forbidden` means that no packet was sent to the target. */
export type GuardedFetchFailure =
  | HttpFailure
  | { readonly kind: "forbidden"; readonly reason: "scheme" | "address" | "no_address" }
  | { readonly kind: "encoded" };

/** How to reach the network; tests replace the resolver and the last hop, nothing else does. */
export interface GuardedFetchSettings {
  /** Every address of a host name. Default: the system's resolver. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Where a connection to a checked address really goes. Default: to that address. */
  readonly dial?: (
    address: string,
    port: number,
  ) => { readonly host: string; readonly port: number };
  /** Certificates to trust in place of the system's, PEM. */
  readonly ca?: string;
  /** From the call to the last byte. Default 4,000 ms. */
  readonly timeoutMs?: number;
  /** The most bytes of body. Default 10,240. */
  readonly maxBytes?: number;
}

/** Fetches documents from URLs that strangers name. */
export interface GuardedFetch {
  fetch(url: URL, signal?: AbortSignal): Promise<Result<GuardedDocument, GuardedFetchFailure>>;
}

/**
 * Creates a fetcher that cannot be turned against the network it runs in (OWASP SSRF; draft-ietf-oauth
 * client-id-metadata-document §6.5): https only; every address that the name resolves to must be
 * public; the connection goes to exactly those addresses, so a second DNS answer changes nothing
 * (rebinding); redirects are not followed; the answer must not be compressed and is cut at `maxBytes`;
 * the whole exchange has one deadline.
 */
export function createGuardedFetch(settings: GuardedFetchSettings = {}): GuardedFetch {
  const resolve = settings.resolve ?? resolveWithSystem;
  const timeoutMs = settings.timeoutMs ?? 4_000;
  return {
    fetch: async (url, callerSignal) => {
      if (url.protocol !== "https:" || url.username !== "" || url.password !== "") {
        return fail({ kind: "forbidden", reason: "scheme" });
      }
      const deadline = AbortSignal.timeout(timeoutMs);
      const signal =
        callerSignal === undefined ? deadline : AbortSignal.any([deadline, callerSignal]);
      try {
        const addresses = await raceAbort(findAddresses(url.hostname, resolve), signal);
        if (addresses.length === 0) {
          return fail({ kind: "forbidden", reason: "no_address" });
        }
        if (!addresses.every(isPublicAddress)) {
          return fail({ kind: "forbidden", reason: "address" });
        }
        return await exchange({ url, addresses, signal, settings });
      } catch (error) {
        if (callerSignal?.aborted === true) {
          return fail({ kind: "aborted" });
        }
        return fail(
          deadline.aborted ? { kind: "timeout", timeoutMs } : { kind: "unreachable", cause: error },
        );
      }
    },
  };
}

interface Exchange {
  readonly url: URL;
  readonly addresses: readonly string[];
  readonly signal: AbortSignal;
  readonly settings: GuardedFetchSettings;
}

async function exchange(given: Exchange): Promise<Result<GuardedDocument, GuardedFetchFailure>> {
  // undici costs 60 ms to import: only a server that meets such a client pays for it.
  const { Client } = await import("undici");
  const client = new Client(given.url.origin, {
    connect: await pinnedConnector(given),
    pipelining: 0,
    maxHeaderSize: 8_192,
  });
  try {
    const answer = await client.request({
      method: "GET",
      path: `${given.url.pathname}${given.url.search}`,
      headers: {
        accept: "application/json",
        "accept-encoding": "identity",
        "user-agent": "ghl-mcp (client metadata)",
      },
      signal: given.signal,
    });
    return await readDocument(answer, given.settings.maxBytes ?? 10_240);
  } finally {
    await client.destroy();
  }
}

async function readDocument(
  answer: Dispatcher.ResponseData,
  maxBytes: number,
): Promise<Result<GuardedDocument, GuardedFetchFailure>> {
  const headers = flattenHeaders(answer.headers);
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    answer.body.on("error", () => {}).destroy();
    return fail({ kind: "encoded" });
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      answer.body.on("error", () => {}).destroy();
      return fail({ kind: "too_large", maxBytes });
    }
    chunks.push(chunk);
  }
  return ok({ status: answer.statusCode, headers, body: Buffer.concat(chunks).toString("utf8") });
}

/** A connector that ignores the name's DNS entry and tries the checked addresses in turn. */
async function pinnedConnector(given: Exchange): Promise<buildConnector.connector> {
  const { buildConnector: build } = await import("undici");
  const { ca } = given.settings;
  const connect = build(ca === undefined ? {} : { ca });
  const dial = given.settings.dial ?? ((host, port) => ({ host, port }));
  const servername =
    isIP(bareHost(given.url.hostname)) === 0 ? { servername: given.url.hostname } : {};
  const port = Number(given.url.port === "" ? 443 : given.url.port);
  return (options, callback) => {
    const attempt = (index: number): void => {
      const target = dial(given.addresses[index] ?? "", port);
      const pinned = {
        ...options,
        ...servername,
        hostname: target.host,
        port: String(target.port),
      };
      connect(pinned, (...outcome) => {
        const [error] = outcome;
        if (error !== null && index + 1 < given.addresses.length && !given.signal.aborted) {
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
