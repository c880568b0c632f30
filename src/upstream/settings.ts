import { AppError } from "../core/errors.ts";
import type { LocationId } from "../core/ids.ts";
import type { Secret } from "../core/secret.ts";
import type { WebhookKeys } from "./webhooks/signature.ts";

/** Which GoHighLevel this server works with, and who it is there. */
export interface UpstreamSettings {
  /** Keeps the connections of different GoHighLevels apart: the host of the API, or `sandbox`. */
  readonly environment: string;
  /** Without a trailing slash. */
  readonly apiBaseUrl: string;
  /** The chooselocation page; what its query already holds is kept. */
  readonly authorizeUrl: string;
  /** The marketplace app. Absent where only a private integration token is configured. */
  readonly clientId?: string;
  readonly clientSecret?: Secret;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** `off` sends no PKCE to GoHighLevel. Absent: `auto`, until GoHighLevel refuses it. */
  readonly pkce?: "auto" | "off";
  /** The version id that a draft marketplace app needs. */
  readonly versionId?: string;
  /** Whose webhooks are believed. Absent: GoHighLevel's. */
  readonly webhookKeys?: WebhookKeys;
  readonly privateToken?: { readonly token: Secret; readonly locationId: LocationId };
}

/** The marketplace app's credentials. */
export interface AppCredentials {
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/** The app's credentials. Throws `AppError("config_invalid")` if none are configured. */
export const getAppCredentials = (settings: UpstreamSettings): AppCredentials => {
  const { clientId, clientSecret } = settings;
  if (clientId === undefined || clientSecret === undefined) {
    throw new AppError(
      "config_invalid",
      'signing in at GoHighLevel needs a marketplace app: set "GHL_CLIENT_ID" and "GHL_CLIENT_SECRET"',
    );
  }
  return { clientId, clientSecret };
};
