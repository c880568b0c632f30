import { toConnectionId } from "../../core/ids.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { serializeCookie } from "../cookies.ts";
import { createPersonFormRoute, type PersonFormDeps } from "../person-form.ts";
import { redirectResponse } from "../responses.ts";
import type { RouteHandler } from "../route.ts";
import { NO_ACCOUNT } from "./disconnect.ts";

/** What reconnecting works with. */
export interface ReconnectRouteDeps extends PersonFormDeps {
  readonly upstream: Upstream;
}

/**
 * `POST /connections/reconnect`: sends the person to GoHighLevel to sign in to an account of theirs anew.
 * The same location or agency is the same connection, so its grants go on. GoHighLevel's page knows no
 * way to preselect one; the end of the sign-in says so if it was another.
 */
export const createReconnectRoute = (deps: ReconnectRouteDeps): RouteHandler =>
  createPersonFormRoute(deps, async ({ request, person, form }) => {
    const reconnects = toConnectionId(form.get("connection") ?? "");
    const isTheirs = person.connectionIds.includes(reconnects);
    const connection = isTheirs ? await deps.upstream.findConnection(reconnects) : undefined;
    if (connection === undefined || connection.kind === "private") {
      return deps.errorPage(request, 404, NO_ACCOUNT);
    }
    const login = await deps.upstream.startLogin({ kind: "sign_in", reconnects });
    return redirectResponse(login.authorizeUrl, [serializeCookie(login.cookie)]);
  });
