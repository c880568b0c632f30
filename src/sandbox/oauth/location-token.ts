import { toFieldRules } from "../gate/field-rules.ts";
import { reaches } from "../gate/caller.ts";
import { answer, refuse } from "../gate/outcome.ts";
import { type ApiCall, COMPANY_CALLERS, type Route } from "../gate/route.ts";
import { type SandboxApp, toTokenFields } from "./issue-tokens.ts";
import type { TokenAuthority } from "./tokens.ts";

/** What the exchange works on. */
export interface LocationTokenDeps {
  readonly app: SandboxApp;
  readonly tokens: TokenAuthority;
}

/** A company token for the token of one of its locations, under both of its paths. */
export const locationTokenRoutes = (deps: LocationTokenDeps): Route[] =>
  (
    [
      { path: "/oauth/locationToken", versions: "dated" },
      { path: "/oauth/location-token", versions: "v3" },
    ] as const
  ).map(({ path, versions }) => ({
    method: "POST",
    path,
    versions,
    scope: "oauth.write",
    callers: COMPANY_CALLERS,
    location: { in: "caller" },
    body: () => toFieldRules("companyId:string! locationId:string!"),
    handle: (call) => exchange(deps, call),
  }));

const exchange = (deps: LocationTokenDeps, { caller, body, isV3, traceId }: ApiCall) => {
  const { locationId } = body;
  if (body["companyId"] !== caller.companyId) {
    return refuse(403, "The token does not have access to this company.");
  }
  if (typeof locationId !== "string" || !reaches(caller, locationId)) {
    return refuse(403, "The token does not have access to this location.");
  }
  const installation = {
    userType: "Location",
    companyId: caller.companyId,
    locationId,
    locationIds: [locationId],
    scopes: caller.scopes === "all" ? [] : caller.scopes,
    userId: caller.userId,
  } as const;
  return answer(200, {
    ...toTokenFields(deps.tokens.issue(installation), installation.scopes, isV3),
    userType: "Location",
    companyId: caller.companyId,
    locationId,
    userId: caller.userId,
    appId: deps.app.appId,
    versionId: deps.app.versionId,
    traceId: traceId(),
  });
};
