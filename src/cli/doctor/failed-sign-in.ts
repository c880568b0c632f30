import type { App } from "../../app.ts";
import { type Found, problem } from "./finding.ts";

const LOOK_BACK = 50;

/**
 * The newest sign-in, if it failed at GoHighLevel for a reason that the settings can mend. The audit
 * trail knows what no question from here can find out: what the app's own settings are.
 */
export const findFailedSignIn = async (
  { audit }: Pick<App, "audit">,
  redirectUri: string,
): Promise<Found | undefined> => {
  const events = await audit.list({ limit: LOOK_BACK });
  const last = events.find(
    ({ event }) => event.kind === "sign_in.failed" || event.kind === "connection.created",
  );
  if (last?.event.kind !== "sign_in.failed") return undefined;
  const at = new Date(last.atMs).toISOString().slice(0, 16).replace("T", " at ");
  const [text, fix] = explain(last.event.refusal, redirectUri) ?? [];
  return text === undefined || fix === undefined
    ? undefined
    : problem(`the last sign-in, on ${at} UTC, failed: ${text}`, fix);
};

const explain = (
  refusal: string | undefined,
  redirectUri: string,
): readonly [text: string, fix: string] | undefined => {
  switch (refusal) {
    case "redirect_mismatch":
      return [
        "the redirect URI is not the one that the sign-in was started with, or that the app lists",
        `make the three equal, character by character: GHL_REDIRECT_URI (now "${redirectUri}"), a redirect URL of the app in the marketplace, and the same setting on every instance of the server`,
      ];
    case "invalid_client":
      return [
        "GoHighLevel does not accept the client id and secret",
        "copy both once more from the app's page in the marketplace, under Client Keys",
      ];
    default:
      return undefined;
  }
};
