import { connect, createServer, type Server, type Socket } from "node:net";

/** A TCP proxy in front of a server that a test takes away and gives back. */
export interface BreakableProxy {
  readonly port: number;
  /** As when the server was stopped: connections break, new ones are refused. */
  stop(): Promise<void>;
  /** As when the network swallows everything: connections stay, and nothing comes back. */
  hang(): void;
  /** The server is there again. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a proxy in front of `target`. */
export async function startBreakableProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<BreakableProxy> {
  const sockets = new Set<Socket>();
  let isHanging = false;

  const accept = (inner: Socket): void => {
    const outer = connect(target);
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(socket);
      socket.on("data", (chunk) => {
        if (!isHanging) other.write(chunk);
      });
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  };
  const listen = (port: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const opened = createServer(accept);
      opened.once("error", reject);
      opened.listen(port, "127.0.0.1", () => resolve(opened));
    });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  let server: Server | undefined = await listen(0);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const { port } = address;
  const stop = async (): Promise<void> => {
    const stopping = server;
    server = undefined;
    cut();
    if (stopping !== undefined) await new Promise((resolve) => stopping.close(resolve));
  };
  return {
    port,
    stop,
    hang: () => {
      isHanging = true;
    },
    restore: async () => {
      if (isHanging) cut();
      isHanging = false;
      server ??= await listen(port);
    },
    close: stop,
  };
}
