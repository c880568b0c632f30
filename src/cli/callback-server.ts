import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type TlsPair, toTlsOptions } from "../core/tls-pair.ts";
import { toListenError } from "./check-port.ts";

/** What the browser brought back from GoHighLevel. */
export interface BrowserCallback {
  readonly query: URLSearchParams;
  readonly cookies: ReadonlyMap<string, string>;
}

/** The page that ends the sign-in in the browser. Fixed texts of ours only. */
export interface ClosingPage {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  /** A cookie that has done its work. */
  readonly clearCookie?: string;
}

/** How the listener is set up. */
export interface CallbackServerOptions {
  readonly address: { readonly host: string; readonly port: number };
  readonly redirectUri: string;
  /** The certificate, where this machine serves TLS itself. Absent: plain HTTP. */
  readonly tls?: TlsPair;
  /** Where the browser begins; nobody else can guess it. */
  readonly startPath: string;
  /** Where the start sends the browser, and the cookie that binds the sign-in to this browser. */
  readonly authorizeUrl: string;
  readonly cookie: {
    readonly name: string;
    readonly value: string;
    readonly maxAgeSeconds: number;
  };
  complete(callback: BrowserCallback): Promise<ClosingPage>;
}

/** A listener that waits for the browser. */
export interface CallbackServer {
  /** The address that the person opens first: it sets the binding cookie. */
  readonly startUrl: string;
  close(): Promise<void>;
}

/** Listens for the callback of one sign-in. Throws `AppError("port_in_use")`. */
export const openCallbackServer = async (
  options: CallbackServerOptions,
): Promise<CallbackServer> => {
  const front = (request: IncomingMessage, response: ServerResponse): void => {
    answer(options, request, response).catch(() => {
      if (!response.headersSent) sendPage(response, BROKEN);
    });
  };
  const { tls } = options;
  const server =
    tls === undefined ? createServer(front) : createTlsServer(toTlsOptions(tls), front);
  server.listen({ ...options.address, exclusive: true });
  try {
    await once(server, "listening");
  } catch (cause) {
    throw toListenError(cause, options.address);
  }
  return {
    startUrl: new URL(options.startPath, options.redirectUri).href,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
};

const answer = async (
  options: CallbackServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const url = URL.parse(request.url ?? "", "http://localhost");
  if (request.method !== "GET" || url === null) {
    sendPage(response, { status: 405, title: "Not allowed", text: "Only GET works here." });
  } else if (url.pathname === options.startPath) {
    response.writeHead(302, {
      ...HEADERS,
      location: options.authorizeUrl,
      "set-cookie": toSetCookie(
        options.cookie.name,
        options.cookie.value,
        options.cookie.maxAgeSeconds,
      ),
    });
    response.end();
  } else if (url.pathname === new URL(options.redirectUri).pathname) {
    const cookies = readCookies(request.headers.cookie ?? "");
    sendPage(response, await options.complete({ query: url.searchParams, cookies }));
  } else {
    sendPage(response, { status: 404, title: "Not found", text: "Nothing is here." });
  }
};

const BROKEN: ClosingPage = {
  status: 500,
  title: "Something went wrong",
  text: "The terminal says more. You can close this page.",
};

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  // Without it the browser's idle connection would hold up the end of the command.
  connection: "close",
} as const;

const sendPage = (response: ServerResponse, page: ClosingPage): void => {
  response.writeHead(page.status, {
    ...HEADERS,
    "content-type": "text/html; charset=utf-8",
    ...(page.clearCookie === undefined
      ? {}
      : { "set-cookie": toSetCookie(page.clearCookie, "", 0) }),
  });
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${page.title}</title><h1>${page.title}</h1><p>${page.text}</p></html>\n`,
  );
};

const toSetCookie = (name: string, value: string, maxAgeSeconds: number): string =>
  `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; Secure; HttpOnly; SameSite=Lax`;

const readCookies = (header: string): ReadonlyMap<string, string> =>
  new Map(
    header.split(";").flatMap((part) => {
      const equals = part.indexOf("=");
      return equals < 0 ? [] : [[part.slice(0, equals).trim(), part.slice(equals + 1).trim()]];
    }),
  );
