import type { Clock } from "../../src/core/clock.ts";
import type { RunningSandbox, SandboxRequest } from "../../src/sandbox/sandbox.ts";

/** GoHighLevel as it is behind the server: its API with a token of its own, past every tool. */
export interface World {
  readonly sandbox: RunningSandbox;
  /** The location of the job; the first of the sample data. */
  readonly here: string;
  nowMs(): number;
  get(path: string, location?: string): Promise<Record<string, unknown>>;
  send(method: "POST" | "PUT", path: string, body: unknown): Promise<Record<string, unknown>>;
  /** What reached GoHighLevel through the server and may have changed something. */
  writes(): readonly SandboxRequest[];
  /** Every request so far was ours, or of the arrangements: forget them. */
  forgetRequests(): void;
}

/** Reads and writes with the private integration token of a location. */
export function openWorld(sandbox: RunningSandbox, { nowMs }: Pick<Clock, "nowMs">): World {
  const here = sandbox.locations[0]?.id ?? "";
  const call = async (
    method: string,
    path: string,
    { body, location = here }: { readonly body?: unknown; readonly location?: string } = {},
  ): Promise<Record<string, unknown>> => {
    const response = await fetch(sandbox.baseUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${sandbox.privateTokens.get(location) ?? ""}`,
        version: "2021-07-28",
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  return {
    sandbox,
    here,
    nowMs,
    get: (path, location) => call("GET", path, location === undefined ? {} : { location }),
    send: (method, path, body) => call(method, path, { body }),
    writes: () =>
      sandbox.control
        .requests()
        .filter(
          ({ method, path }) =>
            method !== "GET" && !path.startsWith("/oauth/") && !path.endsWith("/search"),
        ),
    forgetRequests: () => sandbox.control.clearRequests(),
  };
}
