import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { Pool } from "undici";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { answerParent } from "../measure/answer-parent.ts";
import { listenAnywhere } from "../measure/listen-anywhere.ts";
import { toContactHalves } from "./contact.ts";

/** What the other processes need to know of the stand-in. */
export interface UpstreamFacts {
  readonly baseUrl: string;
  readonly authorizeUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Of the first location. */
  readonly privateToken: string;
  readonly locations: readonly { readonly id: string; readonly name: string }[];
}

const WINDOW_MS = 10_000;
/** So far off that no budget is ever short. */
const LIMIT = { window: 10_000_000, day: 1_000_000_000 } as const;

/**
 * Answers contacts, and the locations of filled vaults, as fast as Node can, with the headers of
 * GoHighLevel, and hands everything else on to a sandbox: sign-in, tokens, its own locations.
 */
const start = async (): Promise<UpstreamFacts> => {
  const sandbox = await startSandbox();
  const rest = new Pool(sandbox.baseUrl);
  const [head, tail] = toContactHalves(sandbox.locations[0]?.id ?? "");
  const headers = createRateHeaders();
  const handOn = createHandingOn(rest);
  const server = createServer((request, response) => {
    const [, kind, id] =
      /^\/(contacts|locations)\/((?:bench|vault)\w{15})$/u.exec(request.url ?? "") ?? [];
    if (id === undefined || request.method !== "GET") {
      void handOn(request, response);
      return;
    }
    const { authorization, version } = request.headers;
    if (authorization?.startsWith("Bearer ") !== true || version === undefined) {
      response.writeHead(401, { "content-type": "application/json" });
      response.end('{"statusCode":401,"message":"Invalid JWT"}');
      return;
    }
    const body = kind === "contacts" ? head + id + tail : toLocation(id);
    response.writeHead(200, {
      "content-type": "application/json; charset=utf-8",
      "content-length": body.length,
      ...headers(),
    });
    response.end(body);
  });
  server.keepAliveTimeout = 60_000;
  const baseUrl = await listenAnywhere(server);
  const { authorizeUrl, clientId, clientSecret, locations } = sandbox;
  const privateToken = sandbox.privateTokens.get(locations[0]?.id ?? "") ?? "";
  return { baseUrl, authorizeUrl, clientId, clientSecret, privateToken, locations };
};

/** A location as a sign-in of its own would find it. */
const toLocation = (id: string): string =>
  JSON.stringify({
    location: { id, name: `Location ${id}`, timezone: "America/Los_Angeles", country: "US" },
  });

const createRateHeaders = (): (() => Record<string, string>) => {
  let endsAtMs = 0;
  let used = 0;
  let usedToday = 0;
  return () => {
    const nowMs = Date.now();
    if (nowMs >= endsAtMs) {
      endsAtMs = nowMs + WINDOW_MS;
      used = 0;
    }
    used += 1;
    usedToday += 1;
    return {
      "x-ratelimit-max": String(LIMIT.window),
      "x-ratelimit-remaining": String(LIMIT.window - used),
      "x-ratelimit-interval-milliseconds": String(WINDOW_MS),
      "x-ratelimit-limit-daily": String(LIMIT.day),
      "x-ratelimit-daily-remaining": String(LIMIT.day - usedToday),
    };
  };
};

/** Headers of one connection, and those that no longer hold once the body was decoded. */
const NOT_HANDED_ON = new Set(["connection", "keep-alive", "transfer-encoding", "host"]);

const createHandingOn =
  (rest: Pool) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = await rest.request({
        path: request.url ?? "/",
        method: (request.method ?? "GET") as "GET",
        headers: keep(request.headers),
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      });
      response.writeHead(answer.statusCode, keep(answer.headers));
      response.end(Buffer.from(await answer.body.arrayBuffer()));
    } catch (cause) {
      response.destroy(cause as Error);
    }
  };

const keep = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || NOT_HANDED_ON.has(name) ? [] : [[name, value]],
    ),
  );

answerParent({ start });
