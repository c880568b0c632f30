import type { FileSource } from "../core/file-source.ts";
import type { Clock } from "../core/clock.ts";
import { systemClock } from "../core/clock.ts";
import type { HttpClient } from "../core/http-client.ts";
import { toLocationId, toOperationId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import { silentLogger } from "../core/logger.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Secret } from "../core/secret.ts";
import type { GhlAnswer, GhlCall } from "../ghl/call.ts";
import { createGhlClient as createApiClient } from "../ghl/client.ts";
import type { GhlFailure } from "../ghl/errors.ts";
import type { RateSnapshot } from "../ghl/governor.ts";
import type { ListItem, PaginateOptions } from "../ghl/paginate.ts";
import type { TokenSource } from "../ghl/ports.ts";
import { createGuardedFileFetch } from "../net/guarded-file.ts";
import { createHttpClient } from "../net/undici-http-client.ts";
import { LIBRARY_CONNECTION } from "./oauth-client.ts";
import type {
  GhlCallInput,
  GhlInput,
  GhlListingId,
  GhlListingInput,
  GhlOperationId,
  InputThen,
} from "./operation-input.ts";

/** What a client is made of. */
export interface GhlClientOptions {
  /** A private integration token, or the `tokens` of an OAuth client. */
  readonly auth: { readonly privateToken: Secret } | { readonly tokens: TokenSource };
  /** The location that calls act in unless they name one. */
  readonly locationId?: string;
  /** Default: GoHighLevel's own. */
  readonly apiBaseUrl?: string;
  /** How files are fetched for uploads from a URL. Default: https from public addresses only. */
  readonly files?: FileSource;
  readonly http?: HttpClient;
  readonly clock?: Clock;
  readonly log?: Logger;
}

/** The GoHighLevel API by operation id. */
export interface GhlClientLibrary {
  /**
   * Calls an operation. Its parameters and body are typed by its id, and checked again before anything
   * is sent. Never throws for what GoHighLevel or the network does.
   */
  call<Id extends GhlOperationId>(
    operation: Id,
    ...input: InputThen<GhlInput<Id>>
  ): Promise<Result<GhlAnswer, GhlFailure>>;
  /** Calls an operation whose id is known only while the program runs; an unknown one is a failure. */
  callById(operation: string, input?: GhlCallInput): Promise<Result<GhlAnswer, GhlFailure>>;
  /** Lists records over all pages; the last item may be a failure. */
  paginate<Id extends GhlListingId>(
    operation: Id,
    ...rest: InputThen<GhlListingInput<Id>, [options?: PaginateOptions]>
  ): AsyncIterable<ListItem>;
  /** Lists by an id that is known only while the program runs. */
  paginateById(
    operation: string,
    input?: GhlCallInput,
    options?: PaginateOptions,
  ): AsyncIterable<ListItem>;
  /** What is left of the budgets of calls. */
  rateLimits(): readonly RateSnapshot[];
  /** Closes idle connections of a client that was not given its own HTTP client. */
  close(): Promise<void>;
}

/**
 * Creates a client of the GoHighLevel API that keeps to its limits and repeats what may be repeated. Throws
 * `TypeError` where `auth` holds neither of the two.
 */
export const createGhlClient = (options: GhlClientOptions): GhlClientLibrary => {
  checkAuth(options.auth);
  const http = options.http ?? createHttpClient();
  const client = createApiClient({
    apiBaseUrl: options.apiBaseUrl ?? "https://services.leadconnectorhq.com",
    tokens: toTokens(options.auth),
    http,
    files: options.files ?? createGuardedFileFetch(),
    clock: options.clock ?? systemClock,
    log: options.log ?? silentLogger,
  });
  const toCall = (operation: string, input: GhlCallInput = {}): GhlCall => {
    const { locationId = options.locationId, ...rest } = input;
    return {
      ...rest,
      operation: toOperationId(operation),
      connectionId: LIBRARY_CONNECTION,
      ...(locationId !== undefined && { locationId: toLocationId(locationId) }),
    };
  };
  const callById: GhlClientLibrary["callById"] = (operation, input) =>
    client.call(toCall(operation, input));
  const paginateById: GhlClientLibrary["paginateById"] = (operation, input, paging) =>
    client.paginate(toCall(operation, input), paging);
  return {
    call: (operation, ...[input]) => callById(operation, input),
    callById,
    paginate: (operation, ...[input, paging]) => paginateById(operation, input, paging),
    paginateById,
    rateLimits: () => client.rateLimits(),
    close: async () => {
      if (options.http === undefined) await http.close();
    },
  };
};

/** The types say so too, but not to plain JavaScript. */
const checkAuth = (auth: unknown): void => {
  const isGiven =
    typeof auth === "object" && auth !== null && ("tokens" in auth || "privateToken" in auth);
  if (!isGiven) throw new TypeError('"auth" must be { privateToken } or { tokens }');
};

const REFUSED =
  "GoHighLevel no longer accepts the private integration token: make a new one in the location under Settings, Private Integrations";

const toTokens = (auth: GhlClientOptions["auth"]): TokenSource => {
  if ("tokens" in auth) return auth.tokens;
  const token = { token: auth.privateToken, kind: "private" } as const;
  return {
    getToken: () => Promise.resolve(ok(token)),
    replaceToken: ({ connectionId }) => {
      const failure = {
        kind: "needs_reauth",
        connectionId,
        reason: REFUSED,
        have: "private",
      } as const;
      return Promise.resolve(fail(failure));
    },
  };
};
