import type { Context } from "hono";
import type { World } from "../world/world.ts";
import { type AuthorizeRequest, readAuthorizeRequest, toRedirect } from "./authorize-request.ts";
import type { CodeBook } from "./codes.ts";
import type { SandboxApp } from "./issue-tokens.ts";
import { chooseLocationPage, PAGE_HEADERS, problemPage } from "./page.ts";
import type { Installation } from "./tokens.ts";

/** What the sign-in page works on. */
export interface ChooseLocationDeps {
  readonly app: SandboxApp;
  readonly world: World;
  readonly codes: CodeBook;
  /** The scopes to grant in place of those asked for; undefined: as asked for. */
  readonly grantedScopes: (asked: readonly string[]) => readonly string[];
}

/** Shows the page with the choice of locations. */
export const showChoice = async (deps: ChooseLocationDeps, context: Context): Promise<Response> => {
  const request = readAuthorizeRequest(new URL(context.req.url).searchParams, deps.app.clientId);
  if (!request.ok) return context.html(problemPage(request.failure), 400, PAGE_HEADERS);
  const { company, locations } = deps.world;
  const page = chooseLocationPage({ request: request.value, company, locations });
  return context.html(page, 200, PAGE_HEADERS);
};

/** Takes the choice and sends the browser back to the app, with a code or with `access_denied`. */
export const takeChoice = async (deps: ChooseLocationDeps, context: Context): Promise<Response> => {
  const form = new URLSearchParams(await context.req.text());
  const request = readAuthorizeRequest(form, deps.app.clientId);
  if (!request.ok) return context.html(problemPage(request.failure), 400, PAGE_HEADERS);
  if (form.get("decision") === "cancel") {
    return context.redirect(toRedirect(request.value, { error: "access_denied" }), 302);
  }
  const installation = findInstallation(deps, request.value, form.get("choice") ?? "");
  if (installation === undefined) {
    return context.html(problemPage("Choose a location or the agency."), 400, PAGE_HEADERS);
  }
  const { clientId, redirectUri } = request.value;
  const code = deps.codes.issue({ clientId, redirectUri, installation });
  return context.redirect(toRedirect(request.value, { code }), 302);
};

const findInstallation = (
  deps: ChooseLocationDeps,
  request: AuthorizeRequest,
  choice: string,
): Installation | undefined => {
  const { company, locations, users } = deps.world;
  const scopes = deps.grantedScopes(request.scopes);
  const admin = users.find((user) =>
    choice === "company"
      ? user.type === "agency"
      : user.type === "account" && user.locationIds.includes(choice),
  );
  if (choice === "company") {
    const locationIds = locations.map((location) => location.id);
    const userId = admin?.id ?? "";
    return { userType: "Company", companyId: company.id, locationIds, scopes, userId };
  }
  const location = locations.find(({ id }) => id === choice);
  if (location === undefined) return undefined;
  return {
    userType: "Location",
    companyId: company.id,
    locationId: location.id,
    locationIds: [location.id],
    scopes,
    userId: admin?.id ?? "",
  };
};
