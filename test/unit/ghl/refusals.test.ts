import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { classifyGhlFailure } from "../../../src/ghl/classify-failure.ts";
import type { GhlFailure } from "../../../src/ghl/errors.ts";
import { explainGhlFailure } from "../../../src/ghl/explain-failure.ts";
import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { createBrowser } from "../../support/browser.ts";

let sandbox: RunningSandbox;
let here: string;
let there: string;
let token: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  [here = "", there = ""] = sandbox.locations.map(({ id }) => id);
  token = sandbox.privateTokens.get(here) ?? "";
});

afterAll(() => sandbox.close());

/** A token from a sign-in with these scopes. */
const signIn = async (choice: string, scope: string): Promise<string> => {
  const redirectUri = "http://localhost:3999/callback";
  const query = new URLSearchParams({
    response_type: "code",
    client_id: sandbox.clientId,
    redirect_uri: redirectUri,
    scope,
  });
  const browser = createBrowser();
  const stop = (url: URL): boolean => url.href.startsWith(redirectUri);
  const page = await browser.get(new URL(`${sandbox.authorizeUrl}?${query.toString()}`), { stop });
  const done = await browser.submitForm(page, { button: "allow", fields: { choice }, stop });
  const response = await fetch(`${sandbox.baseUrl}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: sandbox.clientId,
      client_secret: sandbox.clientSecret,
      redirect_uri: redirectUri,
      code: done.stoppedAt?.searchParams.get("code") ?? "",
    }),
  });
  return ((await response.json()) as { readonly access_token: string }).access_token;
};

interface Asked {
  readonly path?: string;
  readonly body?: unknown;
  readonly version?: string | undefined;
  readonly token?: string;
}

/** What the sandbox's answer to a search of contacts, or to another request, is taken for. */
const failureOf = async (asked: Asked = {}): Promise<GhlFailure> => {
  const { path = "/contacts/search", body = { locationId: here, pageLimit: 1 } } = asked;
  const version = "version" in asked ? asked.version : "2021-07-28";
  const response = await fetch(sandbox.baseUrl + path, {
    method: body === null ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${asked.token ?? token}`,
      "content-type": "application/json",
      ...(version !== undefined && { version }),
    },
    ...(body !== null && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect([response.status >= 400, text]).toEqual([true, text]);
  return classifyGhlFailure(response.status, Object.fromEntries(response.headers), text);
};

/** The table of gohighlevel.md §4.7, as the sandbox, which shares no code with the client, answers it. */
describe("what GoHighLevel answers is told apart:", () => {
  it.each(["2021-07-28", "v3"])("a token that is no longer good (%s)", async (version) => {
    const kind = "token_rejected";
    expect(await failureOf({ version, token: "eyJhbGciOiJub25lIn0.e30." })).toEqual({ kind });
    expect(await failureOf({ version, token: "pit-unknown" })).toEqual({ kind });
  });

  it("a Version header that is missing, is none, or does not go with the path", async () => {
    const kind = "version_rejected";
    expect(await failureOf({ version: undefined })).toEqual({ kind });
    expect(await failureOf({ version: "2020-01-01" })).toEqual({ kind });
    const path = "/oauth/installedLocations";
    expect(await failureOf({ path, body: null, version: "v3" })).toEqual({ kind });
  });

  it.each(["2021-07-28", "v3"])(
    "a scope that is missing, a token of the wrong class (%s)",
    async (version) => {
      const narrow = await signIn(here, "locations.readonly");
      expect(await failureOf({ version, token: narrow })).toEqual({
        kind: "missing_scope",
        scopes: [],
      });
      const agency = await signIn("company", "contacts.readonly");
      expect(await failureOf({ version, token: agency })).toEqual({ kind: "wrong_token_class" });
    },
  );

  it.each(["2021-07-28", "v3"])(
    "another location, a record that is not there (%s)",
    async (version) => {
      expect(await failureOf({ version, body: { locationId: there, pageLimit: 1 } })).toEqual({
        kind: "location_forbidden",
      });
      expect(await failureOf({ version, path: "/contacts/none", body: null })).toEqual({
        kind: "not_found",
      });
    },
  );

  it.each(["2021-07-28", "v3"])("an unknown field, by its name (%s)", async (version) => {
    const body = { locationId: here, pageLimit: 1, unheardOf: 1 };
    expect(await failureOf({ version, body })).toEqual({
      kind: "bad_request",
      status: 422,
      messages: expect.arrayContaining([expect.stringContaining("unheardOf")]) as unknown,
    });
  });

  it.each(["2021-07-28", "v3"])(
    "a contact that is there already, by its id (%s)",
    async (version) => {
      const body = { locationId: here, email: `twice-${version}@example.com` };
      const created = await fetch(`${sandbox.baseUrl}/contacts/`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, version, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const { contact } = (await created.json()) as { readonly contact: { readonly id: string } };
      expect(await failureOf({ version, path: "/contacts/", body })).toMatchObject({
        kind: "duplicate_contact",
        contactId: contact.id,
        matchingField: "email",
      });
    },
  );

  it.each<[number, string, GhlFailure]>([
    [429, "", { kind: "rate_limited", retryAfterMs: 4_000 }],
    [503, "<html>busy</html>", { kind: "upstream_error", status: 503 }],
    [403, "<!DOCTYPE html><html></html>", { kind: "blocked", status: 403 }],
  ])("%i with %j", async (status, body, failure) => {
    const headers = { "retry-after": "4", "content-type": "text/html" };
    const how = { kind: "status", status, body, headers } as const;
    sandbox.control.misbehave({ pathPrefix: "/contacts", count: 1, how });
    expect(await failureOf()).toEqual(failure);
  });
});

describe("the explanation of a failure", () => {
  it("says what to do next, quotes GoHighLevel's own words, and holds no markup", () => {
    expect(explainGhlFailure({ kind: "missing_scope", scopes: ["contacts.write"] })).toEqual({
      what: 'the connection lacks the scope "contacts.write"',
      next: "add it to the marketplace app or the private integration, then sign in again; a new token alone does not help",
    });
    expect(explainGhlFailure({ kind: "rate_limited", retryAfterMs: 3_200 }).next).toBe(
      "wait 4 s and try again",
    );
    const messages = ['say "yes"\n'];
    expect(explainGhlFailure({ kind: "bad_request", status: 422, messages }).what).toBe(
      'GoHighLevel refused the input (status 422): "say \\"yes\\"\\n"',
    );
    expect(
      explainGhlFailure({
        kind: "token",
        failure: { kind: "wrong_token_class", needed: "company", have: "location" },
      }),
    ).toMatchObject({ next: "use a connection of that kind" });
  });
});
