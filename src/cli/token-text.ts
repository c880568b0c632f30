import type { App } from "../app.ts";

/** Why a connection's token could not be had. */
export type ConnectionFailure = Extract<
  Awaited<ReturnType<App["upstream"]["listLocations"]>>,
  { readonly ok: false }
>["failure"];

/** What a person reads when GoHighLevel could not be asked with a stored connection. */
export const explainTokenFailure = (failure: ConnectionFailure): string => {
  switch (failure.kind) {
    case "connection_missing":
      return "the connection is gone; run: ghl-mcp login";
    case "needs_reauth":
      return failure.have === "private"
        ? failure.reason
        : "GoHighLevel no longer accepts its tokens; run: ghl-mcp login";
    case "suspended":
      return "GoHighLevel has paused the location; it works again once the location is active";
    case "wrong_token_class":
      return `this needs a ${failure.needed} token, and the connection has another kind (${failure.have})`;
    case "location_not_allowed":
      return `location ${failure.locationId} is not part of the connection`;
    case "upstream_unavailable":
      return failure.retryAfterSeconds === undefined
        ? "GoHighLevel does not answer; check the network and try again"
        : `GoHighLevel asks to wait ${failure.retryAfterSeconds} s`;
  }
};
