import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";
import {
  call,
  getCode,
  postToken,
  REDIRECT_URI,
  signIn,
  submitChoice,
  toAuthorizeUrl,
} from "./sign-in.ts";

let clock: FakeClock;
let sandbox: RunningSandbox;
let locationId: string;

beforeEach(async () => {
  clock = createFakeClock();
  sandbox = await startSandbox({ clock });
  locationId = sandbox.locations[0]?.id ?? "";
});
afterEach(() => sandbox.close());

const refresh = (refreshToken: string) =>
  postToken(sandbox, { grant_type: "refresh_token", refresh_token: refreshToken });

const listWorkflows = (token: string) =>
  call(`GET /workflows/?locationId=${locationId}`, { baseUrl: sandbox.baseUrl, token });

describe("the chooselocation page", () => {
  it("offers every location, the agency and a way back, and says that it is the sandbox", async () => {
    const answer = await fetch(toAuthorizeUrl(sandbox));
    const page = await answer.text();
    expect(answer.status).toBe(200);
    expect(page).toContain("Sandbox: a stand-in for GoHighLevel");
    for (const { id } of sandbox.locations) expect(page).toContain(`value="${id}"`);
    expect(page).toContain('value="company"');
    expect(page).toContain('value="cancel"');
    expect(page).not.toContain("<script");
    expect(answer.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    );
    expect(answer.headers.get("content-security-policy")).not.toContain("form-action");
  });

  it("answers under its older path too", async () => {
    expect((await fetch(toAuthorizeUrl(sandbox).replace("/v2/", "/"))).status).toBe(200);
  });

  it.each([
    ["another response type", { response_type: "token" }],
    ["an unknown client", { client_id: "someone-else" }],
    ["an http redirect to another machine", { redirect_uri: "http://192.0.2.1/callback" }],
    ["a script as the redirect", { redirect_uri: "javascript:alert(1)" }],
    ["a redirect with a fragment", { redirect_uri: "https://app.example.com/#x" }],
  ])("refuses %s without redirecting", async (_, changes) => {
    const answer = await fetch(toAuthorizeUrl(sandbox, changes), { redirect: "manual" });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("location")).toBeNull();
    const posted = await fetch(sandbox.authorizeUrl, {
      method: "POST",
      redirect: "manual",
      body: new URL(toAuthorizeUrl(sandbox, { ...changes, choice: locationId })).searchParams,
    });
    expect(posted.status).toBe(400);
    expect(posted.headers.get("location")).toBeNull();
  });

  it("escapes what the app sends", async () => {
    const page = await (
      await fetch(toAuthorizeUrl(sandbox, { state: '"><img src=x>', scope: "<b>" }))
    ).text();
    expect(page).not.toContain("<img");
    expect(page).not.toContain("<b></code>");
  });

  it("sends the browser back with a code and the state as it was given", async () => {
    const answer = await submitChoice(toAuthorizeUrl(sandbox), {
      choice: locationId,
      decision: "allow",
    });
    const target = new URL(answer.headers.get("location") ?? "");
    expect(answer.status).toBe(302);
    expect(`${target.origin}${target.pathname}`).toBe(REDIRECT_URI);
    expect(target.searchParams.get("state")).toBe("a b&c=d");
    expect(target.searchParams.get("code")).toMatch(/^[0-9a-f]{40}$/);
  });

  it("keeps the query that the redirect address has", async () => {
    const url = toAuthorizeUrl(sandbox, { redirect_uri: "https://app.example.com/cb?tenant=7" });
    const answer = await submitChoice(url, { choice: locationId });
    expect(answer.headers.get("location")).toMatch(
      /^https:\/\/app\.example\.com\/cb\?tenant=7&code=/,
    );
  });

  it("sends access_denied back on Cancel, and no code", async () => {
    const answer = await submitChoice(toAuthorizeUrl(sandbox), { decision: "cancel" });
    const { searchParams } = new URL(answer.headers.get("location") ?? "");
    expect(Object.fromEntries(searchParams)).toEqual({ error: "access_denied", state: "a b&c=d" });
  });

  it("refuses a location that it does not have", async () => {
    const answer = await submitChoice(toAuthorizeUrl(sandbox), { choice: "nowhere" });
    expect(answer.status).toBe(400);
  });
});

describe("a code", () => {
  const redeem = (code: string, changes: Readonly<Record<string, string>> = {}) =>
    postToken(sandbox, {
      grant_type: "authorization_code",
      code,
      redirect_uri: REDIRECT_URI,
      ...changes,
    });

  it("buys the tokens of the chosen location", async () => {
    const { status, body } = await redeem(
      await getCode(sandbox, locationId, "workflows.readonly oauth.write"),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: "Bearer",
      expires_in: 86_399,
      scope: "workflows.readonly oauth.write",
      userType: "Location",
      companyId: sandbox.companyId,
      locationId,
      isBulkInstallation: false,
      refreshTokenId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      userId: expect.stringMatching(/^\w{20}$/),
    });
    expect((await listWorkflows(body.access_token)).status).toBe(200);
  });

  it("buys the tokens of the agency, without a location", async () => {
    const { body } = await redeem(await getCode(sandbox, "company"));
    expect(body).toMatchObject({ userType: "Company", isBulkInstallation: true });
    expect(body["approvedLocations"]).toEqual(sandbox.locations.map(({ id }) => id));
    expect(body).not.toHaveProperty("locationId");
  });

  it("works once", async () => {
    const code = await getCode(sandbox, locationId);
    expect((await redeem(code)).status).toBe(200);
    expect(await redeem(code)).toMatchObject({
      status: 401,
      body: { statusCode: 401, message: "Authorization code not found", error: "Unauthorized" },
    });
  });

  it("lives for ten minutes", async () => {
    const [early, late] = [await getCode(sandbox, locationId), await getCode(sandbox, locationId)];
    clock.advance(599);
    expect((await redeem(early)).status).toBe(200);
    clock.advance(1);
    expect((await redeem(late)).status).toBe(401);
  });

  it("needs the redirect address byte for byte, and stays good when refused", async () => {
    const code = await getCode(sandbox, locationId);
    expect((await redeem(code, { redirect_uri: `${REDIRECT_URI}/` })).status).toBe(400);
    expect((await redeem(code, { redirect_uri: "" })).status).toBe(400);
    expect((await redeem(code)).status).toBe(200);
  });

  it("is looked for before the credentials are judged", async () => {
    const code = await getCode(sandbox, locationId);
    expect((await redeem("nothing", { client_secret: "wrong" })).body.message).toBe(
      "Authorization code not found",
    );
    expect(await redeem(code, { client_secret: "wrong" })).toMatchObject({
      status: 401,
      body: { message: "Invalid client credentials!" },
    });
  });

  it.each([
    ["no grant type", {}, "Missing parameter: grant_type"],
    ["no code", { grant_type: "authorization_code" }, "Missing parameter: code"],
    ["no refresh token", { grant_type: "refresh_token" }, "Missing parameter: refresh_token"],
    [
      "another grant type",
      { grant_type: "password" },
      "Unsupported grant type: grant_type is invalid",
    ],
  ])("is not asked for with %s: 400", async (_, parameters, message) => {
    expect(await postToken(sandbox, parameters)).toMatchObject({ status: 400, body: { message } });
  });

  it("buys tokens in v3 with camel case, as JSON", async () => {
    const answer = await fetch(`${sandbox.baseUrl}/oauth/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Version: "v3" },
      body: JSON.stringify({
        clientId: sandbox.clientId,
        clientSecret: sandbox.clientSecret,
        grantType: "authorization_code",
        code: await getCode(sandbox, locationId),
        redirectUri: REDIRECT_URI,
      }),
    });
    const body = (await answer.json()) as Record<string, unknown>;
    expect(answer.status).toBe(200);
    expect(body).toMatchObject({ tokenType: "Bearer", expiresIn: 86_399, userType: "Location" });
    expect(body).not.toHaveProperty("access_token");
  });
});

describe("a refresh token", () => {
  it("works once and gives a new pair with the same reach", async () => {
    const first = await signIn(sandbox, locationId, "workflows.readonly");
    const second = await refresh(first.refresh_token);
    expect(second.status).toBe(200);
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    expect(second.body).toMatchObject({ locationId, scope: "workflows.readonly" });
    expect(await refresh(first.refresh_token)).toMatchObject({
      status: 400,
      body: {
        statusCode: 400,
        message: "Invalid grant: refresh token is invalid",
        error: "Bad Request",
      },
    });
    expect((await refresh(second.body.refresh_token)).status).toBe(200);
  });

  it("is refused when it is an access token or forged", async () => {
    const { access_token: access, refresh_token: token } = await signIn(sandbox, locationId);
    expect((await refresh(access)).status).toBe(400);
    expect((await refresh(`${token.slice(0, -2)}AA`)).status).toBe(400);
    const [header = "", , signature = ""] = token.split(".");
    expect((await refresh(`${header}.e30.${signature}`)).status).toBe(400);
  });

  it("is not used up by wrong credentials", async () => {
    const { refresh_token: token } = await signIn(sandbox, locationId);
    const wrong = { grant_type: "refresh_token", refresh_token: token, client_secret: "wrong" };
    expect((await postToken(sandbox, wrong)).status).toBe(401);
    expect((await refresh(token)).status).toBe(200);
  });

  it("is refused for a paused location and works again after the pause", async () => {
    const { refresh_token: token } = await signIn(sandbox, locationId);
    sandbox.control.pauseLocation(locationId);
    expect(await refresh(token)).toMatchObject({
      status: 400,
      body: { message: "Location is not active" },
    });
    sandbox.control.resumeLocation(locationId);
    expect((await refresh(token)).status).toBe(200);
  });

  it("lives for a year", async () => {
    const [early, late] = [await signIn(sandbox, locationId), await signIn(sandbox, locationId)];
    clock.advance(31_535_999);
    expect((await refresh(early.refresh_token)).status).toBe(200);
    clock.advance(1);
    expect((await refresh(late.refresh_token)).status).toBe(400);
  });

  it("and its access token outlive a restart of the sandbox", async () => {
    const { access_token: access, refresh_token: token } = await signIn(sandbox, locationId);
    await sandbox.close();
    sandbox = await startSandbox({ clock });
    expect((await listWorkflows(access)).status).toBe(200);
    expect((await refresh(token)).status).toBe(200);
  });

  it("means nothing to a sandbox with another seed", async () => {
    const { access_token: access } = await signIn(sandbox, locationId);
    await sandbox.close();
    sandbox = await startSandbox({ clock, seed: 2 });
    expect((await listWorkflows(access)).body.message).toBe("Invalid JWT");
  });
});

describe("an access token", () => {
  it("ends after a day, or when it was told to", async () => {
    const { access_token: token } = await signIn(sandbox, locationId);
    clock.advance(86_398);
    expect((await listWorkflows(token)).status).toBe(200);
    clock.advance(1);
    expect((await listWorkflows(token)).body.message).toBe("Invalid JWT");
    await sandbox.close();
    sandbox = await startSandbox({ clock, accessTokenTtlSeconds: 5 });
    const short = await signIn(sandbox, locationId);
    expect(short["expires_in"]).toBe(5);
  });
});

describe("a location token from a company token", () => {
  const exchange = (
    token: string,
    body: Readonly<Record<string, string>>,
    version = "2021-07-28",
  ) =>
    call(`POST ${version === "v3" ? "/oauth/location-token" : "/oauth/locationToken"}`, {
      baseUrl: sandbox.baseUrl,
      token,
      version,
      body,
    });

  it("is given for a location of the company, and rotates on its own", async () => {
    const { access_token: token } = await signIn(sandbox, "company");
    const { status, body } = await exchange(token, { companyId: sandbox.companyId, locationId });
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: "Bearer", userType: "Location", locationId });
    expect((await listWorkflows(body["access_token"] ?? "")).status).toBe(200);
    expect((await refresh(body["refresh_token"] ?? "")).body).toMatchObject({ locationId });
    const renamed = await exchange(token, { companyId: sandbox.companyId, locationId }, "v3");
    expect(renamed.body).toMatchObject({ tokenType: "Bearer", locationId });
  });

  it("is refused without the header, to other classes, without the scope and for strangers", async () => {
    const company = { companyId: sandbox.companyId, locationId };
    const { access_token: token } = await signIn(sandbox, "company");
    expect((await exchange(token, company, "")).body.message).toBe("version header was not found.");
    const local = await signIn(sandbox, locationId);
    expect((await exchange(local.access_token, company)).body.message).toMatch(
      /^This authClass type/,
    );
    const narrow = await signIn(sandbox, "company", "locations.readonly");
    expect((await exchange(narrow.access_token, company)).body.message).toBe(
      "The token is not authorized for this scope.",
    );
    expect((await exchange(token, { ...company, locationId: "elsewhere" })).status).toBe(403);
    expect((await exchange(token, { ...company, companyId: "other" })).status).toBe(403);
    expect((await exchange(token, { locationId })).status).toBe(422);
    const pit = sandbox.privateTokens.get(locationId) ?? "";
    expect((await exchange(pit, company)).body.message).toMatch(/^This authClass type/);
  });
});

describe("the list of installed locations", () => {
  it("pages by skip and limit, and by page token in v3", async () => {
    const { access_token: token } = await signIn(sandbox, "company");
    const query = `companyId=${sandbox.companyId}&appId=${sandbox.appId}`;
    const dated = await call(`GET /oauth/installedLocations?${query}&skip=1&limit=1`, {
      baseUrl: sandbox.baseUrl,
      token,
    });
    expect(dated.body).toMatchObject({
      count: 3,
      locations: [{ _id: sandbox.locations[1]?.id, isInstalled: true }],
    });
    const seen: unknown[] = [];
    let next: string | undefined = "";
    while (next !== undefined) {
      const page = await call(
        `GET /oauth/installed-locations?${query}&pageSize=2${next === "" ? "" : `&pageToken=${next}`}`,
        { baseUrl: sandbox.baseUrl, token, version: "v3" },
      );
      const body = page.body as unknown as {
        items: { _id: string }[];
        pagination: { nextPageToken?: string };
      };
      seen.push(...body.items.map(({ _id }) => _id));
      next = body.pagination.nextPageToken;
    }
    expect(seen).toEqual(sandbox.locations.map(({ id }) => id));
  });

  it("answers 422 without the app id", async () => {
    const { access_token: token } = await signIn(sandbox, "company");
    const answer = await call(`GET /oauth/installedLocations?companyId=${sandbox.companyId}`, {
      baseUrl: sandbox.baseUrl,
      token,
    });
    expect(answer).toMatchObject({ status: 422, body: { message: ["appId should not be empty"] } });
  });
});
