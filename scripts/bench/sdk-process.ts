import { createServer } from "node:http";
import {
  type NodeIncomingMessageLike,
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
} from "@modelcontextprotocol/node";
import { type CallToolResult, McpServer, createMcpHandler } from "@modelcontextprotocol/server";
import { Pool } from "undici";
import { z } from "zod";
import { answerParent } from "../measure/answer-parent.ts";
import { listenAnywhere } from "../measure/listen-anywhere.ts";
import { UPSTREAM_HEADERS } from "./upstream-headers.ts";

/** Reads a contact and gives it as a result. */
type Read = (id: unknown) => Promise<CallToolResult>;

/** The tools, one of which a server has. */
const TOOLS = {
  get_contact: (server: McpServer, read: Read) =>
    server.registerTool(
      "get_contact",
      {
        description: "One contact in full, with its notes, tasks or appointments if asked.",
        inputSchema: z.object({ contact_id: z.string().min(1).max(64) }),
      },
      ({ contact_id: id }) => read(id),
    ),
  read_operation: (server: McpServer, read: Read) =>
    server.registerTool(
      "read_operation",
      {
        description: "Run a reading operation by its id.",
        inputSchema: z.object({
          operation: z.string().min(1).max(100),
          parameters: z.record(z.string(), z.unknown()).optional(),
        }),
      },
      ({ parameters }) => read(parameters?.["contactId"]),
    ),
} as const;

/**
 * The official SDK's own handler with its Node adapter, wired as its README wires node:http: one tool
 * that makes the same request, the two guards, no authentication.
 */
const start = async ({
  upstreamUrl,
  tool,
}: {
  readonly upstreamUrl: string;
  readonly tool: keyof typeof TOOLS;
}): Promise<string> => {
  const pool = new Pool(upstreamUrl, { connections: 64 });
  const read: Read = async (id) => {
    const answer = await pool.request({
      method: "GET",
      path: `/contacts/${encodeURIComponent(String(id))}`,
      headers: UPSTREAM_HEADERS,
    });
    return { content: [{ type: "text", text: await answer.body.text() }] };
  };
  const handler = toNodeHandler(
    createMcpHandler(() => {
      const server = new McpServer({ name: "bench", version: "1.0.0" });
      TOOLS[tool](server, read);
      return server;
    }),
  );
  const validateHost = localhostHostValidation();
  const validateOrigin = localhostOriginValidation();
  const server = createServer((request, response) => {
    if (!validateHost(request, response) || !validateOrigin(request, response)) return;
    // A request of a server has a method; the adapter's type does not allow for the absent one.
    void handler(request as NodeIncomingMessageLike, response);
  });
  server.keepAliveTimeout = 60_000;
  return listenAnywhere(server);
};

answerParent({ start });
