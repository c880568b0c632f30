import type { ServerResponse } from "node:http";

/** An error answer outside of any JSON-RPC request: the `id` is null. */
export interface JsonRpcRefusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers an HTTP request with a JSON-RPC error (JSON-RPC 2.0 §5.1). */
export function refuse(
  res: ServerResponse,
  { status, code, message, headers }: JsonRpcRefusal,
): void {
  res
    .writeHead(status, {
      "content-type": "application/json",
      "cache-control": "no-store",
      ...headers,
    })
    .end(JSON.stringify({ jsonrpc: "2.0", error: { code, message }, id: null }));
}
