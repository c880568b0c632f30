import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ConnectionId, toConnectionId } from "../../src/core/ids.ts";
import { type AttackClient, createAttackClient, probe } from "../support/attack-client.ts";
import { countRows } from "../support/attack-store.ts";
import {
  type Browser,
  createBrowser,
  EVIL,
  type FormInput,
  type Page,
} from "../support/browser.ts";
import type { PageForm } from "../support/page-forms.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

let running: RunningApp;
let client: AttackClient;
let browser: Browser;

beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());
beforeEach(async (context) => {
  browser = createBrowser();
  client = await createAttackClient(running, { client_name: `Client ${context.task.id}` });
  running.sandbox.control.limitScopes(undefined);
  running.sandbox.control.sendUninstallsTo(undefined);
});

const location = (index: number): { readonly id: string; readonly name: string } => {
  const found = running.sandbox.locations[index];
  if (found === undefined) throw new Error(`the sandbox has no location ${index}`);
  return found;
};

const open = (visitor: Browser, query = ""): Promise<Page> =>
  visitor.get(`${running.publicUrl}/connections${query}`);

/** Signs in without a client, from our own address on. */
const connect = async (visitor: Browser, choice: string): Promise<Page> => {
  const chooser = await visitor.get(`${running.publicUrl}/oauth/authorize`);
  return visitor.submitForm(chooser, { button: "allow", fields: { choice } });
};

const formTo = (page: Page, action: string, connection?: string): PageForm => {
  const found = page.forms.find(
    (form) =>
      form.action === action &&
      (connection === undefined || form.fields["connection"] === connection),
  );
  if (found === undefined) throw new Error(`no form for ${action}:\n${page.body}`);
  return found;
};

const idOn = (page: Page): string =>
  String(formTo(page, "/connections/reconnect").fields["connection"]);

/** Presses "Disconnect…", and answers the question. */
const disconnect = async (visitor: Browser, page: Page, fields: FormInput = {}): Promise<Page> => {
  const question = await visitor.submitForm(page, {
    form: formTo(page, "/connections/confirm-disconnect"),
  });
  expect(question.status).toBe(200);
  return visitor.submitForm(question, {
    form: formTo(question, "/connections/disconnect"),
    fields,
  });
};

/** Another person's grant on a connection: in the sandbox, each location has one user alone. */
const allowAs = async (subject: string, connectionId: ConnectionId): Promise<void> => {
  const authorization = await running.app.openAuthorization();
  const theirs = await createAttackClient(running, { client_name: "Secret client" });
  const asked = await authorization.authorize(theirs.request().url.searchParams);
  if (asked.kind !== "consent") throw new Error("the request was refused");
  await authorization.approve(asked.transactionId, { access: "read", areas: "all" });
  const who = { subject, connectionId, locations: "all" } as const;
  expect((await authorization.complete(asked.transactionId, who)).ok).toBe(true);
};

const requestsTo = (path: string): number =>
  running.sandbox.control.requests().filter((request) => request.path.startsWith(path)).length;

const uninstalls = (): number => requestsTo("/marketplace/app/");

const kinds = async (limit: number): Promise<readonly string[]> =>
  (await running.app.audit.list({ limit })).map(({ event }) =>
    [event.kind, "by" in event ? event.by : "", "outcome" in event ? event.outcome : ""]
      .filter((word) => word !== "")
      .join(" "),
  );

describe("the connections page", () => {
  it("is where a plain sign-in ends, and says how the connection is", async () => {
    const page = await connect(browser, location(0).id);
    expect(page.url.pathname).toBe("/connections");
    expect(page.body).toContain("You are signed in, and the account is connected");
    expect(page.body).toContain("Works.");
    expect(page.body).toContain(location(0).name);
    expect(page.body).toContain(location(0).id);
    expect(page.body).toContain("contacts.readonly");
    expect(page.body).not.toContain("did not grant everything");
    expect(page.body).toContain("none has access");
  });

  it("names the person's clients, and counts what others allowed without naming it", async () => {
    await client.obtain({ browser, choose: location(1).id });
    const before = await open(browser);
    expect(before.body).toContain(String(client.registration["client_name"]));
    await allowAs("user-of-somebody-else", toConnectionId(idOn(before)));
    const page = await open(browser);
    expect(page.body).toMatch(/<\/bdi>, and 1 that somebody else allowed/u);
    expect(page.body).not.toContain("Secret client");
  });

  it("names each scope that is asked for and not granted, with what stops working", async () => {
    running.sandbox.control.limitScopes(["locations.readonly", "contacts.readonly"]);
    const page = await connect(browser, location(0).id);
    expect(page.body).toMatch(/<code>contacts\.write<\/code>: creating, changing and deleting/u);
    expect(page.body).toMatch(/<code>workflows\.readonly<\/code>: listing workflows/u);
    expect(page.body).not.toMatch(/<code>contacts\.readonly<\/code>:/u);
    running.sandbox.control.limitScopes(undefined);
    const again = await browser.submitForm(
      await browser.submitForm(page, { form: formTo(page, "/connections/reconnect") }),
      { button: "allow", fields: { choice: location(0).id } },
    );
    expect(again.body).not.toContain("did not grant everything");
  });

  it("lists the approved locations of an agency, by name", async () => {
    const page = await connect(browser, "company");
    expect(page.body).toContain("Your agency");
    expect(page.body).toContain(running.sandbox.companyId);
    for (const { name } of running.sandbox.locations) {
      expect(page.body).toContain(name.replaceAll("&", "&amp;").replaceAll("'", "&#39;"));
    }
  });

  it("shows another browser nothing, and takes no id of somebody else's", async () => {
    const mine = await connect(browser, location(0).id);
    const id = idOn(mine);
    const connections = countRows(running.databasePath, "connection");
    const strange = await open(createBrowser());
    expect(strange.body).toContain("Sign in to see the GoHighLevel accounts");
    expect(strange.body).not.toContain(location(0).name);
    expect(strange.forms).toEqual([]);

    const other = createBrowser();
    const theirs = await connect(other, location(2).id);
    expect(theirs.body).not.toContain(location(0).name);
    expect(theirs.body).not.toContain(id);
    const logins = requestsTo("/v2/oauth/chooselocation");
    const { csrf = "" } = formTo(theirs, "/connections/reconnect").fields;
    for (const connection of [id, "made-up", ""]) {
      const fields = { csrf, connection, uninstall: "yes" };
      const answers = [
        await other.post(`${running.publicUrl}/connections/reconnect`, fields, { from: theirs }),
        await other.post(`${running.publicUrl}/connections/disconnect`, fields, { from: theirs }),
        await other.get(
          `${running.publicUrl}/connections/confirm-disconnect?${new URLSearchParams({ connection }).toString()}`,
        ),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
      for (const answer of answers) expect(answer.body).not.toContain(location(0).name);
    }
    expect(requestsTo("/v2/oauth/chooselocation")).toBe(logins);
    expect(uninstalls()).toBe(0);
    expect(countRows(running.databasePath, "connection")).toBeGreaterThanOrEqual(connections);
    expect((await open(browser)).body).toContain(location(0).name);
  });

  it("changes nothing for a form without its token, with another's, or from another site", async () => {
    const page = await connect(browser, location(0).id);
    const id = idOn(page);
    const other = createBrowser();
    const { csrf: foreign = "" } = formTo(
      await connect(other, location(0).id),
      "/connections/reconnect",
    ).fields;
    const { csrf = "" } = formTo(page, "/connections/reconnect").fields;
    for (const action of ["/connections/reconnect", "/connections/disconnect"]) {
      const url = `${running.publicUrl}${action}`;
      const fields = { connection: id, uninstall: "yes" };
      const refused = [
        await browser.post(url, fields, { from: page }),
        await browser.post(url, { ...fields, csrf: foreign }, { from: page }),
        await browser.post(url, { ...fields, csrf }, { from: EVIL }),
        await createBrowser().post(url, { ...fields, csrf }, { from: page }),
      ];
      expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
      expect((await browser.get(`${url}?connection=${id}&csrf=${String(csrf)}`)).status).toBe(405);
    }
    expect(uninstalls()).toBe(0);
    expect((await open(browser)).body).toContain(location(0).name);
  });
});

describe("reconnecting", () => {
  it("gives the same connection new tokens, and its grants go on", async () => {
    const tokens = await client.obtain({ browser, choose: location(0).id });
    const page = await open(browser);
    const id = idOn(page);
    running.sandbox.control.expireAccessTokens();
    running.sandbox.control.revokeRefreshTokens();
    expect((await running.app.upstream.refreshNow(toConnectionId(id))).ok).toBe(false);
    const sick = await open(browser);
    expect(sick.body).toContain("Needs a new sign-in");
    expect(sick.body).toContain("GoHighLevel no longer accepts the refresh token");

    const chooser = await browser.submitForm(sick, {
      form: formTo(sick, "/connections/reconnect", id),
    });
    const done = await browser.submitForm(chooser, {
      button: "allow",
      fields: { choice: location(0).id },
    });
    expect(done.url.pathname).toBe("/connections");
    expect(done.body).toContain("The account is connected again, with new tokens.");
    expect(done.body).toContain("Works.");
    expect(idOn(done)).toBe(id);
    expect(await probe(running, tokens.access_token)).toBe(200);
    expect((await kinds(1))[0]).toBe("connection.created signed_in_again");
  });

  it("says so if another location was chosen, and leaves the wanted one as it was", async () => {
    const page = await connect(browser, location(0).id);
    const wanted = await running.app.upstream.findConnection(toConnectionId(idOn(page)));
    const chooser = await browser.submitForm(page, {
      form: formTo(page, "/connections/reconnect", idOn(page)),
    });
    const done = await browser.submitForm(chooser, {
      button: "allow",
      fields: { choice: location(1).id },
    });
    expect(done.body).toContain("to another account than the one that you wanted to reconnect");
    expect(done.body).toContain(location(1).name);
    expect(await running.app.upstream.findConnection(toConnectionId(idOn(page)))).toEqual(wanted);
  });
});

describe("disconnecting", () => {
  it("asks first, then discards the tokens and ends every grant, and uninstalls nothing", async () => {
    const tokens = await client.obtain({ browser, choose: location(0).id });
    const page = await open(browser);
    const connections = countRows(running.databasePath, "connection");
    const question = await browser.submitForm(page, {
      form: formTo(page, "/connections/confirm-disconnect"),
    });
    expect(question.body).toContain("Uninstall the app from GoHighLevel as well");
    expect(countRows(running.databasePath, "connection")).toBe(connections);
    expect(await probe(running, tokens.access_token)).toBe(200);

    const done = await disconnect(browser, page);
    expect(done.url.pathname).toBe("/connections");
    expect(done.body).toContain("The account is disconnected. Its tokens are gone");
    expect(countRows(running.databasePath, "connection")).toBe(connections - 1);
    expect(await probe(running, tokens.access_token)).toBe(401);
    expect(uninstalls()).toBe(0);
  });

  it("uninstalls the app first where that is asked for; the webhook that follows finds nothing to do", async () => {
    running.sandbox.control.sendUninstallsTo(`${running.publicUrl}/webhooks/ghl`);
    const tokens = await client.obtain({ browser, choose: location(0).id });
    const before = uninstalls();
    const done = await disconnect(browser, await open(browser), { uninstall: "yes" });
    expect(done.body).toContain("GoHighLevel has uninstalled the app.");
    expect(uninstalls()).toBe(before + 1);
    expect(await probe(running, tokens.access_token)).toBe(401);
    await expect.poll(async () => (await kinds(10)).includes("webhook.received")).toBe(true);
    const all = await kinds(10);
    const events = all.slice(0, all.indexOf("connection.created new"));
    expect(events.filter((kind) => kind.startsWith("connection.removed"))).toHaveLength(1);
    expect(events).toContain("connection.uninstalled person done");
  });

  it.each([
    [
      "lacks the scope",
      () => running.sandbox.control.limitScopes(["locations.readonly"]),
      /did not include the scope (?:"|&quot;)oauth\.write/u,
      "refused",
    ],
    [
      "is refused",
      () =>
        running.sandbox.control.misbehave({
          pathPrefix: "/marketplace",
          count: 1,
          how: { kind: "status", status: 403, body: '{"message":"<b>Forbidden</b>"}' },
        }),
      /still installed: GoHighLevel refused to uninstall it/u,
      "refused",
    ],
    [
      "gets no answer",
      () =>
        running.sandbox.control.misbehave({
          pathPrefix: "/marketplace",
          count: 1,
          how: { kind: "cut" },
        }),
      /did not answer, so whether the app is uninstalled is not known/u,
      "unknown",
    ],
  ])(
    "says honestly that uninstalling %s, and disconnects all the same",
    async (_name, stage, text, outcome) => {
      stage();
      const tokens = await client.obtain({ browser, choose: location(0).id });
      const done = await disconnect(browser, await open(browser), { uninstall: "yes" });
      expect(done.body).toMatch(text);
      expect(done.body).not.toContain("has uninstalled the app");
      expect(done.body).not.toContain("Forbidden");
      expect(await probe(running, tokens.access_token)).toBe(401);
      expect(await kinds(10)).toContain(`connection.uninstalled person ${outcome}`);
    },
  );

  it("says that a dead sign-in could not be asked to uninstall", async () => {
    const page = await connect(browser, location(0).id);
    running.sandbox.control.expireAccessTokens();
    running.sandbox.control.revokeRefreshTokens();
    const done = await disconnect(browser, page, { uninstall: "yes" });
    expect(done.body).toContain("so it could not be asked");
    expect(await kinds(10)).toContain("connection.uninstalled person not_asked");
  });
});
