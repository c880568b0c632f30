import { afterEach, describe, expect, it } from "vitest";
import { createAttackClient, toTokens } from "../support/attack-client.ts";
import { createBrowser } from "../support/browser.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** What a running server records of clients and grants, and what it never records. */

let running: RunningApp | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

const start = async (): Promise<RunningApp & { readonly clock: FakeClock }> => {
  const clock = createFakeClock();
  running = await startApp({ clock });
  return { ...running, clock };
};

const kindsOf = async (app: RunningApp): Promise<readonly string[]> =>
  (await app.app.audit.list({ limit: 100 }))
    .toReversed()
    .map(({ event }) => ("by" in event ? `${event.kind} by ${event.by}` : event.kind));

describe("the audit trail of a running server", () => {
  it("follows a client from its registration to the end of its grant", async () => {
    const app = await start();
    const client = await createAttackClient(app);
    const tokens = await client.obtain();
    await client.revoke(tokens.refresh_token);
    await client.revoke(tokens.refresh_token);
    expect(await kindsOf(app)).toEqual([
      "client.registered",
      "connection.created",
      "grant.created",
      "grant.revoked by client",
    ]);
    const events = await app.app.audit.list({ limit: 100 });
    const stored = JSON.stringify(events);
    for (const secret of Object.values(tokens)) {
      if (typeof secret === "string" && secret.length > 20) expect(stored).not.toContain(secret);
    }
    expect(stored).not.toContain("127.0.0.1");
    expect(stored).not.toContain("Attack test");
    expect(events[0]?.event).toMatchObject({ clientId: client.clientId });
  });

  it("says that a refresh token was used again", async () => {
    const app = await start();
    const client = await createAttackClient(app);
    const first = await client.obtain();
    const second = toTokens(await client.refresh(first.refresh_token));
    await client.refresh(second.refresh_token);
    app.clock.advance(31);
    expect((await client.refresh(first.refresh_token)).status).toBe(400);
    expect((await kindsOf(app)).slice(-2)).toEqual([
      "grant.refresh_reuse",
      "grant.revoked by reuse",
    ]);
    expect(app.logLines.join("\n")).toContain('"event":"refresh_reuse"');
  });

  it("says that a code was presented again", async () => {
    const app = await start();
    const client = await createAttackClient(app);
    const authorized = await client.authorize();
    toTokens(await client.redeem(authorized));
    app.clock.advance(5);
    expect((await client.redeem(authorized)).status).toBe(400);
    expect((await kindsOf(app)).slice(-2)).toEqual(["grant.code_replay", "grant.revoked by reuse"]);
    expect(app.logLines.join("\n")).toContain('"event":"code_replay"');
  });

  it("says that a sign-in came back in another browser, and nothing of made-up ones", async () => {
    const app = await start();
    const client = await createAttackClient(app);
    const callback = `${app.publicUrl}/oauth/callback`;
    const { url } = client.request();
    const browser = createBrowser();
    const consent = await browser.get(url);
    const chooser = await browser.submitForm(consent, { button: "approve" });
    const returned = await browser.submitForm(chooser, {
      button: "allow",
      stop: (to) => to.href.startsWith(callback),
    });
    const before = await kindsOf(app);
    for (const query of ["", "?state=made-up&code=x"]) await fetch(`${callback}${query}`);
    expect(await kindsOf(app)).toEqual(before);
    expect((await fetch(returned.stoppedAt ?? callback)).status).toBe(403);
    expect((await app.app.audit.list({ limit: 1 }))[0]?.event).toEqual({
      kind: "sign_in.failed",
      reason: "wrong_browser",
      requestId: expect.any(String),
    });
  });
});
