import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Answer,
  type AttackClient,
  createAttackClient,
  probe,
  toAttackClient,
  toTokens,
} from "../support/attack-client.ts";
import { countRows, readRows } from "../support/attack-store.ts";
import { createFakeClock } from "../support/clock.ts";
import type { IssuedTokens } from "../support/interop-oauth.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** Refresh tokens. Time stands still unless a test moves it; both instances share it. */

const DAY = 86_400;
const clock = createFakeClock();
let running: RunningApp;
/** A second instance on the same store. */
let other: RunningApp;
let client: AttackClient;

beforeAll(async () => {
  running = await startApp({ clock });
  const { publicUrl, redirectUri, storageUrl } = running.config;
  other = await startApp({
    clock,
    sandbox: running.sandbox,
    config: { publicUrl, redirectUri, storageUrl },
  });
  client = await createAttackClient(running);
});
afterAll(async () => {
  await other.close();
  await running.close();
});

const tokenRows = (): number =>
  countRows(running.databasePath, "access_token") +
  countRows(running.databasePath, "refresh_token");

function expectRefusal(answer: Answer, error: string): void {
  expect(answer.status).toBe(400);
  expect(answer.json).toEqual({ error, error_description: expect.any(String) });
}

const hasEvent = (event: string): boolean =>
  running.logLines.some((line) => line.includes(`"event":"${event}"`));

const works = async (tokens: IssuedTokens): Promise<boolean> =>
  (await probe(running, tokens.access_token)) === 200;

describe("a refresh token that comes again", () => {
  it("F01: after the grace ends the whole family, and the log says so", async () => {
    const first = await client.obtain();
    const second = toTokens(await client.refresh(first.refresh_token));
    const third = toTokens(await client.refresh(second.refresh_token));
    clock.advance(31);
    const before = tokenRows();
    expectRefusal(await client.refresh(first.refresh_token), "invalid_grant");
    expect(tokenRows()).toBe(before);
    for (const tokens of [first, second, third]) expect(await works(tokens)).toBe(false);
    expectRefusal(await client.refresh(third.refresh_token), "invalid_grant");
    expect(hasEvent("refresh_reuse")).toBe(true);
  });

  it("F01: ends no other grant, of the same client either", async () => {
    const [stolen, kept] = [await client.obtain(), await client.obtain()];
    toTokens(await client.refresh(stolen.refresh_token));
    clock.advance(31);
    expectRefusal(await client.refresh(stolen.refresh_token), "invalid_grant");
    expect(await works(kept)).toBe(true);
    toTokens(await client.refresh(kept.refresh_token));
  });

  it("F02: within the grace gets the identical response, up to the thirtieth second", async () => {
    const { refresh_token } = await client.obtain({ parameters: { scope: "read write" } });
    const first = await client.refresh(refresh_token);
    const before = tokenRows();
    for (const seconds of [0, 29, 1]) {
      clock.advance(seconds);
      const again = await client.refresh(refresh_token);
      expect(again.status).toBe(200);
      expect(again.json).toEqual(first.json);
    }
    expect(tokenRows()).toBe(before);
    expect(await works(toTokens(first))).toBe(true);
  });

  it.each([
    ["another scope", { scope: "read" }],
    ["another resource", { resource: "http://localhost/mcp" }],
  ])("F02: within the grace, but with %s, is reuse", async (_name, changes) => {
    const { refresh_token } = await client.obtain();
    const next = toTokens(await client.refresh(refresh_token));
    expectRefusal(await client.refresh(refresh_token, changes), "invalid_grant");
    expect(await works(next)).toBe(false);
  });

  it("F03: 20 concurrent refreshes on two instances all get one successor, which works", async () => {
    const { refresh_token } = await client.obtain();
    const elsewhere = toAttackClient(
      { publicUrl: `http://localhost:${other.config.port}` },
      client.registration,
    );
    const before = tokenRows();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, turn) =>
        (turn % 2 === 0 ? client : elsewhere).refresh(refresh_token),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    // The rows of the successor, and none of those who lost.
    expect(tokenRows()).toBe(before + 2);
    const [tokens] = answers.map(toTokens);
    expect(await probe(running, tokens?.access_token)).toBe(200);
    toTokens(await elsewhere.refresh(tokens?.refresh_token ?? ""));
  });

  it("F11: a client whose answer was lost comes again after 5 s and goes on from there", async () => {
    const first = await client.obtain();
    await client.refresh(first.refresh_token);
    clock.advance(5);
    const replayed = toTokens(await client.refresh(first.refresh_token));
    expect(await works(replayed)).toBe(true);
    let tokens = replayed;
    for (let turn = 0; turn < 3; turn += 1) {
      clock.advance(3600);
      tokens = toTokens(await client.refresh(tokens.refresh_token));
      expect(await works(tokens)).toBe(true);
    }
  });
});

describe("a token in the wrong hands or place", () => {
  it("F06: gives another client nothing and leaves the family as it is, before and after its use", async () => {
    const thief = await createAttackClient(running);
    const first = await client.obtain();
    const before = tokenRows();
    expectRefusal(await thief.refresh(first.refresh_token), "invalid_grant");
    const second = toTokens(await client.refresh(first.refresh_token));
    clock.advance(31);
    expectRefusal(await thief.refresh(first.refresh_token), "invalid_grant");
    expect(await works(second)).toBe(true);
    toTokens(await client.refresh(second.refresh_token));
    expect(tokenRows()).toBe(before + 4);
  });

  it("F07: refuses a scope wider than the grant, and spends nothing", async () => {
    const tokens = await client.obtain({ consent: { access: "read" } });
    const before = tokenRows();
    for (const scope of ["write", "read write", "critical"]) {
      expectRefusal(await client.refresh(tokens.refresh_token, { scope }), "invalid_scope");
    }
    expect(tokenRows()).toBe(before);
    expect(toTokens(await client.refresh(tokens.refresh_token)).scope).toBe("read");
  });

  it("F07: narrows the access token alone, the refresh token keeps the whole grant", async () => {
    const tokens = await client.obtain();
    expect(tokens.scope).toBe("read write");
    const narrow = toTokens(await client.refresh(tokens.refresh_token, { scope: "read" }));
    expect(narrow.scope).toBe("read");
    const whole = toTokens(await client.refresh(narrow.refresh_token));
    expect(whole.scope).toBe("read write");
  });

  it("F08: a refresh token opens nothing at /mcp", async () => {
    const tokens = await client.obtain();
    expect(await probe(running, tokens.refresh_token)).toBe(401);
    toTokens(await client.refresh(tokens.refresh_token));
  });

  it("F09: an access token refreshes nothing", async () => {
    const tokens = await client.obtain();
    expectRefusal(await client.refresh(tokens.access_token), "invalid_grant");
    expect(await works(tokens)).toBe(true);
  });
});

describe("the end of refresh tokens", () => {
  it("F10: refuses one that lay unused for 60 days", async () => {
    const [idle, used] = [await client.obtain(), await client.obtain()];
    clock.advance(60 * DAY - 1);
    toTokens(await client.refresh(used.refresh_token));
    clock.advance(1);
    const before = tokenRows();
    expectRefusal(await client.refresh(idle.refresh_token), "invalid_grant");
    expect(tokenRows()).toBe(before);
  });

  it("F10: refuses one whose grant was revoked", async () => {
    const tokens = await client.obtain();
    await client.revoke(tokens.refresh_token);
    expectRefusal(await client.refresh(tokens.refresh_token), "invalid_grant");
  });

  it("F10: refuses every one of a GoHighLevel account that was disconnected", async () => {
    const [one, two] = [await client.obtain(), await client.obtain()];
    const [connection] = await running.app.upstream.listConnections();
    if (connection === undefined) throw new Error("no connection");
    const authorization = await running.app.openAuthorization();
    await authorization.revokeGrantsOfConnection(connection.id);
    await running.app.upstream.removeConnection(connection.id);
    for (const tokens of [one, two]) {
      expectRefusal(await client.refresh(tokens.refresh_token), "invalid_grant");
      expect(await works(tokens)).toBe(false);
    }
    expect(readRows(running.databasePath, "connection")).toEqual([]);
  });

  it("F12: keeps a grant that is used weekly for a year, and not a second longer", async () => {
    let tokens = await client.obtain();
    const WEEK = 7 * DAY;
    for (let elapsed = WEEK; elapsed < 365 * DAY; elapsed += WEEK) {
      clock.advance(WEEK);
      tokens = toTokens(await client.refresh(tokens.refresh_token));
    }
    // 52 weeks are 364 days; an hour before the end a token lives for that hour.
    clock.advance(DAY - 3600);
    tokens = toTokens(await client.refresh(tokens.refresh_token));
    expect(tokens.expires_in).toBe(3600);
    clock.advance(3599);
    expect(await works(tokens)).toBe(true);
    clock.advance(1);
    expect(await works(tokens)).toBe(false);
    expectRefusal(await client.refresh(tokens.refresh_token), "invalid_grant");
  });
});
