import { Agent, type OutgoingHttpHeaders, request as httpRequest } from "node:http";
import { connect } from "node:net";

/** A request as it goes on the wire: nothing is tidied up. */
export interface WireRequest {
  readonly method: string;
  /** With the query, as it is sent. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** What came back, and how long it took. */
export interface WireAnswer {
  readonly status: number;
  /** Lower-case names; several of one name are joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly tookMs: number;
}

/** Sends requests to one server over kept connections. */
export interface WireClient {
  /** Rejects when there is no answer within `timeoutMs`, or the connection is cut without one. */
  send(request: WireRequest, timeoutMs: number): Promise<WireAnswer>;
  close(): void;
}

/** Makes a client for a server on loopback. An event stream counts as answered with its headers. */
export function createWireClient(port: number): WireClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  return {
    close: () => agent.destroy(),
    send: ({ body, headers, method, path }, timeoutMs) =>
      new Promise((resolve, reject) => {
        let startedMs = performance.now();
        const outgoing = httpRequest(
          { host: "127.0.0.1", port, method, path, headers, agent },
          (answer) => {
            const chunks: Buffer[] = [];
            const finish = (): void => {
              clearTimeout(timer);
              resolve({
                status: answer.statusCode ?? 0,
                headers: Object.fromEntries(
                  Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
                ),
                body: Buffer.concat(chunks).toString("utf8"),
                tookMs: performance.now() - startedMs,
              });
            };
            if (method === "GET" && answer.headers["content-type"] === "text/event-stream") {
              finish();
              outgoing.destroy();
              return;
            }
            answer.on("data", (chunk: Buffer) => chunks.push(chunk));
            answer.on("end", finish);
            answer.on("error", reject);
          },
        );
        const timer = setTimeout(() => {
          outgoing.destroy(new Error(`no answer to ${method} ${path.slice(0, 200)}`));
        }, timeoutMs);
        // waiting for one of our own connections is not the server's time
        outgoing.once("socket", () => (startedMs = performance.now()));
        outgoing.on("error", (error) => {
          clearTimeout(timer);
          reject(error);
        });
        outgoing.end(body);
      }),
  };
}

/** Writes bytes to a new connection, and gives all that came back until the server closed it. */
export function sendBytes(
  port: number,
  bytes: string | Buffer,
  timeoutMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let received = "";
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no end after: ${received}`)));
    socket.on("data", (chunk) => (received += chunk.toString("latin1")));
    socket.on("error", reject);
    socket.on("close", () => resolve(received));
    socket.write(bytes);
  });
}
