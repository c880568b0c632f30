import { once } from "node:events";
import { createServer } from "node:net";
import { AppError } from "../core/errors.ts";

/** Where a command listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** What sets the port of this command; absent: "--port or PORT". */
  readonly setBy?: string;
}

/**
 * Throws `AppError("port_in_use")` if the address is taken, before anything is created that a refused
 * start would leave behind. The port can still be lost between this and the real listening.
 */
export const checkPortFree = async (address: ListenAddress): Promise<void> => {
  const { host, port } = address;
  const probe = createServer();
  probe.listen({ host, port, exclusive: true });
  try {
    await once(probe, "listening");
  } catch (cause) {
    throw toListenError(cause, address);
  }
  probe.close();
  await once(probe, "close");
};

/** The error for an address that cannot be listened on. */
export const toListenError = (
  cause: unknown,
  { host, port, setBy = "--port or PORT" }: ListenAddress,
): AppError => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "EACCES") {
    return new AppError(
      "port_in_use",
      `port ${port} may not be used by this user; choose one from 1024 on with ${setBy}`,
      { cause },
    );
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new AppError(
      "config_invalid",
      `HOST: "${host}" is not an address of this machine; give one that is, such as 127.0.0.1`,
      { cause },
    );
  }
  return new AppError(
    "port_in_use",
    `port ${port} on ${host} is in use; stop the program that listens there, or choose another with ${setBy}`,
    { cause },
  );
};
