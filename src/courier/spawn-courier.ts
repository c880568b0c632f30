import { spawn } from "node:child_process";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { HttpRequest } from "../core/http-client.ts";
import { fail } from "../core/result.ts";
import type { Logger } from "../core/logger.ts";
import type { Carried, RefreshCourier } from "../upstream/refresh-courier.ts";
import type { RotationSlot } from "../upstream/seal-rotation.ts";
import type { CourierLine, CourierOrder } from "./order.ts";

// The sources run as they are, the package as JavaScript: the program has the ending of this file.
const PROGRAM = fileURLToPath(
  new URL(`courier-process${extname(import.meta.url)}`, import.meta.url),
);
/** Each is a process of about 50 MB for as long as GoHighLevel takes; what comes beyond goes without. */
const MAX_AT_ONCE = 4;
/** For the start of a process on a machine under load, beside the time of the request itself. */
const MORE_THAN_REQUEST_MS = 3_000;

/**
 * Makes couriers that are processes of their own (ADR 11). Where none can be started, a refresh goes
 * without one.
 */
export const createProcessCourier = (deps: {
  readonly spoolDir: string;
  readonly log: Logger;
}): RefreshCourier => {
  let underWay = 0;
  return {
    carry: async (request, slot) => {
      if (underWay >= MAX_AT_ONCE) return undefined;
      underWay += 1;
      try {
        const carried = await send(toOrder(request, slot, deps.spoolDir), request.timeoutMs);
        if (carried === undefined) deps.log.warn("no process could be started for a refresh");
        return carried;
      } finally {
        underWay -= 1;
      }
    },
  };
};

const toOrder = (request: HttpRequest, slot: RotationSlot, spoolDir: string): CourierOrder => {
  const { method, url, headers = {}, body, timeoutMs, maxBytes } = request;
  if (typeof body !== "string") throw new TypeError("a courier carries text alone");
  return { request: { method, url, headers, body, timeoutMs, maxBytes }, slot, spoolDir };
};

const send = (order: CourierOrder, timeoutMs: number): Promise<Carried | undefined> => {
  const { promise, resolve } = Promise.withResolvers<Carried | undefined>();
  const flags = process.execArgv.filter((flag) => !flag.startsWith("--inspect"));
  // In a session of its own: what ends the server's group does not end it.
  const child = spawn(process.execPath, [...flags, PROGRAM], {
    detached: true,
    windowsHide: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let isSending = false;
  const end = (): void => {
    // Not sent: the caller may send it. Sent: nobody knows what became of it.
    const failure = { kind: "timeout", timeoutMs } as const;
    resolve(isSending ? { sent: fail(failure), isSpooled: false } : undefined);
  };
  const timer = setTimeout(() => {
    isSending = true;
    end();
  }, timeoutMs + MORE_THAN_REQUEST_MS);
  createInterface({ input: child.stdout }).on("line", (text) => {
    // Our own program writes these lines.
    const line = JSON.parse(text) as CourierLine;
    if (line.kind === "sending") isSending = true;
    else resolve({ sent: line.sent, isSpooled: line.isSpooled });
  });
  child.once("error", end);
  child.once("close", end);
  // A child that ends before it has read its order has sent nothing.
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify(order));
  return promise.finally(() => clearTimeout(timer));
};
