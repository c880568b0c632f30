import type { Context } from "hono";
import type { World } from "../world/world.ts";
import type { SignInHabits } from "../control.ts";
import { AGENCY_CHOICES } from "./agency-choices.ts";
import {
  type AuthorizeRequest,
  type PageRules,
  readAuthorizeRequest,
  toRedirect,
} from "./authorize-request.ts";
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
  readonly signIn: () => SignInHabits;
}

const toRules = ({ app, signIn }: ChooseLocationDeps): PageRules => {
  const { needsVersionId, pkce } = signIn();
  return { ...app, needsVersionId, refusesPkce: pkce === "refuse_at_page" };
};

/** Shows the page with the choice of locations. */
export const showChoice = async (deps: ChooseLocationDeps, context: Context): Promise<Response> => {
  const request = readAuthorizeRequest(new URL(context.req.url).searchParams, toRules(deps));
  if (!request.ok) return context.html(problemPage(request.failure), 400, PAGE_HEADERS);
  const { company, locations } = deps.world;
  const page = chooseLocationPage({ request: request.value, company, locations });
  return context.html(page, 200, PAGE_HEADERS);
};

/** Takes the choice and sends the browser back to the app, with a code or with `access_denied`. */
export const takeChoice = async (deps: ChooseLocationDeps, context: Context): Promise<Response> => {
  const form = new URLSearchParams(await context.req.text());
  const request = readAuthorizeRequest(form, toRules(deps));
  if (!request.ok) return context.html(problemPage(request.failure), 400, PAGE_HEADERS);
  const redirect = (parameters: Readonly<Record<string, string>>): Response =>
    context.redirect(toRedirect(request.value, parameters, deps.signIn().dropsState), 302);
  if (form.get("decision") === "cancel") return redirect({ error: "access_denied" });
  const installation = findInstallation(deps, request.value, form.get("choice") ?? "");
  if (installation === undefined) {
    return context.html(problemPage("Choose a location or the agency."), 400, PAGE_HEADERS);
  }
  const { clientId, redirectUri, codeChallenge } = request.value;
  const code = deps.codes.issue({
    clientId,
    redirectUri,
    installation,
    ...(codeChallenge === undefined ? {} : { codeChallenge }),
  });
  return redirect({ code });
};

const findInstallation = (
  deps: ChooseLocationDeps,
  request: AuthorizeRequest,
  choice: string,
): Installation | undefined => {
  const { company, locations, users } = deps.world;
  const scopes = deps.grantedScopes(request.scopes);
  const agency = AGENCY_CHOICES.find(({ value }) => value === choice);
  const admin = users.find((user) =>
    agency === undefined
      ? user.type === "account" && user.locationIds.includes(choice)
      : user.type === "agency",
  );
  if (agency !== undefined) {
    const userId = admin?.id ?? "";
    const reach = agency.reach(locations.map((location) => location.id));
    return { userType: "Company", companyId: company.id, scopes, userId, ...reach };
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
