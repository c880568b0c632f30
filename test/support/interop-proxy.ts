import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** A loopback address under which a protected server needs no token. */
export interface TokenProxy {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts a proxy that adds an access token, for test suites that cannot send one. A Host or Origin
 * that is the proxy's own becomes the target's; a foreign one stays, for the target to refuse.
 */
export async function startTokenProxy(target: URL, accessToken: string): Promise<TokenProxy> {
  const server = createServer((incoming, response) => {
    const own = `localhost:${port}`;
    const { host, origin } = incoming.headers;
    const outgoing = request(
      {
        host: "127.0.0.1",
        port: target.port,
        path: incoming.url,
        method: incoming.method,
        headers: {
          ...incoming.headers,
          authorization: `Bearer ${accessToken}`,
          ...(host === own ? { host: target.host } : {}),
          ...(origin === `http://${own}` ? { origin: target.origin } : {}),
        },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    outgoing.on("error", () => response.destroy());
    response.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}${target.pathname}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
