import type { IncomingMessage, ServerResponse } from "node:http";
import { type Clock, sleepUnlessAborted } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";

/** How often an answer that is still open is looked at: well within the 30 seconds of P08. */
const CHECK_EVERY_MS = 10_000;

/**
 * Cuts an answer that is still open when its token or grant has been revoked, on this instance or
 * another: event streams above all, which would tell on for hours. A store that cannot say counts as
 * revoked. Answers that end sooner cost one timer.
 */
export const endWhenRevoked = (
  deps: {
    readonly authorization: Pick<AuthorizationServer, "mayContinue">;
    readonly clock: Clock;
    readonly log: Logger;
  },
  open: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly principal: Principal;
  },
): void => {
  const { request, response, principal } = open;
  const closed = new AbortController();
  response.once("close", () => closed.abort(new Error("closed")));

  const mayContinue = async (): Promise<boolean> => {
    try {
      return await deps.authorization.mayContinue(principal, request.headers.authorization);
    } catch (cause) {
      deps.log.warn("an open answer could not be checked", { grantId: principal.grantId, cause });
      return false;
    }
  };
  const watch = async (): Promise<void> => {
    while (await sleepUnlessAborted(deps.clock, CHECK_EVERY_MS, closed.signal)) {
      if (await mayContinue()) continue;
      deps.log.info("cut an open answer of a revoked grant", { grantId: principal.grantId });
      response.destroy();
      return;
    }
  };
  void watch();
};
