import { afterEach, describe, expect, it } from "vitest";
import { toConnectionId } from "../../src/core/ids.ts";
import { createAttackClient, toTokens } from "../support/attack-client.ts";
import { createBrowser, type Page } from "../support/browser.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { signInPlainly } from "../support/consent-visit.ts";
import type { PageForm } from "../support/page-forms.ts";
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

const formTo = (page: Page, action: string): PageForm => {
  const found = page.forms.find((form) => form.action === action);
  if (found === undefined) throw new Error(`no form for ${action}:\n${page.body}`);
  return found;
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

  it("follows a connection from its sign-in to its end by the person's hand", async () => {
    const app = await start();
    const client = await createAttackClient(app);
    const browser = createBrowser();
    const choose = app.sandbox.locations[0]?.id ?? "";
    await client.obtain({ browser, choose });
    const [{ id } = { id: toConnectionId("none") }] = await app.app.upstream.listConnections();
    const refresh = async (): Promise<void> => {
      await app.app.upstream.refreshNow(id);
      app.clock.advance(120);
    };
    app.sandbox.control.misbehave({
      pathPrefix: "/oauth/token",
      count: 1,
      how: { kind: "status", status: 503 },
    });
    await refresh();
    await refresh();
    app.sandbox.control.pauseLocation(choose);
    await refresh();
    app.sandbox.control.resumeLocation(choose);
    await refresh();
    app.sandbox.control.revokeRefreshTokens();
    await refresh();
    const page = await signInPlainly(app, browser, choose);
    const question = await browser.submitForm(page, {
      form: formTo(page, "/connections/confirm-disconnect"),
    });
    await browser.submitForm(question, { fields: { uninstall: "yes" } });
    expect(await kindsOf(app)).toEqual([
      "client.registered",
      "connection.created",
      "grant.created",
      "connection.refreshed",
      "connection.refreshed",
      "connection.suspended",
      "connection.resumed",
      "connection.needs_reauth",
      "connection.created",
      "connection.uninstalled by person",
      "grant.revoked by person",
      "connection.removed by person",
    ]);
    const events = (await app.app.audit.list({ limit: 100 })).map(({ event }) => event);
    expect(events.flatMap((event) => ("outcome" in event ? [event.outcome] : []))).toEqual(
      ["new", "failed", "recovered", "signed_in_again", "done"].toReversed(),
    );
    const ofConnection = events.filter(({ kind }) => /^(?:connection|grant)\./u.test(kind));
    expect(
      new Set(ofConnection.map((event) => "connectionId" in event && event.connectionId)),
    ).toEqual(new Set([id]));
    expect(JSON.stringify(events)).not.toContain(app.sandbox.locations[0]?.name);
  });

  it("says that GoHighLevel uninstalled the app, and which grants ended with that", async () => {
    const app = await start();
    const client = await createAttackClient(app);
    const choose = app.sandbox.locations[0]?.id ?? "";
    await client.obtain({ choose });
    const url = `${app.publicUrl}/webhooks/ghl`;
    const event = { type: "UNINSTALL", companyId: app.sandbox.companyId, locationId: choose };
    expect(await app.sandbox.control.sendWebhook(url, event)).toBe(200);
    expect((await kindsOf(app)).slice(-3).toSorted()).toEqual([
      "connection.removed by webhook",
      "grant.revoked by webhook",
      "webhook.received",
    ]);
  });

  it("says that a person ended a grant on the page", async () => {
    const app = await start();
    const client = await createAttackClient(app);
    const browser = createBrowser();
    await client.obtain({ browser });
    const page = await browser.get(`${app.publicUrl}/grants`);
    await browser.submitForm(page, { form: formTo(page, "/grants/revoke") });
    expect((await kindsOf(app)).at(-1)).toBe("grant.revoked by person");
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
