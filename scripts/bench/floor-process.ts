import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { Pool } from "undici";
import { answerParent } from "../measure/answer-parent.ts";
import { listenAnywhere } from "../measure/listen-anywhere.ts";
import { UPSTREAM_HEADERS } from "./upstream-headers.ts";

/**
 * The floor: what any server pays that takes a call and makes one request of it. No JSON is read, nobody
 * is authenticated, and the answer is passed on as it came.
 */
const start = async ({ upstreamUrl }: { readonly upstreamUrl: string }): Promise<string> => {
  const pool = new Pool(upstreamUrl, { connections: 64 });
  const server = createServer((request, response) => void answer(pool, request, response));
  server.keepAliveTimeout = 60_000;
  return listenAnywhere(server);
};

const ID_START = '"bench';
const ID_LENGTH = 20;

const answer = async (
  pool: Pool,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  try {
    const body = await readText(request);
    const from = body.indexOf(ID_START) + 1;
    const upstream = await pool.request({
      method: "GET",
      path: `/contacts/${body.slice(from, from + ID_LENGTH)}`,
      headers: UPSTREAM_HEADERS,
    });
    const text = await upstream.body.text();
    response.writeHead(upstream.statusCode, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    });
    response.end(text);
  } catch (cause) {
    response.destroy(cause as Error);
  }
};

const readText = (request: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (text += chunk));
    request.once("end", () => resolve(text));
    request.once("error", reject);
  });

answerParent({ start });
