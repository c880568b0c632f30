import { type Agent, request as httpRequest } from "node:http";

/** A request of which every part can be chosen. */
export interface RawRequest {
  readonly method?: string;
  /** With the query, as it is sent. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The loopback address that it comes from: `127.x.y.z`. */
  readonly from?: string;
  /** Send the body in chunks, so that its length is not announced. */
  readonly chunked?: boolean;
  /** Keeps connections; without one, each request has its own. */
  readonly agent?: Agent;
}

/** What came back. */
export interface RawAnswer {
  readonly status: number;
  /** Lower-case names; several of one name are joined by a line break. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** Sends a request to a server on 127.0.0.1, and follows nothing. */
export function sendRaw(port: number, request: RawRequest): Promise<RawAnswer> {
  const { body, chunked = false, from = "127.0.0.1", headers = {}, method = "GET" } = request;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: "127.0.0.1",
        port,
        method,
        path: request.path,
        localAddress: from,
        agent: request.agent ?? false,
        setHost: false,
        headers: {
          host: `localhost:${port}`,
          ...(body === undefined || chunked
            ? {}
            : { "content-length": String(Buffer.byteLength(body)) }),
          ...headers,
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(answer.headers).map(([name, value]) => [
                name,
                Array.isArray(value) ? value.join("\n") : value,
              ]),
            ),
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Posts JSON from an address. */
export const postJsonFrom = (
  port: number,
  from: string,
  sent: { readonly path: string; readonly body: unknown },
): Promise<RawAnswer> =>
  sendRaw(port, {
    method: "POST",
    path: sent.path,
    from,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(sent.body),
  });

/** Posts a form from an address. */
export const postFormFrom = (
  port: number,
  from: string,
  sent: { readonly path: string; readonly fields: Readonly<Record<string, string>> },
): Promise<RawAnswer> =>
  sendRaw(port, {
    method: "POST",
    path: sent.path,
    from,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(sent.fields).toString(),
  });

/** Makes `count` requests, `width` of them at a time, and gives their answers in order. */
export async function sendMany<Value>(
  count: number,
  width: number,
  send: (index: number) => Promise<Value>,
): Promise<readonly Value[]> {
  const values: Value[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      values[index] = await send(index);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return values;
}
