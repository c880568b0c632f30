import type { Server } from "node:http";
import { AppError } from "../core/errors.ts";

/** Where to listen. Port 0 takes a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Starts listening. Throws `AppError("port_in_use")` with what to do where the address is taken. */
export const listenOn = (
  server: Server,
  address: ListenAddress,
): Promise<{ readonly port: number }> =>
  new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(explain(error, address));
    server.once("error", onError);
    server.listen(address.port, address.host, () => {
      server.off("error", onError);
      const bound = server.address();
      resolve({ port: typeof bound === "object" && bound !== null ? bound.port : address.port });
    });
  });

const explain = (error: NodeJS.ErrnoException, { host, port }: ListenAddress): Error => {
  const at = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  switch (error.code) {
    case "EADDRINUSE":
      return new AppError(
        "port_in_use",
        `another program listens on ${at}: stop it, or set PORT to another port`,
        { cause: error },
      );
    case "EACCES":
      return new AppError(
        "port_in_use",
        `this user may not listen on ${at}: set PORT to a port above 1023`,
        { cause: error },
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new AppError(
        "config_invalid",
        `this machine has no address "${host}": set HOST to 127.0.0.1 or 0.0.0.0`,
        { cause: error },
      );
    default:
      return error;
  }
};
