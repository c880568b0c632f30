import type { IncomingMessage, Server, ServerOptions } from "node:http";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Logger } from "../core/logger.ts";
import { type TlsPair, toTlsOptions } from "../core/tls-pair.ts";
import type { BasedResponse } from "./based-response.ts";

/** A server that speaks TLS alone. */
export interface TlsServer {
  readonly server: Server;
  /** Serves another pair to connections that come from now on; open ones go on as they are. */
  use(pair: TlsPair): void;
}

/** From the connection to the end of the handshake: a client that drips it is cut off. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * Makes an HTTPS server that serves `pair`. Whoever does not get through the handshake, such as a client
 * that speaks plain HTTP, is cut off without an answer, which it could not read.
 */
export const createTlsServer = (
  options: ServerOptions<typeof IncomingMessage, typeof BasedResponse> & {
    readonly pair: TlsPair;
    readonly log: Logger;
  },
  front: (request: IncomingMessage, response: BasedResponse) => void,
): TlsServer => {
  const { pair, log, ...rest } = options;
  const server = createServer(
    { ...rest, ...toTlsOptions(pair), handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
    front,
  );
  // Before the listener of Node, which would have the failed handshake answered in plain HTTP.
  server.prependListener("tlsClientError", (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    socket.destroy();
    // Everybody can cause it, as often as they like: a flood must not be one of log lines.
    log.debug("a TLS handshake failed", { reason: error.code ?? "unknown" });
  });
  cutHandshakes(server);
  return {
    server,
    use: (next) => server.setSecureContext(toTlsOptions(next)),
  };
};

/** A connection in its handshake is none of HTTP yet, and would keep the closing server open. */
const cutHandshakes = (server: Server): void => {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const closeAll = server.closeAllConnections.bind(server);
  server.closeAllConnections = () => {
    closeAll();
    for (const socket of sockets) socket.destroy();
  };
};
