import type { Config } from "../config/config.ts";

/** The settings that decide how a connection is made. */
export type WaysToConnect = Pick<Config, "privateToken" | "upstream">;

/**
 * What a person does who has no connection that works. `ghl-mcp login` is named only where it would not be
 * refused: it signs in with an app, or to the sandbox.
 */
export const howToConnect = ({ privateToken, upstream }: WaysToConnect): string => {
  const { mode } = upstream;
  if (mode === "oauth" || mode === "sandbox") return "run: ghl-mcp login";
  return privateToken === undefined
    ? "set GHL_PRIVATE_TOKEN and GHL_LOCATION_ID, or GHL_CLIENT_ID and GHL_CLIENT_SECRET of an app; or enter a private integration token in the browser, with: ghl-mcp serve"
    : "leave out --connection, so that GHL_PRIVATE_TOKEN is used";
};
