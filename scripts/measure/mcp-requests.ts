/** An HTTP request of an MCP client, and what its answer must hold. */
export interface McpRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `modern` is 2026-07-28, `legacy` 2025-06-18, both stateless. */
export type Era = "modern" | "legacy";

/** What is asked of the server. */
export interface McpCall {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
  "io.modelcontextprotocol/clientInfo": { name: "ghl-mcp-bench", version: "1.0.0" },
};

/** Writes a call as a client of that era sends it. */
export const toMcpRequest = (
  { method, params = {} }: McpCall,
  { era, token, id = 1 }: { readonly era: Era; readonly token: string; readonly id?: number },
): McpRequest => {
  const isModern = era === "modern";
  const name = params["name"];
  return {
    path: "/mcp",
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-protocol-version": isModern ? "2026-07-28" : "2025-06-18",
      ...(isModern && { "mcp-method": method }),
      ...(isModern && typeof name === "string" && { "mcp-name": name }),
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id,
      method,
      params: isModern ? { ...params, _meta: ENVELOPE } : params,
    }),
  };
};
