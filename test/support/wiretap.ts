import { createServer, type IncomingMessage, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** One request and its answer, as they crossed the wire. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Request line, header values and body in one text, to be searched. */
  readonly sent: string;
  readonly status: number;
  /** Status line, header values and body in one text, to be searched. */
  readonly received: string;
  /** The body of the answer. */
  readonly body: string;
}

/** A proxy on loopback that keeps all that passes. */
export interface Wiretap {
  readonly url: string;
  /** Where requests go on to; set before the first one. */
  setTarget(url: string): void;
  exchanges(): readonly Exchange[];
  /** Runs before each request from now on goes on, which waits for it. */
  before(act: (request: { readonly path: string; readonly body: string }) => Promise<void>): void;
  /** Changes the bodies of answers from now on; an answer waits for its new body. */
  rewrite(
    change: (answer: { readonly path: string; readonly body: string }) => string | Promise<string>,
  ): void;
  close(): Promise<void>;
}

/** Starts a proxy. The Host header passes unchanged. */
export async function startWiretap(): Promise<Wiretap> {
  const exchanges: Exchange[] = [];
  let target = "";
  let act: Parameters<Wiretap["before"]>[0] = async () => undefined;
  let change: Parameters<Wiretap["rewrite"]>[0] = ({ body }) => body;
  const server: Server = createServer((incoming, outgoing) => {
    const forward = async (): Promise<void> => {
      const body = await readAll(incoming);
      await act({ path: incoming.url ?? "", body: body.toString() });
      const answer = await send(target, incoming, body);
      const text = await change({
        path: incoming.url ?? "",
        body: (await readAll(answer)).toString(),
      });
      exchanges.push({
        method: incoming.method ?? "",
        path: incoming.url ?? "",
        sent: [incoming.method, incoming.url, ...incoming.rawHeaders, body.toString()].join("\n"),
        status: answer.statusCode ?? 0,
        received: [answer.statusCode, ...answer.rawHeaders, text].join("\n"),
        body: text,
      });
      const headers = { ...answer.headers };
      // The length may have changed; node:http counts anew.
      delete headers["content-length"];
      delete headers["transfer-encoding"];
      outgoing.writeHead(answer.statusCode ?? 502, headers);
      outgoing.end(text);
    };
    forward().catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server that listens has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    setTarget: (url) => {
      target = url;
    },
    before: (next) => {
      act = next;
    },
    rewrite: (next) => {
      change = next;
    },
    exchanges: () => exchanges,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function send(target: string, from: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const { hostname, port } = new URL(target);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        hostname,
        port,
        method: from.method,
        path: from.url,
        headers: { ...from.headers, connection: "close" },
        agent: false,
      },
      resolve,
    );
    request.on("error", reject);
    request.end(body);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
