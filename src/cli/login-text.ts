import type { LoginFailure } from "../app.ts";

/** What a person reads when the sign-in did not finish: what happened, and what to check. */
export const explainLoginFailure = (failure: LoginFailure, redirectUri: string): string => {
  switch (failure.kind) {
    case "state_missing":
      return [
        "GoHighLevel sent the browser back without the state that this sign-in began with",
        "  run ghl-mcp login again and start at the address that it prints, not at an installation link",
      ].join("\n");
    case "state_unknown":
      return [
        "the browser came back from a sign-in that is not this one, or that was used or has expired",
        "  run ghl-mcp login again and finish in the page that it opens",
      ].join("\n");
    case "wrong_browser":
      return [
        "the browser that came back is not the one that began, or it kept no cookie",
        "  begin and finish in one browser, at the printed address; Safari keeps no secure cookie on http://localhost, other browsers do",
      ].join("\n");
    case "denied":
      return [
        "access was denied on GoHighLevel's page",
        "  run ghl-mcp login again and choose a location or the agency; installing an app needs an admin of it",
      ].join("\n");
    case "code_missing":
      return [
        "GoHighLevel sent the browser back without a code",
        "  check the app's scopes in the marketplace against GHL_SCOPES, and GHL_VERSION_ID if the app is a draft",
      ].join("\n");
    case "exchange_refused":
      return [
        `GoHighLevel refused to exchange the code (HTTP ${failure.status}): ${failure.hint}`,
        "  client credentials: GHL_CLIENT_ID and GHL_CLIENT_SECRET as on the app's page",
        `  redirect URI: the app must list exactly ${redirectUri}`,
        "  code: it works once and for a short time, so run ghl-mcp login again",
        "  scopes: GHL_SCOPES may name only scopes that the app has",
      ].join("\n");
    case "exchange_malformed":
      return [
        `GoHighLevel answered the code with something else than tokens: ${failure.problem}`,
        "  check GHL_BASE_URL; if it is right, try again later",
      ].join("\n");
    case "exchange_unavailable":
      return [
        "GoHighLevel could not be reached to exchange the code",
        "  check the network and GHL_BASE_URL, then run ghl-mcp login again: the code is spent",
      ].join("\n");
  }
};
