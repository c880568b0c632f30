import type { CorsPolicy } from "./cors.ts";
import type { AddressLimit } from "./limits/limits.ts";

/** A request as the handlers see it: read in full, within its limits. */
export interface RouteRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  /** Header names are lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly cookies: ReadonlyMap<string, string>;
  readonly body: string;
  readonly requestId: string;
  /** Who sent it, as limits count. */
  readonly address: string;
  /** Whether the connection itself comes from this machine; no header has a say in it. */
  readonly fromThisMachine: boolean;
}

/** Answers a request; throws only for bugs and broken infrastructure. */
export type RouteHandler = (request: RouteRequest) => Response | Promise<Response>;

/** One row of the route table. */
export interface Route {
  readonly path: string;
  readonly methods: readonly ("GET" | "HEAD" | "POST")[];
  readonly cors: CorsPolicy;
  /** Who reads the answer: errors are JSON for a machine and a page for a person. */
  readonly reader: "machine" | "person";
  readonly maxBodyBytes: number;
  /** How often one address may come, by method; asked before the body is read. */
  readonly limits?: Partial<Record<"GET" | "HEAD" | "POST", AddressLimit>>;
  readonly handle: RouteHandler;
}

/** Whether the sender would rather have a page than JSON: browsers name text/html, clients do not. */
export const prefersPage = (accept: string | undefined): boolean =>
  accept?.includes("text/html") === true;
