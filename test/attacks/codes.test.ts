import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Answer,
  type AttackClient,
  type Authorized,
  createAttackClient,
  probe,
  readAnswer,
  sendForm,
  toTokens,
} from "../support/attack-client.ts";
import { countRows, readRows } from "../support/attack-store.ts";
import { createFakeClock } from "../support/clock.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** The token endpoint and authorization codes. Time stands still unless a test moves it. */

const clock = createFakeClock();
let running: RunningApp;
let client: AttackClient;

beforeAll(async () => {
  running = await startApp({ clock });
  client = await createAttackClient(running);
});
afterAll(() => running.close());

const tokenRows = (): number =>
  countRows(running.databasePath, "access_token") +
  countRows(running.databasePath, "refresh_token");

/** Refused with this error, in the shape of RFC 6749 §5.2, and no token came into being. */
function expectRefusal(answer: Answer, status: number, error: string): void {
  expect(answer.status).toBe(status);
  expect(answer.json).toEqual({ error, error_description: expect.any(String) });
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.text).not.toMatch(/ghlmcp_|\bat .*:\d+:\d+|sqlite/iu);
}

/** The code is still its owner's. */
async function expectRedeemable(authorized: Authorized): Promise<void> {
  const tokens = toTokens(await client.redeem(authorized));
  expect(await probe(running, tokens.access_token)).toBe(200);
}

const sha256 = (value: string): string => createHash("sha256").update(value).digest("base64url");

describe("the code verifier", () => {
  it("T01: refuses a redemption without the verifier, and the owner's code stays good", async () => {
    const authorized = await client.authorize();
    const before = tokenRows();
    expectRefusal(await client.redeem(authorized, { code_verifier: null }), 400, "invalid_grant");
    expectRefusal(await client.redeem(authorized, { code_verifier: "" }), 400, "invalid_grant");
    expect(tokenRows()).toBe(before);
    await expectRedeemable(authorized);
  });

  it.each([
    ["a wrong verifier", (right: string) => right.replace(/.$/u, right.endsWith("A") ? "B" : "A")],
    ["a verifier of 42 characters", (right: string) => right.slice(0, 42)],
    ["a verifier of 129 characters", (right: string) => right.padEnd(129, "A")],
    ["the challenge itself", sha256],
    ["a verifier with a line break", (right: string) => `${right}\n`],
  ])("T02: refuses %s, and the owner's code stays good", async (_name, change) => {
    const authorized = await client.authorize();
    const before = tokenRows();
    expectRefusal(
      await client.redeem(authorized, { code_verifier: change(authorized.verifier) }),
      400,
      "invalid_grant",
    );
    expect(tokenRows()).toBe(before);
    await expectRedeemable(authorized);
  });

  it("T03: gives no code without a challenge, so no verifier can meet one", async () => {
    const before = countRows(running.databasePath, "transaction");
    const { url } = client.request({ code_challenge: null, code_challenge_method: null });
    const answer = await fetch(url, { redirect: "manual" });
    const location = new URL(answer.headers.get("location") ?? "");
    expect(`${location.origin}${location.pathname}`).toBe(client.redirectUri);
    expect(location.searchParams.get("error")).toBe("invalid_request");
    expect(location.searchParams.has("code")).toBe(false);
    expect(countRows(running.databasePath, "transaction")).toBe(before);
  });
});

describe("the redirect URI", () => {
  it.each([
    ["another that is registered", "http://127.0.0.1:46001/other"],
    ["one that is not registered", "https://evil.example/callback"],
    ["another loopback port", "http://127.0.0.1:46002/callback"],
    ["the registered one where the request named another port", "http://localhost:46001/callback"],
  ])("T05: refuses %s, and the owner's code stays good", async (_name, redirectUri) => {
    const two = await createAttackClient(running, {
      redirect_uris: [client.redirectUri, "http://127.0.0.1:46001/other"],
    });
    const authorized = await two.authorize();
    const before = tokenRows();
    expectRefusal(
      await two.redeem(authorized, { redirect_uri: redirectUri }),
      400,
      "invalid_grant",
    );
    expect(tokenRows()).toBe(before);
    toTokens(await two.redeem(authorized));
  });

  it("T05: accepts a redemption without one, which the verifier binds", async () => {
    toTokens(await client.redeem(await client.authorize(), { redirect_uri: null }));
  });
});

describe("a code that comes again", () => {
  it("T06: is refused, and ends every token of the first redemption", async () => {
    const authorized = await client.authorize();
    const first = toTokens(await client.redeem(authorized));
    const second = toTokens(await client.refresh(first.refresh_token));
    clock.advance(2);
    expectRefusal(await client.redeem(authorized), 400, "invalid_grant");
    expect(await probe(running, first.access_token)).toBe(401);
    expect(await probe(running, second.access_token)).toBe(401);
    expectRefusal(await client.refresh(second.refresh_token), 400, "invalid_grant");
    expect(running.logLines.some((line) => line.includes('"event":"code_replay"'))).toBe(true);
  });

  it("T06: ends nothing when it comes without the verifier, or from another client", async () => {
    const authorized = await client.authorize();
    const tokens = toTokens(await client.redeem(authorized));
    clock.advance(2);
    const stranger = await createAttackClient(running);
    expectRefusal(
      await client.redeem(authorized, { code_verifier: "A".repeat(43) }),
      400,
      "invalid_grant",
    );
    expectRefusal(await stranger.redeem(authorized), 400, "invalid_grant");
    expect(await probe(running, tokens.access_token)).toBe(200);
  });

  it("T07: gives one of 20 concurrent redemptions one token set, which lives on", async () => {
    const authorized = await client.authorize();
    const before = tokenRows();
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.redeem(authorized)));
    const won = answers.filter((answer) => answer.status === 200);
    expect(won).toHaveLength(1);
    for (const lost of answers.filter((answer) => answer.status !== 200)) {
      expectRefusal(lost, 400, "invalid_grant");
    }
    expect(tokenRows()).toBe(before + 2);
    const [winner] = won.map(toTokens);
    expect(await probe(running, winner?.access_token)).toBe(200);
    toTokens(await client.refresh(winner?.refresh_token ?? ""));
  });
});

describe("codes and tokens out of place", () => {
  it("T09: refuses a code after 60 seconds and takes it until then", async () => {
    const [early, late] = [await client.authorize(), await client.authorize()];
    clock.advance(59);
    await expectRedeemable(early);
    clock.advance(1);
    const before = tokenRows();
    expectRefusal(await client.redeem(late), 400, "invalid_grant");
    expect(tokenRows()).toBe(before);
  });

  it("T09: refuses a code as a refresh token and a refresh token as a code", async () => {
    const authorized = await client.authorize();
    expectRefusal(await client.refresh(authorized.code), 400, "invalid_grant");
    const tokens = toTokens(await client.redeem(authorized));
    expectRefusal(
      await client.redeem({ code: tokens.refresh_token, verifier: authorized.verifier }),
      400,
      "invalid_grant",
    );
    expect(await probe(running, tokens.access_token)).toBe(200);
  });

  it("T10: refuses another resource as invalid_target, and the right one still redeems", async () => {
    const authorized = await client.authorize({
      parameters: { resource: running.mcpUrl.href },
    });
    const before = tokenRows();
    for (const resource of ["https://other.example/mcp", `${running.publicUrl}/other`, ""]) {
      expectRefusal(await client.redeem(authorized, { resource }), 400, "invalid_target");
    }
    expect(tokenRows()).toBe(before);
    toTokens(await client.redeem(authorized, { resource: running.mcpUrl.href }));
  });
});

describe("client authentication", () => {
  const basic = (id: string, secret: string, scheme = "Basic"): string =>
    `${scheme} ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64")}`;

  interface Attempt {
    readonly name: string;
    readonly kind: "public" | "confidential";
    header?(id: string, secret: string): string;
    readonly body?: Readonly<Record<string, string | null>>;
    /** Client id and secret go into the body unless said. */
    readonly bare?: true;
  }

  const attempts: readonly Attempt[] = [
    { name: "a wrong secret in the body", kind: "confidential", body: { client_secret: "wrong" } },
    { name: "no secret", kind: "confidential", body: { client_secret: null } },
    { name: "an empty secret", kind: "confidential", body: { client_secret: "" } },
    { name: "a secret for a public client", kind: "public", body: { client_secret: "any" } },
    {
      name: "a wrong secret with Basic",
      kind: "confidential",
      header: (id) => basic(id, "wrong"),
      bare: true,
    },
    {
      name: "a secret for a public client with Basic",
      kind: "public",
      header: (id) => basic(id, "any"),
      bare: true,
    },
    { name: "Basic and body at once", kind: "confidential", header: basic },
    {
      name: "Basic for one client and the body for another",
      kind: "confidential",
      header: basic,
      bare: true,
      body: { client_id: "another" },
    },
    {
      name: "Basic that is not base64",
      kind: "confidential",
      header: () => "Basic !!!",
      bare: true,
    },
    { name: "Basic with nothing", kind: "confidential", header: () => "Basic", bare: true },
    {
      name: "Basic without a colon",
      kind: "confidential",
      header: (id) => `Basic ${Buffer.from(id).toString("base64")}`,
      bare: true,
    },
    {
      name: "Basic with a broken escape",
      kind: "confidential",
      header: (id) => `Basic ${Buffer.from(`${id}:%zz`).toString("base64")}`,
      bare: true,
    },
    {
      name: "Basic with bytes that are no text",
      kind: "confidential",
      header: () => `Basic ${Buffer.from([0xff, 0x3a, 0xfe, 0x00]).toString("base64")}`,
      bare: true,
    },
  ];

  it.each(attempts)("T12: refuses $name as invalid_client and spends nothing", async (attempt) => {
    const own = await createAttackClient(running, {
      token_endpoint_auth_method: attempt.kind === "public" ? "none" : "client_secret_basic",
    });
    const secret = own.registration.client_secret ?? "";
    const authorized = await own.authorize();
    const before = tokenRows();
    const header = attempt.header?.(own.clientId, secret);
    const identity =
      attempt.bare === true
        ? {}
        : { client_id: own.clientId, ...(secret === "" ? {} : { client_secret: secret }) };
    const answer = await sendForm(
      running,
      "/oauth/token",
      {
        grant_type: "authorization_code",
        code: authorized.code,
        code_verifier: authorized.verifier,
        ...identity,
        ...attempt.body,
      },
      header === undefined ? {} : { authorization: header },
    );
    expectRefusal(answer, 401, "invalid_client");
    expect(answer.headers.get("www-authenticate")).toEqual(
      header === undefined ? null : expect.stringMatching(/^Basic realm=/u),
    );
    expect(answer.text).not.toContain(secret === "" ? "client_secret=" : secret);
    expect(tokenRows()).toBe(before);
    toTokens(await own.redeem(authorized));
  });

  it.each(["Basic", "basic", "BASIC"])("T12: takes the right secret as %s", async (scheme) => {
    const own = await createAttackClient(running, {
      token_endpoint_auth_method: "client_secret_basic",
    });
    const authorized = await own.authorize();
    const answer = await sendForm(
      running,
      "/oauth/token",
      {
        grant_type: "authorization_code",
        code: authorized.code,
        code_verifier: authorized.verifier,
      },
      { authorization: basic(own.clientId, own.registration.client_secret ?? "", scheme) },
    );
    toTokens(answer);
  });
});

describe("the form", () => {
  const TYPES = [
    "application/json",
    "multipart/form-data; boundary=x",
    "application/json, application/x-www-form-urlencoded",
    "text/plain",
    "",
    "application/x-www-form-urlencoded-not",
  ];

  it.each(TYPES)("T13: refuses the content type %j and reads nothing of it", async (type) => {
    const authorized = await client.authorize();
    const before = tokenRows();
    const form = new URLSearchParams({
      grant_type: "authorization_code",
      code: authorized.code,
      code_verifier: authorized.verifier,
      client_id: client.clientId,
    }).toString();
    const answer = await readAnswer(
      await fetch(`${running.publicUrl}/oauth/token`, {
        method: "POST",
        headers: type === "" ? {} : { "content-type": type },
        // Bytes, so that fetch adds no type of its own.
        body: new TextEncoder().encode(form),
      }),
    );
    expect([400, 415]).toContain(answer.status);
    expect(answer.json).toMatchObject({ error: "invalid_request" });
    expect(tokenRows()).toBe(before);
    await expectRedeemable(authorized);
  });

  it("T13: ignores parameters of the query string", async () => {
    const authorized = await client.authorize();
    const query = new URLSearchParams({
      grant_type: "authorization_code",
      code: authorized.code,
      code_verifier: authorized.verifier,
      client_id: client.clientId,
    });
    const before = tokenRows();
    const answer = await sendForm(running, `/oauth/token?${query.toString()}`, {});
    expectRefusal(answer, 400, "invalid_request");
    expect(tokenRows()).toBe(before);
    await expectRedeemable(authorized);
  });

  it("T14: finds codes, tokens and secrets by their hash, so that no comparison sees their text", async () => {
    const own = await createAttackClient(running, {
      token_endpoint_auth_method: "client_secret_post",
    });
    const secret = own.registration.client_secret ?? "";
    const authorized = await own.authorize();
    const tokens = toTokens(await own.redeem(authorized));
    const rows = readRows(running.databasePath);
    const isKey = (namespace: string, value: string): boolean =>
      rows.some((row) => row.namespace === namespace && row.key === sha256(value));
    expect(isKey("code", authorized.code)).toBe(true);
    expect(isKey("access_token", tokens.access_token)).toBe(true);
    expect(isKey("refresh_token", tokens.refresh_token)).toBe(true);
    expect(rows.some((row) => row.value.includes(sha256(secret)))).toBe(true);
    const stored = JSON.stringify(rows);
    for (const value of [authorized.code, tokens.access_token, tokens.refresh_token, secret]) {
      expect(stored).not.toContain(value);
    }
  });

  it("T14: refuses what is nearly right in the words in which it refuses what is not", async () => {
    const authorized = await client.authorize();
    const near = authorized.code.replace(/.$/u, authorized.code.endsWith("A") ? "B" : "A");
    const guesses = [near, `ghlmcp_ac_${"A".repeat(43)}`, "x", authorized.code.slice(0, -1)];
    const answers = await Promise.all(
      guesses.map((code) => client.redeem({ code, verifier: authorized.verifier })),
    );
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.text}`)).size).toBe(1);
    await expectRedeemable(authorized);
  });

  it("T15: answers in JSON that no cache keeps, any page may read, and no cookie comes with", async () => {
    const good = await client.redeem(await client.authorize());
    const bad = await client.refresh("nothing");
    for (const answer of [good, bad]) {
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("content-type")).toMatch(/^application\/json/u);
      expect(answer.headers.get("set-cookie")).toBeNull();
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    }
    expect(good.json).toMatchObject({ token_type: "Bearer", expires_in: 28_800 });
  });

  it.each([
    "password",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:device_code",
    "implicit",
    "__proto__",
    "constructor",
  ])("T16: refuses the grant type %s", async (grantType) => {
    const before = tokenRows();
    const answer = await sendForm(running, "/oauth/token", {
      grant_type: grantType,
      client_id: client.clientId,
      username: "admin",
      password: "admin",
      assertion: "x",
      subject_token: "x",
      device_code: "x",
    });
    expectRefusal(answer, 400, "unsupported_grant_type");
    expect(tokenRows()).toBe(before);
  });
});
