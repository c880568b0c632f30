import type { GhlRequest } from "../../ghl/request.ts";
import type { ToolOutput } from "../tool.ts";

/** A request as a person may read it: without the parts that this server adds by itself. */
export function describeRequest(request: GhlRequest, body: unknown): ToolOutput {
  const { pathname, searchParams } = new URL(request.url);
  return {
    request: `${request.method} ${decodeURI(pathname)}`,
    query: Object.fromEntries(searchParams),
    // A form carries files; the body as it was given names them.
    sends: typeof request.body === "string" ? parseBody(request.body) : body,
  };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
