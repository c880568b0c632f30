import type { Duplex } from "node:stream";
import { Socket } from "node:net";

/**
 * Answers what is not HTTP, or too much of it, and closes. Node's own handler cuts the connection at
 * once, and then most clients see a reset in place of the 431.
 */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === "ECONNRESET" || !(socket instanceof Socket) || isSpent(socket)) {
    socket.destroy();
    return;
  }
  // The rest of what was sent brings more of the same error: it was answered already.
  if (socket.writableEnded) return;
  const status = STATUS_LINES[error.code ?? ""] ?? "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  socket.resume();
};

const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Payload Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

const LINGER_MS = 2000;
const MAX_BYTES = 16 * 1024 * 1024;

const isSpent = (socket: Socket): boolean =>
  socket.destroyed || (!socket.writable && !socket.writableEnded) || socket.bytesRead > MAX_BYTES;
