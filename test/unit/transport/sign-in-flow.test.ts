import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../../src/core/errors.ts";
import { toCompanyId } from "../../../src/core/ids.ts";
import type { Authorized } from "../../../src/oauth/authorization-server.ts";
import type { LoginFailure } from "../../../src/upstream/upstream.ts";
import { createBrowser, readForm, type Browser } from "./browser.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

const REDIRECT_URI = "http://localhost:1234/cb";
const BROWSER_COOKIE = /^__Host-ghlmcp-browser-[A-Za-z0-9_-]{8}$/u;
const PAGE_CSP =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

let server: TestServer;
let browser: Browser;
beforeEach(async () => {
  server = await startTestServer();
  browser = createBrowser();
});
afterEach(() => server.close());

const register = async (name = "Claude"): Promise<string> => {
  const answer = await fetch(`${server.url}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: name,
      redirect_uris: [REDIRECT_URI],
    }),
  });
  const { client_id: clientId } = (await answer.json()) as { client_id: string };
  return clientId;
};

const authorizeUrl = (clientId: string, state = "st-1"): string =>
  `${server.url}/oauth/authorize?${new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    state,
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  }).toString()}`;

interface ShownPage {
  readonly url: string;
  readonly html: string;
}

const openConsent = async (state?: string, visitor = browser): Promise<ShownPage> => {
  const answer = await visitor.get(authorizeUrl(await register(), state));
  expect(answer.status).toBe(303);
  const url = answer.headers.get("location") ?? "";
  const page = await visitor.get(url);
  expect(page.status).toBe(200);
  return { url, html: await page.text() };
};

const callbackUrl = (approval: Response): string => {
  const state = new URL(approval.headers.get("location") ?? "").searchParams.get("state") ?? "";
  return `${server.url}/oauth/callback?code=ghl-code&state=${state}`;
};

const expectUntouched = async (page: ShownPage): Promise<void> => {
  const id = readForm(page.html).get("transaction") ?? "";
  const pending = await server.authorization.findAuthorization(id as never);
  expect(pending?.status).toBe("open");
  expect(server.upstream.started).toEqual([]);
};

describe("an approved request", () => {
  it("goes through GoHighLevel and back to the client with code, state and iss", async () => {
    const page = await openConsent();
    const approval = await browser.submit(page, "approve");
    expect(approval.status).toBe(303);
    expect(approval.headers.get("location")).toBe(
      "https://ghl.example/chooselocation?state=state-1",
    );
    expect(approval.headers.get("referrer-policy")).toBe("no-referrer");
    const back = await browser.get(callbackUrl(approval));
    expect(back.status).toBe(303);
    const location = new URL(back.headers.get("location") ?? "");
    expect(location.origin + location.pathname).toBe(REDIRECT_URI);
    expect(location.searchParams.get("state")).toBe("st-1");
    expect(location.searchParams.getAll("iss")).toEqual([server.url]);
    expect(location.searchParams.get("code")).toMatch(/^ghlmcp_/u);
    expect(browser.cookies.has("__Host-ghlmcp-login-state-1")).toBe(false);
    expect(server.logLines.join("\n")).not.toMatch(/ghl-code|st-1|ghlmcp_ac/u);
  });

  it("binds the sign-in to the browser only then, with cookies that no other site can set (B10, B11)", async () => {
    const page = await openConsent();
    expect([...browser.cookies.keys()]).toEqual([expect.stringMatching(BROWSER_COOKIE)]);
    const approval = await browser.submit(page, "approve");
    expect(approval.headers.getSetCookie()).toEqual([
      "__Host-ghlmcp-login-state-1=value-1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600",
    ]);
  });

  it.each([
    ["all areas", () => {}, { access: "write", areas: "all" }],
    [
      "what the person chose, more or less than asked",
      (form: URLSearchParams) => {
        form.set("access", "critical");
        form.delete("area");
        form.append("area", "calendars");
        form.append("area", "contacts");
      },
      { access: "critical", areas: ["contacts", "calendars"] },
    ],
  ])("records %s", async (_name, change, decision) => {
    const approved: unknown[] = [];
    const { approve } = server.authorization;
    server.authorization.approve = (id, given) => {
      approved.push(given);
      return approve(id, given);
    };
    const approval = await browser.submit(await openConsent(), "approve", change);
    expect(approval.status).toBe(303);
    expect(approved).toEqual([decision]);
  });

  it.each([
    ["location", { subject: "user-1", connectionId: "connection-1", locations: ["location-1"] }],
    ["company", { subject: "connection-1", connectionId: "connection-1", locations: "all" }],
  ] as const)("grants what a %s connection reaches", async (kind, expected) => {
    const completed: Authorized[] = [];
    const { complete } = server.authorization;
    server.authorization.complete = (id, authorized) => {
      completed.push(authorized);
      return complete(id, authorized);
    };
    if (kind === "company") {
      const { locationId: _l, userId: _u, ...rest } = server.upstream.connection;
      server.upstream.connection = { ...rest, kind, companyId: toCompanyId("company-1") };
    }
    await browser.get(callbackUrl(await browser.submit(await openConsent(), "approve")));
    expect(completed).toEqual([expected]);
  });

  it("may be sent twice, and both sign-ins work", async () => {
    const page = await openConsent();
    const first = await browser.submit(page, "approve");
    const second = await browser.submit(page, "approve");
    expect([first.status, second.status]).toEqual([303, 303]);
    const back = await browser.get(callbackUrl(first));
    expect(back.headers.get("location")).toContain("code=ghlmcp_");
  });

  it("works from the first form after the page was fetched twice (B12)", async () => {
    const page = await openConsent();
    await browser.get(page.url);
    expect((await browser.submit(page, "approve")).status).toBe(303);
  });

  it("does not disturb another authorization in the same browser (B14)", async () => {
    const one = await openConsent("one");
    const two = await openConsent("two");
    const oneApproved = await browser.submit(one, "approve");
    const twoApproved = await browser.submit(two, "approve");
    for (const [approval, state] of [
      [twoApproved, "two"],
      [oneApproved, "one"],
    ] as const) {
      const back = await browser.get(callbackUrl(approval));
      expect(new URL(back.headers.get("location") ?? "").searchParams.get("state")).toBe(state);
    }
  });

  it("explains itself where the request expired during the sign-in", async () => {
    const approval = await browser.submit(await openConsent(), "approve");
    server.clock.advance(700);
    const back = await browser.get(callbackUrl(approval));
    expect(back.status).toBe(400);
    expect(back.headers.get("location")).toBeNull();
    expect(await back.text()).toContain("Signed in, but the request has ended");
  });
});

describe("a refused request", () => {
  it("goes back to the client as access_denied with state and iss, once", async () => {
    const page = await openConsent();
    const answer = await browser.submit(page, "deny");
    const location = new URL(answer.headers.get("location") ?? "");
    expect(answer.status).toBe(303);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      error: "access_denied",
      state: "st-1",
      iss: server.url,
    });
    expect(server.upstream.started).toEqual([]);
    const again = await browser.submit(page, "deny");
    expect(again.headers.get("location")).toBeNull();
    expect(await again.text()).toContain("This sign-in has ended");
  });
});

describe("a consent form that is not from the page shown in this browser", () => {
  it.each<[string, (form: URLSearchParams) => void]>([
    ["no token", (form) => form.delete("csrf")],
    ["an empty token", (form) => form.set("csrf", "")],
    ["a wrong token", (form) => form.set("csrf", "x".repeat(43))],
  ])("is refused with %s, and touches nothing (B03)", async (_name, change) => {
    const page = await openConsent();
    for (const button of ["approve", "deny"]) {
      const answer = await browser.submit(page, button, change);
      expect(answer.status).toBe(403);
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.headers.get("location")).toBeNull();
    }
    await expectUntouched(page);
  });

  it("is refused with the token of another transaction (B03)", async () => {
    const one = await openConsent("one");
    const two = await openConsent("two");
    const csrf = readForm(two.html).get("csrf") ?? "";
    const answer = await browser.submit(one, "approve", (form) => form.set("csrf", csrf));
    expect(answer.status).toBe(403);
    await expectUntouched(one);
  });

  it("is refused in a browser without our cookie, or with the attacker's form in the victim's (B04)", async () => {
    const attackersPage = await openConsent("attacker");
    const victim = createBrowser();
    expect((await victim.submit(attackersPage, "approve")).status).toBe(403);
    await openConsent("victim", victim);
    expect((await victim.submit(attackersPage, "approve")).status).toBe(403);
    await expectUntouched(attackersPage);
  });

  it.each<[string, Record<string, string>]>([
    ["another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["another site, by its origin alone", { origin: "https://evil.example" }],
    ["a sibling site", { "sec-fetch-site": "same-site" }],
    ["an opaque origin that nothing vouches for", { origin: "null" }],
    ["another port of this machine", { origin: "http://localhost:1" }],
  ])("is refused when %s posted it, cookie and token or not (B04)", async (_name, headers) => {
    const page = await openConsent();
    const form = readForm(page.html);
    form.set("decision", "approve");
    const answer = await browser.post(`${server.url}/oauth/consent`, form, headers);
    expect(answer.status).toBe(403);
    expect(answer.headers.getSetCookie()).toEqual([]);
    await expectUntouched(page);
  });

  it.each([{}, { origin: "own" }, { origin: "own", "sec-fetch-site": "same-origin" }])(
    "is not what our own page's post is taken for: %o",
    async (headers: Record<string, string>) => {
      const page = await openConsent();
      const form = readForm(page.html);
      form.set("decision", "approve");
      const sent = headers["origin"] === undefined ? headers : { ...headers, origin: server.url };
      const answer = await browser.post(`${server.url}/oauth/consent`, form, sent);
      expect(answer.status).toBe(303);
    },
  );

  it("is refused with an edited cookie, and the next page sets a new one (B11)", async () => {
    const page = await openConsent();
    const [name = "", cookie = ""] =
      [...browser.cookies].find(([one]) => BROWSER_COOKIE.test(one)) ?? [];
    browser.cookies.set(name, `${cookie.slice(0, -1)}${cookie.endsWith("A") ? "B" : "A"}`);
    expect((await browser.submit(page, "approve")).status).toBe(403);
    await browser.get(page.url);
    const names = [...browser.cookies.keys()].filter((one) => BROWSER_COOKIE.test(one));
    expect(names).toHaveLength(2);
    await expectUntouched(page);
  });
});

describe("the consent page", () => {
  it("carries the headers that keep it from being framed, cached or scripted (B01, B02)", async () => {
    const page = await openConsent();
    for (const answer of [
      await browser.get(page.url),
      await browser.get(`${server.url}/oauth/callback`),
    ]) {
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": PAGE_CSP,
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "cross-origin-opener-policy": "same-origin",
      });
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("changes nothing on GET and HEAD, whatever they ask for (B15)", async () => {
    const page = await openConsent();
    const form = readForm(page.html);
    form.set("decision", "approve");
    await browser.get(`${page.url}&action=approve&${form.toString()}`);
    await fetch(`${page.url}&${form.toString()}`, { method: "HEAD" });
    await expectUntouched(page);
  });

  it("looks the same for unknown, malformed and expired requests, and never redirects (B17, B18)", async () => {
    const page = await openConsent();
    server.clock.advance(660);
    const bodies = new Set<string>();
    for (const url of [
      page.url,
      `${server.url}/oauth/consent?transaction=AAAA`,
      `${server.url}/oauth/consent`,
    ]) {
      const answer = await browser.get(url);
      expect(answer.status).toBe(404);
      expect(answer.headers.get("location")).toBeNull();
      const id = answer.headers.get("x-request-id") ?? "";
      bodies.add((await answer.text()).replace(id, "ID"));
    }
    expect(bodies.size).toBe(1);
    expect([...bodies][0]).toContain("Go back to the application and connect again.");
  });

  it("comes back with a note when no area is chosen", async () => {
    const page = await openConsent();
    const answer = await browser.submit(page, "approve", (form) => form.delete("area"));
    expect(answer.status).toBe(400);
    const html = await answer.text();
    expect(html).toContain("Choose at least one area");
    await expectUntouched(page);
    expect((await browser.submit({ url: page.url, html }, "approve")).status).toBe(303);
  });

  it.each<[string, (form: URLSearchParams) => void]>([
    ["an unknown level", (form) => form.set("access", "root")],
    ["an unknown area", (form) => form.append("area", "moon")],
    ["two levels", (form) => form.append("access", "read")],
    ["an unknown decision", (form) => form.set("decision", "maybe")],
  ])("takes no form with %s", async (_name, change) => {
    const page = await openConsent();
    expect((await browser.submit(page, "approve", change)).status).toBe(400);
    await expectUntouched(page);
  });
});

describe("a sign-in at GoHighLevel that fails", () => {
  const failures: [
    string,
    (
      purpose: LoginFailure extends infer F ? (F extends { purpose: infer P } ? P : never) : never,
    ) => LoginFailure,
    string,
    number,
  ][] = [
    ["denied", (purpose) => ({ kind: "denied", purpose }), "access_denied", 403],
    ["code_missing", (purpose) => ({ kind: "code_missing", purpose }), "server_error", 502],
    [
      "exchange_refused",
      (purpose) => ({
        kind: "exchange_refused",
        reason: "invalid_client",
        purpose,
        status: 401,
        hint: "check GHL_CLIENT_SECRET",
      }),
      "server_error",
      502,
    ],
    [
      "exchange_malformed",
      (purpose) => ({ kind: "exchange_malformed", purpose, problem: "no companyId" }),
      "server_error",
      502,
    ],
    [
      "exchange_unavailable",
      (purpose) => ({ kind: "exchange_unavailable", purpose }),
      "temporarily_unavailable",
      503,
    ],
  ];

  it.each(failures)(
    "tells the client of %s, with state and iss (U03, U06)",
    async (_kind, make, error) => {
      const approval = await browser.submit(await openConsent(), "approve");
      server.upstream.failWith(make);
      const back = await browser.get(callbackUrl(approval));
      expect(back.status).toBe(303);
      const location = new URL(back.headers.get("location") ?? "");
      expect(location.origin + location.pathname).toBe(REDIRECT_URI);
      expect(Object.fromEntries(location.searchParams)).toMatchObject({
        error,
        state: "st-1",
        iss: server.url,
      });
      expect(location.searchParams.has("code")).toBe(false);
    },
  );

  it.each(failures)(
    "explains %s on a page where no client asked",
    async (kind, make, _error, status) => {
      const start = await browser.get(`${server.url}/oauth/authorize`);
      server.upstream.failWith(make);
      const back = await browser.get(callbackUrl(start));
      expect(back.status).toBe(status);
      expect(back.headers.get("location")).toBeNull();
      const html = await back.text();
      expect(html).toContain("Nothing was connected.");
      expect(html).toContain(back.headers.get("x-request-id"));
      if (kind === "exchange_refused") expect(html).toContain("check GHL_CLIENT_SECRET");
    },
  );

  it.each([
    ["without a state (U01)", "?code=ghl-code", 400, "No sign-in was waiting"],
    ["with a forged state (U02)", "?code=ghl-code&state=forged", 400, "This sign-in has ended"],
    [
      "with hostile text (U03)",
      "?error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E",
      400,
      "No sign-in",
    ],
  ])("ends on a page %s", async (_name, query, status, text) => {
    const answer = await browser.get(`${server.url}/oauth/callback${query}`);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("location")).toBeNull();
    const html = await answer.text();
    expect(html).toContain(text);
    expect(html).not.toContain("<script");
  });

  it("ends on a page in a browser that did not approve, and issues nothing (B05)", async () => {
    const approval = await browser.submit(await openConsent(), "approve");
    const victim = createBrowser();
    const answer = await victim.get(callbackUrl(approval));
    expect(answer.status).toBe(403);
    expect(answer.headers.get("location")).toBeNull();
    expect(await answer.text()).toContain("another browser");
    const back = await browser.get(callbackUrl(approval));
    expect(back.headers.get("location")).toContain("code=");
  });

  it("is not set off by HEAD, which link checkers send", async () => {
    const approval = await browser.submit(await openConsent(), "approve");
    const head = await fetch(callbackUrl(approval), { method: "HEAD" });
    expect(head.status).toBe(405);
    expect((await browser.get(callbackUrl(approval))).status).toBe(303);
  });
});

describe("/oauth/authorize", () => {
  it("signs a person in who comes without parameters, and says what was connected", async () => {
    const start = await browser.get(`${server.url}/oauth/authorize`);
    expect(start.status).toBe(303);
    expect(server.upstream.started).toEqual([{ kind: "sign_in" }]);
    const back = await browser.get(callbackUrl(start));
    expect(back.status).toBe(303);
    expect(back.headers.get("location")).toBe(`${server.url}/connections?notice=connected`);
    expect([...browser.cookies.keys()]).toEqual(["__Host-ghlmcp-session"]);
    const page = await browser.get(back.headers.get("location") ?? "");
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("Harbor &lt;Dental&gt;");
  });

  it("sends a browser under another loopback name to the public URL first, so that cookies meet again", async () => {
    const answer = await browser.get(`http://127.0.0.1:${server.port}/oauth/authorize`);
    expect(answer.headers.get("location")).toBe(`${server.url}/oauth/authorize`);
    expect(server.upstream.started).toEqual([]);
  });

  it("shows an unknown client a page, and clients the error with a hint; neither redirects (Z01, Z04)", async () => {
    const url = authorizeUrl("unknown");
    const page = await browser.get(url);
    expect([page.status, page.headers.get("location")]).toEqual([400, null]);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const json = await fetch(url, { headers: { accept: "application/json" }, redirect: "manual" });
    expect([json.status, json.headers.get("location")]).toEqual([400, null]);
    expect(await json.json()).toMatchObject({ error: "invalid_client" });
  });

  it("reflects nothing of the request in its error page (Z16)", async () => {
    const evil = "<svg onload=alert(1)>";
    const query = new URLSearchParams({ client_id: evil, state: evil, error_description: evil });
    const html = await (
      await browser.get(`${server.url}/oauth/authorize?${query.toString()}`)
    ).text();
    expect(html).not.toMatch(/svg|onload/u);
  });

  it("takes the request as a form too", async () => {
    const query = new URL(authorizeUrl(await register())).searchParams;
    const answer = await browser.post(`${server.url}/oauth/authorize`, query);
    expect(answer.headers.get("location")).toContain("/oauth/consent?transaction=");
  });

  it.each([
    ["JSON", "application/json", "{}", 400],
    ["multipart", "multipart/form-data; boundary=x", "--x--", 400],
    ["a form of 5 MB", "application/x-www-form-urlencoded", `a=${"x".repeat(5_000_000)}`, 413],
  ])("refuses %s (Z15)", async (_name, type, body, status) => {
    const answer = await fetch(`${server.url}/oauth/authorize`, {
      method: "POST",
      headers: { "content-type": type },
      body,
    });
    expect(answer.status).toBe(status);
  });

  it("answers a broken store with 503, a page and an id", async () => {
    server.upstream.breakDown(new AppError("storage_unavailable", "gone"));
    const answer = await browser.get(`${server.url}/oauth/authorize`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(await answer.text()).toContain("Not available right now");
  });
});
