import type { SentFile } from "../catalogue/call.ts";
import type { JsonObject, Fields } from "./fields.ts";
import type { World } from "../world/world.ts";
import type { Caller } from "./caller.ts";
import type { Outcome } from "./outcome.ts";
import type { ApiVersion, VersionRange } from "./version.ts";

/** A request that has passed every check of the gate. */
export interface ApiCall {
  readonly caller: Caller;
  readonly version: ApiVersion;
  readonly isV3: boolean;
  readonly params: Readonly<Record<string, string>>;
  /** The query, read as the types of the route's fields. */
  readonly query: JsonObject;
  readonly body: JsonObject;
  /** The files of a multipart body. */
  readonly files: readonly SentFile[];
  /** Keeps a file, and gives the address under which the sandbox serves it. */
  readonly shelve: (file: SentFile) => string;
  /** The address of the request without its query, for links to the next page. */
  readonly url: string;
  readonly world: World;
  /** The time now, in ISO 8601. */
  readonly now: string;
  readonly newId: () => string;
  readonly traceId: () => string;
}

/** Where a request says which location it is about. */
export type LocationPlace =
  | { readonly in: "query" | "body"; readonly dated: string; readonly v3: string }
  | { readonly in: "path"; readonly param: string }
  | {
      readonly in: "record";
      /** What the record is called in "<name> with id … not found". */
      readonly name: string;
      readonly find: (world: World, id: string) => { readonly locationId: string } | undefined;
    }
  /** The handler itself keeps to what the caller may see. */
  | { readonly in: "caller" };

/** One endpoint of the API: what it asks of a request, and what it does. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** A Hono pattern; a trailing slash more or less makes no difference. */
  readonly path: string;
  readonly versions: VersionRange;
  /** Absent: the specs name none, and any token of the right class will do. */
  readonly scope?: string;
  /** The token classes that may call it. */
  readonly callers: readonly Caller["kind"][];
  readonly location: LocationPlace;
  readonly query?: (isV3: boolean) => Fields;
  readonly body?: (isV3: boolean) => Fields;
  readonly handle: (call: ApiCall) => Outcome;
}

/** The classes that GoHighLevel's `bearer` and `Location-Access` schemes admit. */
export const LOCATION_CALLERS = ["location", "private"] as const;
/** The classes where the scheme is either `Agency-Access` or `Location-Access`. */
export const ANY_CALLERS = ["location", "private", "company", "agency_private"] as const;
/** The classes that `Agency-Access-Only` admits: an OAuth token, and no private one. */
export const COMPANY_CALLERS = ["company"] as const;

/** The location of most requests: `locationId` in the query. */
export const LOCATION_IN_QUERY = { in: "query", dated: "locationId", v3: "locationId" } as const;
/** The location of most writes: `locationId` in the body. */
export const LOCATION_IN_BODY = { in: "body", dated: "locationId", v3: "locationId" } as const;

/** The target of an endpoint, as one text. */
type Target = `${Route["method"]} /${string}`;

/** What the endpoints of a family do not share. */
type RouteRest = Pick<Route, "location" | "handle"> &
  Partial<Pick<Route, "query" | "body" | "versions" | "callers">>;

/** Declares the endpoints that share a pair of scopes: `read("GET /x", …)`, `write("POST /x", …)`. */
export const createRouteFamily = (
  scopes: { readonly read: string; readonly write: string },
  callers: Route["callers"] = LOCATION_CALLERS,
) => {
  const declare =
    (scope: string) =>
    (target: Target, rest: RouteRest): Route => {
      const space = target.indexOf(" ");
      return {
        versions: "all",
        callers,
        scope,
        // The type of the target says so.
        method: target.slice(0, space) as Route["method"],
        path: target.slice(space + 1),
        ...rest,
      };
    };
  return { read: declare(scopes.read), write: declare(scopes.write) };
};
