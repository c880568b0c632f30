import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PkceMode, RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { call, getCode, postToken, REDIRECT_URI, submitChoice, toAuthorizeUrl } from "./sign-in.ts";

const VERIFIER = "v".repeat(43);
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");

let sandbox: RunningSandbox;
let here: string;

beforeEach(async () => {
  sandbox = await startSandbox();
  here = sandbox.locations[0]?.id ?? "";
});
afterEach(() => sandbox.close());

const allow = (changes: Readonly<Record<string, string>> = {}) =>
  submitChoice(toAuthorizeUrl(sandbox, changes), { choice: here, decision: "allow" });
const queryOf = (answer: Response) =>
  new URL(answer.headers.get("location") ?? "https://none.example").searchParams;
const redeem = (code: string, more: Readonly<Record<string, string>> = {}) =>
  postToken(sandbox, {
    grant_type: "authorization_code",
    code,
    redirect_uri: REDIRECT_URI,
    ...more,
  });

describe("the levers of the sign-in", () => {
  it("leave the state out, of a code and of a refusal, and echo it again afterwards", async () => {
    sandbox.control.dropState(true);
    expect([...queryOf(await allow()).keys()]).toEqual(["code"]);
    const cancelled = await submitChoice(toAuthorizeUrl(sandbox), { decision: "cancel" });
    expect([...queryOf(cancelled).keys()]).toEqual(["error"]);
    sandbox.control.dropState(false);
    expect(queryOf(await allow()).get("state")).toBe("a b&c=d");
  });

  it("ask a draft app for its version, and no other", async () => {
    sandbox.control.requireVersionId(true);
    const bare = await fetch(toAuthorizeUrl(sandbox));
    expect([bare.status, await bare.text()]).toEqual([
      400,
      expect.stringContaining("error.noversionid"),
    ]);
    expect((await fetch(toAuthorizeUrl(sandbox, { version_id: "other" }))).status).toBe(400);
    const drafted = await allow({ version_id: sandbox.versionId });
    expect(queryOf(drafted).has("code")).toBe(true);
  });

  it.each<[PkceMode, string | undefined, string | undefined, number]>([
    ["ignore", undefined, undefined, 200],
    ["ignore", CHALLENGE, "wrong", 200],
    ["verify", CHALLENGE, VERIFIER, 200],
    ["verify", CHALLENGE, "wrong", 400],
    ["verify", CHALLENGE, undefined, 400],
    ["verify", undefined, VERIFIER, 400],
    ["verify", undefined, undefined, 200],
    ["refuse_at_token", CHALLENGE, undefined, 200],
    ["refuse_at_token", CHALLENGE, VERIFIER, 422],
  ])("%s PKCE: challenge %s, verifier %s → %i", async (mode, challenge, verifier, status) => {
    sandbox.control.setPkce(mode);
    const sent = challenge === undefined ? {} : { code_challenge: challenge };
    const code = queryOf(await allow(sent)).get("code") ?? "";
    const more = verifier === undefined ? {} : { code_verifier: verifier };
    expect((await redeem(code, more)).status).toBe(status);
    // What was refused has not used the code up.
    sandbox.control.setPkce("ignore");
    expect((await redeem(code)).status).toBe(status === 200 ? 401 : 200);
  });

  it("refuse PKCE on the page itself", async () => {
    sandbox.control.setPkce("refuse_at_page");
    const page = await fetch(toAuthorizeUrl(sandbox, { code_challenge: CHALLENGE }));
    expect([page.status, await page.text()]).toEqual([
      400,
      expect.stringContaining("property code_challenge should not exist"),
    ]);
    expect(queryOf(await allow()).has("code")).toBe(true);
  });

  it("make a new private integration token, and the old one is refused", async () => {
    const path = `GET /locations/${here}/timezones`;
    const old = sandbox.privateTokens.get(here) ?? "";
    const fresh = sandbox.control.rotatePrivateToken(here);
    expect(sandbox.privateTokens.get(here)).toBe(fresh);
    const { baseUrl } = sandbox;
    expect((await call(path, { baseUrl, token: fresh })).status).toBe(200);
    expect(await call(path, { baseUrl, token: old })).toMatchObject({
      status: 401,
      body: { message: "Invalid Private Integration token" },
    });
  });
});

describe("an agency's private integration token", () => {
  it("reads the agency's locations, and no endpoint of a location, nor mints a token", async () => {
    const { baseUrl, agencyPrivateToken: token } = sandbox;
    expect((await call(`GET /locations/${here}`, { baseUrl, token })).status).toBe(200);
    for (const path of [
      `GET /locations/${here}/timezones`,
      `GET /workflows/?locationId=${here}`,
      `POST /oauth/locationToken`,
    ]) {
      expect(await call(path, { baseUrl, token })).toMatchObject({
        status: 401,
        body: { message: "Token's user type mismatch!" },
      });
    }
  });
});

describe("the ways in which an agency installs", () => {
  it.each([
    ["company", true, "all", false],
    ["company-some", true, "some", false],
    ["company-future", true, "all", true],
    ["company-alone", false, undefined, undefined],
  ])("%s: bulk %s, locations %s, future ones %s", async (choice, bulk, approved, future) => {
    const page = await (await fetch(toAuthorizeUrl(sandbox))).text();
    expect(page).toContain(`value="${choice}"`);
    const { body } = await redeem(await getCode(sandbox, choice));
    expect(body).toMatchObject({ userType: "Company", isBulkInstallation: bulk });
    expect(body["installToFutureLocations"]).toBe(future);
    const all = sandbox.locations.map(({ id }) => id);
    const listed = body["approvedLocations"] as string[] | undefined;
    if (approved === undefined) expect(listed).toBeUndefined();
    else expect(listed).toEqual(approved === "all" ? all : all.slice(0, Math.ceil(all.length / 2)));
  });

  it("say nothing of bulk for a single location", async () => {
    const { body } = await redeem(await getCode(sandbox, here));
    expect(body["isBulkInstallation"]).toBe(false);
    expect(body).not.toHaveProperty("approvedLocations");
  });
});
