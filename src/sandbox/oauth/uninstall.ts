import { reaches } from "../gate/caller.ts";
import { toFieldRules } from "../gate/field-rules.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import type { ApiCall, Route } from "../gate/route.ts";
import type { SandboxApp } from "./issue-tokens.ts";
import type { TokenAuthority } from "./tokens.ts";

/** What the app is taken out of: a location, or an agency with all of its locations. */
export interface Uninstalled {
  readonly companyId: string;
  readonly locationId?: string;
}

/** What uninstalling works on. */
export interface UninstallDeps {
  readonly app: SandboxApp;
  readonly tokens: TokenAuthority;
  /** Hears of it once the tokens are dead. */
  readonly onUninstall: (what: Uninstalled) => void;
}

/** `DELETE /marketplace/app/{appId}/installations`: ends an installation and its tokens. */
export const uninstallRoutes = (deps: UninstallDeps): Route[] => [
  {
    method: "DELETE",
    path: "/marketplace/app/:appId/installations",
    versions: "all",
    scope: "oauth.write",
    callers: ["location", "company"],
    location: { in: "caller" },
    body: () => toFieldRules("companyId:string locationId:string reason:string"),
    handle: (call) => uninstall(deps, call),
  },
];

const uninstall = (deps: UninstallDeps, { caller, params, body }: ApiCall): Outcome => {
  if (params["appId"] !== deps.app.appId) {
    return refuse(404, `The requested App '${params["appId"] ?? ""}' was not found.`);
  }
  const { companyId, locationId } = body;
  if (companyId !== undefined && companyId !== caller.companyId) {
    return refuse(403, "The token does not have access to this company.");
  }
  // A location's token speaks for its location alone, whatever the body leaves out.
  const about = locationId ?? caller.locationId;
  if (about !== undefined && (typeof about !== "string" || !reaches(caller, about))) {
    return refuse(403, "The token does not have access to this location.");
  }
  const what: Uninstalled = {
    companyId: caller.companyId,
    ...(about === undefined ? {} : { locationId: about }),
  };
  deps.tokens.uninstall(what);
  deps.onUninstall(what);
  return answer(200, { success: true });
};
