import { request } from "node:http";
import { silentLogger } from "../../../../src/core/logger.ts";
import type { Principal } from "../../../../src/core/principal.ts";
import type { McpSurface } from "../../../../src/mcp/surface.ts";
import { createMcpHttp } from "../../../../src/transport/mcp-http.ts";
import { listen } from "../../mcp/fixtures.ts";
import type { RawAnswer, RawRequest } from "./requests.ts";

/** One surface behind two endpoints: one with the path of our own in front, one with the SDK alone. */
export interface Twin {
  /** Sends a request to both, the SDK's first. */
  ask(request: RawRequest): Promise<TwinAnswer>;
  close(): Promise<void>;
}

export interface TwinAnswer {
  readonly sdk: RawAnswer;
  readonly own: RawAnswer;
  /** How many requests were answered without the SDK. */
  readonly taken: number;
}

/** Starts both for one principal. */
export const startTwin = async (surface: McpSurface, principal: Principal): Promise<Twin> => {
  let taken = 0;
  const { direct: _none, ...sdkOnly } = surface;
  const serve = async (served: McpSurface) => {
    const mcp = createMcpHttp({
      surface: served,
      authorization: { challenge: () => 'Bearer error="insufficient_scope"' },
      cookieKeys: { random: () => "session", mac: (_purpose, text) => text },
      log: silentLogger,
      onTaken: () => (taken += 1),
    });
    const http = await listen((req, res) => mcp.handle(req, res, principal));
    return {
      url: http.url,
      close: async () => {
        await mcp.close();
        await http.close();
      },
    };
  };
  const sdk = await serve(sdkOnly);
  const own = await serve(surface);
  return {
    ask: async (raw) => {
      const bySdk = await send(sdk.url, raw);
      taken = 0;
      return { sdk: bySdk, own: await send(own.url, raw), taken };
    },
    close: async () => {
      await sdk.close();
      await own.close();
    },
  };
};

const send = (url: string, { headers, body, path = "/mcp" }: RawRequest): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method: "POST", headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.once("end", () =>
        resolve({ status: answer.statusCode, headers: answer.headers, text }),
      );
      answer.once("error", reject);
    });
    sent.once("error", reject);
    sent.end(body);
  });

/**
 * Where the two may differ: how long an answer is is said before it by us and by its chunks by the SDK,
 * and the SDK's streams say that the connection stays, which Node decides for ours.
 */
const MAY_DIFFER: ReadonlySet<string> = new Set([
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "date",
]);

/** What must be the same of two answers. */
export const toComparable = ({ status, headers, text }: RawAnswer) => ({
  status,
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !MAY_DIFFER.has(name))),
  text,
});
