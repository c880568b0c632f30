import { findFreePort } from "../../test/support/free-port.ts";
import type { Child, ChildOptions } from "./child.ts";
import type { Scope } from "./scope.ts";

/** Where GoHighLevel's stand-in is, and who the server is there. */
export interface UpstreamAddress {
  readonly baseUrl: string;
  readonly authorizeUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The server in a process of its own. */
export interface ServerChild {
  readonly child: Child;
  readonly publicUrl: string;
}

/** Where a server that starts will be, and what it will keep its records with. */
export interface ServerPlace {
  readonly publicUrl: string;
  readonly storageUrl: string;
  /** Its whole configuration, as environment variables. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How the server is started. */
export interface ServerOptions extends ChildOptions {
  readonly upstream: UpstreamAddress;
  /** Default: SQLite in a new folder. */
  readonly storageUrl?: string;
  /** Fills the store of the server before it starts. */
  readonly prepare?: (place: ServerPlace) => Promise<void>;
  /** Whether it refreshes tokens ahead of their end from the start on. Default: it does. */
  readonly refreshesAhead?: boolean;
}

const FILE = new URL("./server-process.ts", import.meta.url);

/** What `npm start`, the image and the systemd unit start Node with. */
export const SERVER_FLAGS: readonly string[] = ["--max-semi-space-size=16"];

/** Starts the server on a free port and waits until it serves. */
export const startServer = async (scope: Scope, options: ServerOptions): Promise<ServerChild> => {
  const { upstream, env, storageUrl: given, prepare, refreshesAhead = true, ...rest } = options;
  const child = { flags: SERVER_FLAGS, ...rest };
  const folder = scope.folder();
  const port = await findFreePort();
  const publicUrl = `http://localhost:${port}`;
  const storageUrl = given ?? `sqlite:${folder}/store.db`;
  const environment = {
    PORT: String(port),
    HOST: "127.0.0.1",
    PUBLIC_URL: publicUrl,
    STORAGE_URL: storageUrl,
    MASTER_KEY: Buffer.alloc(32, 7).toString("base64"),
    SPOOL_DIR: `${folder}/spool`,
    GHL_CLIENT_ID: upstream.clientId,
    GHL_CLIENT_SECRET: upstream.clientSecret,
    GHL_BASE_URL: upstream.baseUrl,
    GHL_AUTHORIZE_URL: upstream.authorizeUrl,
    ...env,
  };
  await prepare?.({ publicUrl, storageUrl, environment });
  const started = scope.start(FILE, {
    // What it logs is written, and read by nobody.
    stderr: "ignore",
    ...child,
    env: environment,
  });
  await started.ask("start");
  if (refreshesAhead) await started.ask("refreshAhead");
  return { child: started, publicUrl };
};
