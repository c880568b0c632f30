import { parseForm } from "./form-body.ts";
import type { People, SignedInPerson } from "./person-session.ts";
import type { ErrorPages, ErrorText } from "./responses.ts";
import type { RouteHandler, RouteRequest } from "./route.ts";
import { isSameOriginPost } from "./same-origin.ts";

/** A form that a signed-in person sent from one of our pages. */
export interface PersonForm {
  readonly request: RouteRequest;
  readonly person: SignedInPerson;
  readonly form: URLSearchParams;
}

/** What taking such forms needs. */
export interface PersonFormDeps {
  readonly people: People;
  readonly publicUrl: string;
  readonly errorPage: ErrorPages;
}

/**
 * Takes a form only from our own page, in the browser of a signed-in person, with the token of that
 * person's session; only then is `act` called. Everything else is a 403 that touches nothing.
 */
export const createPersonFormRoute =
  (deps: PersonFormDeps, act: (sent: PersonForm) => Promise<Response>): RouteHandler =>
  async (request) => {
    if (!isSameOriginPost(request.headers, deps.publicUrl)) {
      return deps.errorPage(request, 403, NOT_FROM_PAGE);
    }
    const person = await deps.people.find(request.cookies);
    if (person === undefined) return deps.errorPage(request, 403, SIGNED_OUT);
    const form = parseForm({ contentType: request.headers["content-type"], body: request.body });
    if (!form.ok || !deps.people.isFormOf(person, form.value.get("csrf") ?? "")) {
      return deps.errorPage(request, 403, NOT_FROM_PAGE);
    }
    return act({ request, person, form: form.value });
  };

const NOT_FROM_PAGE: ErrorText = {
  title: "This form was not shown in this browser",
  text: "It did not come from a page that this server showed here, or you have signed in anew since. Nothing was changed.",
  advice: "Open the page again and repeat what you did there.",
};

const SIGNED_OUT: ErrorText = {
  title: "You are not signed in here",
  text: "The sign-in in this browser has ended. Nothing was changed.",
  advice: "Sign in again on the page that lists who has access.",
};
