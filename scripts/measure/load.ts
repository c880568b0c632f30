import type { Child } from "./child.ts";
import type { McpRequest } from "./mcp-requests.ts";
import type { Scope } from "./scope.ts";

/** Requests to send, and how. */
export interface LoadJob {
  /** The origin. */
  readonly url: string;
  readonly connections: number;
  readonly calls: number;
  /** POST unless said otherwise. */
  readonly method?: "POST" | "GET";
  /** Sent in turn; of some of them the answer is looked at, and must hold every part of `expect`. */
  readonly requests: readonly (McpRequest & { readonly expect: readonly string[] })[];
}

/** What came of it. */
export interface LoadResult {
  readonly calls: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The first answer that was wrong. */
  readonly failure?: string;
}

/** Sends load from a process of its own. */
export interface LoadGenerator {
  /** Throws where an answer was wrong, so that no error is measured as speed. */
  run(job: LoadJob): Promise<LoadResult>;
}

/** The server has the first core to itself; whatever sends to it and answers it has the second. */
export const SERVER_CORE = 0;
/** See {@link SERVER_CORE}. */
export const LOAD_CORE = 1;

/** Starts the process that sends load. */
export const startLoadGenerator = (scope: Scope): LoadGenerator => {
  const child: Child = scope.start(new URL("./load-process.ts", import.meta.url), {
    core: LOAD_CORE,
  });
  return {
    run: async (job) => {
      const result = await child.ask<LoadResult>("run", job);
      if (result.failure !== undefined) throw new Error(`a wrong answer: ${result.failure}`);
      return result;
    },
  };
};
