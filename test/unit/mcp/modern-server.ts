import type { Principal } from "../../../src/core/principal.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createMcpHttp } from "../../../src/transport/mcp-http.ts";
import { type Harness, listen } from "./fixtures.ts";

/** What one call of the current revision may carry besides the tool. */
export interface ModernOptions {
  /** What the client says it can do. */
  readonly capabilities?: Readonly<Record<string, unknown>>;
  readonly requestState?: string;
  readonly inputResponses?: Readonly<Record<string, unknown>>;
  readonly progressToken?: string;
  readonly signal?: AbortSignal;
  /** `?location=…` and the like. */
  readonly query?: string;
}

/** The messages of an answer: one of JSON, or all of an event stream. */
export interface ModernAnswer {
  readonly status: number;
  readonly messages: readonly Readonly<Record<string, unknown>>[];
  /** The result of the last message; empty where it is an error. */
  readonly result: Readonly<Record<string, unknown>>;
  /** The text of a tool result. */
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The Streamable HTTP endpoint over one or several harnesses, each an instance of the server. */
export interface ModernServer {
  call(
    principal: Principal,
    tool: { readonly name: string; readonly arguments?: Readonly<Record<string, unknown>> },
    options?: ModernOptions,
  ): Promise<ModernAnswer>;
  close(): Promise<void>;
}

/** A client that can put a form to its person. */
export const CAN_ASK: ModernOptions = { capabilities: { elicitation: { form: {} } } };

/** Serves a harness over real HTTP; the principal of a call is the one that the test gives. */
export const serveModern = async ({ surface }: Pick<Harness, "surface">): Promise<ModernServer> => {
  const principals: Principal[] = [];
  const mcp = createMcpHttp({
    surface,
    authorization: { challenge: () => 'Bearer error="insufficient_scope"' },
    cookieKeys: { random: () => "session", mac: (_purpose, value) => value },
    log: silentLogger,
  });
  const http = await listen((req, res) => {
    const principal = principals[Number(req.headers["x-who"])];
    if (principal === undefined) throw new Error("no principal");
    return mcp.handle(req, res, principal);
  });
  return {
    call: async (principal, tool, options = {}) => {
      const who = principals.push(principal) - 1;
      const response = await fetch(`${http.url}/mcp${options.query ?? ""}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": "tools/call",
          "mcp-name": tool.name,
          "x-who": String(who),
        },
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: toParams(tool, options),
        }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      return readAnswer(response);
    },
    close: async () => {
      await mcp.close();
      await http.close();
    },
  };
};

const toParams = (
  tool: { readonly name: string; readonly arguments?: Readonly<Record<string, unknown>> },
  { capabilities = {}, requestState, inputResponses, progressToken }: ModernOptions,
): Record<string, unknown> => ({
  arguments: {},
  ...tool,
  ...(requestState === undefined ? {} : { requestState }),
  ...(inputResponses === undefined ? {} : { inputResponses }),
  _meta: {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": capabilities,
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    ...(progressToken === undefined ? {} : { progressToken }),
  },
});

const readAnswer = async (response: Response): Promise<ModernAnswer> => {
  const body = await response.text();
  const isStream = response.headers.get("content-type")?.includes("event-stream") === true;
  const lines = isStream
    ? body
        .split("\n")
        .filter((line) => line.startsWith("data: {"))
        .map((line) => line.slice(6))
    : [body];
  const messages = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const result = (messages.at(-1)?.["result"] ?? {}) as Record<string, unknown>;
  const [first] = (result["content"] ?? []) as readonly { readonly text?: string }[];
  return {
    status: response.status,
    messages,
    result,
    text: first?.text ?? "",
    data: (result["structuredContent"] ?? {}) as Record<string, unknown>,
  };
};
