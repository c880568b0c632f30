import { Agent, type IncomingMessage, request as sendRequest } from "node:http";
import { type Era, type McpCall, toMcpRequest } from "../measure/mcp-requests.ts";

/** An answer, read to its end. */
export interface WireAnswer {
  readonly status: number;
  readonly text: string;
}

/** Who asks, and how. */
export interface WireOptions {
  readonly era: Era;
  readonly token: string;
  /** `/mcp` unless said otherwise. */
  readonly path?: string;
  /** On a connection of its own, closed after the answer. */
  readonly isNewConnection?: boolean;
  readonly signal?: AbortSignal;
}

/** Three times what a call may take in all. */
const SILENCE_MS = 90_000;

const kept = new Agent({ keepAlive: true, maxSockets: 64 });

/** Sends one call. Rejects where the connection fails or falls silent, or the signal aborts. */
export const callServer = (
  publicUrl: string,
  call: McpCall,
  { era, token, path: given, isNewConnection = false, signal }: WireOptions,
): Promise<WireAnswer> => {
  const { path, headers, body } = toMcpRequest(call, { era, token });
  return new Promise<WireAnswer>((resolve, reject) => {
    const request = sendRequest(
      publicUrl + (given ?? path),
      {
        method: "POST",
        headers: { ...headers, "content-length": Buffer.byteLength(body) },
        agent: isNewConnection ? false : kept,
        timeout: SILENCE_MS,
        ...(signal !== undefined && { signal }),
      },
      (response) => void readText(response).then(resolve, reject),
    );
    request.once("timeout", () => request.destroy(new Error(`silent for ${SILENCE_MS} ms`)));
    request.once("error", reject);
    request.end(body);
  });
};

const readText = async (response: IncomingMessage): Promise<WireAnswer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
};

/** Closes the connections that were kept. */
export const closeConnections = (): void => kept.destroy();
