import {
  createRequestStateCodec,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerEventBus,
} from "@modelcontextprotocol/server";
import type { McpSurface } from "../../../src/mcp/surface.ts";
import { CHANGE_TOOLS } from "./change-tools.ts";
import { CONTENT_TOOLS } from "./content-tools.ts";
import type { FixtureTool } from "./fixture.ts";
import { INPUT_REQUIRED_TOOLS } from "./input-required-tools.ts";
import { servePrompts } from "./prompts.ts";
import { serveResources } from "./resources.ts";
import { SERVER_REQUEST_TOOLS } from "./server-request-tools.ts";

const TOOLS: ReadonlyMap<string, FixtureTool> = new Map(
  [...CONTENT_TOOLS, ...CHANGE_TOOLS, ...SERVER_REQUEST_TOOLS, ...INPUT_REQUIRED_TOOLS].map(
    (tool) => [tool.name, tool],
  ),
);

const CACHE = { ttlMs: 60_000, cacheScope: "public" } as const;

/** Puts the fixtures of the conformance suite in the place of the product's tools. */
export const withFixtures = (surface: McpSurface, bus: ServerEventBus): McpSurface => {
  const state = createRequestStateCodec<string>({ key: new Uint8Array(32).fill(7) });
  const { direct: _productOnly, ...rest } = surface;
  return {
    ...rest,
    changesFor: () => bus,
    createServer: () => {
      const server = new Server(
        { name: "conformance-fixtures", version: "1.0.0" },
        {
          capabilities: {
            tools: { listChanged: true },
            prompts: { listChanged: true },
            resources: { subscribe: true },
            logging: {},
            completions: {},
          },
          cacheHints: {
            "tools/list": CACHE,
            "prompts/list": CACHE,
            "resources/list": CACHE,
            "resources/templates/list": CACHE,
            "resources/read": CACHE,
            "server/discover": CACHE,
          },
          requestState: { verify: (text, context) => state.verify(text, context) },
        },
      );
      serveTools(server, { bus, state });
      serveResources(server);
      servePrompts(server);
      return server;
    },
  };
};

const serveTools = (
  server: Server,
  shared: {
    readonly bus: ServerEventBus;
    readonly state: ReturnType<typeof createRequestStateCodec<string>>;
  },
): void => {
  server.setRequestHandler("tools/list", () => ({
    tools: [...TOOLS.values()].map(({ name, inputSchema }) => ({
      name,
      description: `fixture ${name}`,
      inputSchema,
    })),
  }));
  server.setRequestHandler("tools/call", ({ params }, context) => {
    const tool = TOOLS.get(params.name);
    if (tool === undefined) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, "there is no such tool");
    }
    return tool.run({ ...shared, server, context, args: params.arguments ?? {} });
  });
};
