import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { Company, Location } from "../world/people.ts";
import { type AuthorizeRequest, toFields } from "./authorize-request.ts";
import { AGENCY_CHOICES } from "./agency-choices.ts";
import { STYLES } from "./styles.ts";

type Html = ReturnType<typeof html>;

/** One string with its tags: white space inside them would be part of what the policy's hash covers. */
const STYLE_ELEMENT = raw(`<style>${STYLES}</style>`);

/**
 * The headers of every page. No `form-action`: browsers apply it to the whole chain of redirects that
 * a form starts, and that chain ends at an address which only the app knows.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLES).digest("base64")}'; base-uri 'none'; frame-ancestors 'none'`,
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** The page on which a person picks a location or the whole agency. */
export const chooseLocationPage = (input: {
  readonly request: AuthorizeRequest;
  readonly company: Company;
  readonly locations: readonly Location[];
}): Html => {
  const { request, company, locations } = input;
  return layout(
    "Choose a location",
    html`<h1>Where should the app work?</h1>
      <p>
        The app at <strong>${new URL(request.redirectUri).host}</strong> asks for access to an
        account of <strong>${company.name}</strong>.
      </p>
      <form method="post">
        <fieldset>
          <legend>Locations</legend>
          ${locations.map(
            (location, index) =>
              html`<label class="choice"
                ><input
                  type="radio"
                  name="choice"
                  value="${location.id}"
                  required
                  ${index === 0 ? "checked" : ""}
                />
                <span
                  ><b>${location.name}</b
                  ><small>${location.city}, ${location.timezone}</small></span
                ></label
              >`,
          )}
        </fieldset>
        <fieldset>
          <legend>Agency</legend>
          ${AGENCY_CHOICES.map(
            ({ value, describe }) =>
              html`<label class="choice"
                ><input type="radio" name="choice" value="${value}" required />
                <span
                  ><b>${company.name}</b><small>${describe(locations.length)}</small></span
                ></label
              >`,
          )}
        </fieldset>
        <details>
          <summary>What the app asks for (${request.scopes.length})</summary>
          <ul>
            ${request.scopes.map((scope) => html`<li><code>${scope}</code></li>`)}
          </ul>
        </details>
        ${hiddenFields(request)}
        <div class="actions">
          <button type="submit" name="decision" value="allow" class="primary">Allow access</button>
          <button type="submit" name="decision" value="cancel" formnovalidate>Cancel</button>
        </div>
      </form>`,
  );
};

/** The page for a request that cannot go on. */
export const problemPage = (text: string): Html =>
  layout(
    "This sign-in cannot go on",
    html`<h1>This sign-in cannot go on</h1>
      <p>${text}</p>`,
  );

const hiddenFields = (request: AuthorizeRequest): Html[] =>
  Object.entries(toFields(request)).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );

const layout = (title: string, content: Html): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · GoHighLevel sandbox</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          <p class="badge">Sandbox: a stand-in for GoHighLevel with made-up data</p>
          ${content}
        </main>
      </body>
    </html>`;
