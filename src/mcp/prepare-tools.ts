import { classifyInboundRequest } from "@modelcontextprotocol/server";
import { createPace } from "../core/pace.ts";
import { findOperation } from "../ghl/catalog/index.ts";
import { TOOLS } from "./tools/index.ts";

/**
 * Makes what is made once in a process and would otherwise be made for the first who asks: the SDK's schemas of
 * requests, those of every tool, and the index of the catalogue. A server calls it before it listens; a
 * process for one client leaves it, since it would only wait longer.
 */
export async function prepareTools(): Promise<void> {
  const pace = createPace();
  classifyInboundRequest(ANY_REQUEST);
  for (const tool of TOOLS) {
    for (const variant of [tool.pinned, tool.choosing]) {
      // A schema is made by being looked at, and a check compiled by the first arguments.
      Object.keys(variant.inputSchema);
      variant.prepare({});
      await pace();
    }
    Object.keys(tool.outputSchema ?? {});
  }
  findOperation("contacts.get-contact");
  await pace();
}

const ANY_REQUEST = {
  httpMethod: "POST",
  body: {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/list",
    params: {
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { name: "ghl-mcp", version: "1" },
      },
    },
  },
  protocolVersionHeader: "2026-07-28",
  mcpMethodHeader: "tools/list",
} as const;
