import type { HttpClient } from "../core/http-client.ts";
import { toSecret } from "../core/secret.ts";
import { toApprovedLocations } from "./approved-locations.ts";
import { callApi } from "./call-api.ts";
import { toApiUrl, toAppId } from "./endpoints.ts";
import { installedAnswer, locationAnswer } from "./locations.ts";
import { type UpstreamSettings, getAppCredentials } from "./settings.ts";
import { type TokenAnswer, parseWith } from "./token-answer.ts";

/** An installation as a person would name it. */
export interface InstallName {
  readonly name: string;
  readonly detail?: string;
}

const TIMEOUT_MS = 3000;
const MOST_NAMES = 3;

/**
 * Asks GoHighLevel, once, what a fresh installation is called. The name is what a person recognises it
 * by; where GoHighLevel does not tell it in three seconds, the id must do.
 */
export const describeInstall = async (
  deps: { readonly settings: UpstreamSettings; readonly http: HttpClient },
  answer: TokenAnswer,
): Promise<InstallName> =>
  answer.locationId !== undefined && answer.userType === "Location"
    ? describeLocation(deps, answer, answer.locationId)
    : describeAgency(deps, answer);

const describeLocation = async (
  { settings, http }: { readonly settings: UpstreamSettings; readonly http: HttpClient },
  answer: TokenAnswer,
  locationId: string,
): Promise<InstallName> => {
  const found = await callApi(http, {
    url: toApiUrl(settings, `/locations/${encodeURIComponent(locationId)}`),
    token: toSecret(answer.access_token),
    parse: (body) => parseWith(locationAnswer, body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const name = found.ok ? found.value.location.name : undefined;
  return name === undefined ? { name: locationId } : { name, detail: `location ${locationId}` };
};

const describeAgency = async (
  { settings, http }: { readonly settings: UpstreamSettings; readonly http: HttpClient },
  answer: TokenAnswer,
): Promise<InstallName> => {
  const { companyId } = answer;
  const found = await callApi(http, {
    url: toApiUrl(settings, "/oauth/installedLocations", {
      companyId,
      appId: toAppId(getAppCredentials(settings).clientId),
      isInstalled: "true",
      skip: "0",
      limit: String(MOST_NAMES),
    }),
    token: toSecret(answer.access_token),
    parse: (body) => parseWith(installedAnswer, body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const locations = found.ok ? found.value.locations : [];
  const approved = toApprovedLocations(answer);
  const count = found.ok ? found.value.count : approved === "all" ? undefined : approved.length;
  const names = locations.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const more =
    count !== undefined && count > names.length ? ` and ${count - names.length} more` : "";
  const future =
    answer.installToFutureLocations === true ? ", and the locations that it opens later" : "";
  return {
    name: count === undefined ? "an agency" : `an agency with ${toLocationCount(count)}`,
    detail: `agency ${companyId}${names.length === 0 ? "" : `: ${names.join(", ")}${more}`}${future}`,
  };
};

const toLocationCount = (count: number): string =>
  count === 1 ? "1 location" : `${count === 0 ? "no" : count} locations`;
