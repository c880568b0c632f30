import { createServer } from "node:http";
import {
  type NodeIncomingMessageLike,
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
} from "@modelcontextprotocol/node";
import { McpServer, createMcpHandler } from "@modelcontextprotocol/server";
import { Pool } from "undici";
import { z } from "zod";
import { answerParent } from "../measure/answer-parent.ts";
import { listenAnywhere } from "../measure/listen-anywhere.ts";
import { UPSTREAM_HEADERS } from "./upstream-headers.ts";

/**
 * The official SDK's own handler with its Node adapter, wired as its README wires node:http: one tool
 * that makes the same request, the two guards, no authentication.
 */
const start = async ({ upstreamUrl }: { readonly upstreamUrl: string }): Promise<string> => {
  const pool = new Pool(upstreamUrl, { connections: 64 });
  const handler = toNodeHandler(
    createMcpHandler(() => {
      const server = new McpServer({ name: "bench", version: "1.0.0" });
      server.registerTool(
        "get_contact",
        {
          description: "One contact in full, with its notes, tasks or appointments if asked.",
          inputSchema: z.object({ contact_id: z.string().min(1).max(64) }),
        },
        async ({ contact_id: id }) => {
          const answer = await pool.request({
            method: "GET",
            path: `/contacts/${encodeURIComponent(id)}`,
            headers: UPSTREAM_HEADERS,
          });
          return { content: [{ type: "text", text: await answer.body.text() }] };
        },
      );
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
