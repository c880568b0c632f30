import { Agent, type IncomingMessage, request as sendRequest } from "node:http";
import { createInterface } from "node:readline";

/** A client of the legacy HTTP+SSE transport that is connected and waits. */
export interface SseClient {
  /** Asks something and gives the answer's text. */
  ask(method: string, params?: Readonly<Record<string, unknown>>): Promise<string>;
  close(): void;
}

const posting = new Agent({ keepAlive: true, maxSockets: 8 });

/** Opens the event stream and initializes, as such clients do. Rejects where the server refuses. */
export const openSseClient = async (publicUrl: string, token: string): Promise<SseClient> => {
  const headers = { authorization: `Bearer ${token}` };
  const stream = await open(`${publicUrl}/sse`, headers);
  const waiting = new Map<number, (text: string) => void>();
  let found: (address: string) => void = () => undefined;
  const address = new Promise<string>((resolve) => (found = resolve));
  createInterface(stream).on("line", (line) => {
    if (!line.startsWith("data: ")) return;
    const data = line.slice("data: ".length);
    if (!data.startsWith("{")) return found(data);
    const { id } = JSON.parse(data) as { readonly id?: number };
    if (id !== undefined) waiting.get(id)?.(data);
  });
  // A stream that the server cuts at its end.
  stream.on("error", () => undefined);
  const url = publicUrl + (await address);
  let asked = 0;
  const ask: SseClient["ask"] = async (method, params = {}) => {
    asked += 1;
    const id = asked;
    const answered = new Promise<string>((resolve) => waiting.set(id, resolve));
    await post(url, headers, { jsonrpc: "2.0", id, method, params });
    const text = await answered;
    waiting.delete(id);
    return text;
  };
  await ask("initialize", {
    protocolVersion: "2024-11-05",
    capabilities: {},
    clientInfo: { name: "ghl-mcp-bench", version: "1.0.0" },
  });
  await post(url, headers, { jsonrpc: "2.0", method: "notifications/initialized" });
  return { ask, close: () => stream.destroy() };
};

/** Closes the connections that messages were sent on. */
export const closePosting = (): void => posting.destroy();

type Headers = Readonly<Record<string, string>>;

const open = (url: string, headers: Headers): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = sendRequest(url, { headers, agent: false }, (response) => {
      if (response.statusCode === 200) resolve(response);
      else reject(new Error(`an event stream was refused: ${response.statusCode}`));
    });
    request.once("error", reject);
    request.end();
  });

const post = (url: string, headers: Headers, message: object): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = sendRequest(
      url,
      {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        agent: posting,
      },
      (response) => {
        response.resume();
        response.once("end", () =>
          response.statusCode === 202
            ? resolve()
            : reject(new Error(`a message was refused: ${response.statusCode}`)),
        );
      },
    );
    request.once("error", reject);
    request.end(JSON.stringify(message));
  });
