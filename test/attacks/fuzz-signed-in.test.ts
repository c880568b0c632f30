import { afterAll, beforeAll, expect, it } from "vitest";
import { type Browser, createBrowser, type Page } from "../support/browser.ts";
import {
  createFuzzOracle,
  type FuzzOracle,
  type Reader,
  UNLIMITED,
} from "../support/interop-fuzz-oracle.ts";
import { HOSTILE_VALUES } from "../support/interop-hostile-values.ts";
import {
  createAuthorizationRequest,
  type IssuedTokens,
  obtainTokens,
} from "../support/interop-oauth.ts";
import { createWireClient, type WireClient, type WireAnswer } from "../support/interop-raw-http.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { signIn } from "../support/sign-in.ts";

/** Hostile values behind the first doors: in the middle of a sign-in, and with a token that works. */

const CALLBACK = "http://127.0.0.1:46001/callback";

let running: RunningApp;
let wire: WireClient;
let oracle: FuzzOracle;
let tokens: IssuedTokens & { readonly client_id: string };

beforeAll(async () => {
  running = await startApp({ rates: UNLIMITED });
  wire = createWireClient(running.config.port);
  tokens = await obtainTokens(running, { redirectUri: CALLBACK });
  oracle = createFuzzOracle({
    running,
    wire,
    secrets: [tokens.access_token, tokens.refresh_token, running.sandbox.clientSecret],
  });
}, 60_000);
afterAll(async () => {
  wire.close();
  await running.close();
});

const openConsent = async (browser: Browser): Promise<Page> => {
  const { url } = createAuthorizationRequest(running, {
    client_id: tokens.client_id,
    redirect_uri: CALLBACK,
  });
  return browser.get(url);
};

interface Sent {
  readonly cookies?: ReadonlyMap<string, string>;
  readonly bearer?: string;
  readonly type?: string;
}

const post = (reader: Reader, path: string, body: string, sent: Sent): Promise<WireAnswer> =>
  oracle.judge(reader, {
    method: "POST",
    path,
    headers: {
      host: new URL(running.publicUrl).host,
      "content-type": sent.type ?? "application/x-www-form-urlencoded",
      "content-length": Buffer.byteLength(body),
      accept: "text/html, application/json",
      ...(sent.bearer === undefined ? {} : { authorization: `Bearer ${sent.bearer}` }),
      ...(sent.cookies === undefined
        ? {}
        : {
            cookie: [...sent.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
            origin: running.publicUrl,
            "sec-fetch-site": "same-origin",
          }),
    },
    body,
  });

it("a live consent form refuses or ignores hostile values in each field, and stays usable", async () => {
  const browser = createBrowser();
  const page = await openConsent(browser);
  const form = page.forms[0];
  const button = form?.buttons.find((one) => one.value === "approve");
  const fields = { ...form?.fields, ...(button?.name && { [button.name]: "approve" }) };
  const cookies = browser.cookiesFor(running.publicUrl);
  expect(Object.keys(fields).length).toBeGreaterThan(2);
  for (const name of Object.keys(fields)) {
    for (const value of HOSTILE_VALUES) {
      const body = new URLSearchParams();
      for (const [one, own] of Object.entries(fields)) {
        for (const part of one === name ? [value] : [own].flat()) body.append(one, String(part));
      }
      const answer = await post("page", "/oauth/consent", body.toString(), { cookies });
      expect(answer.headers["location"] ?? "").not.toContain(CALLBACK);
    }
  }
  const done = await signIn(new URL(page.url), { redirectUri: CALLBACK, browser });
  expect(done.searchParams.get("code")).toMatch(/^ghlmcp_ac_/);
}, 120_000);

it("a consent page shows a hostile name of a client as text", async () => {
  let shown = 0;
  for (const value of HOSTILE_VALUES) {
    const body = JSON.stringify({ client_name: `Acme ${value}`, redirect_uris: [CALLBACK] });
    const answer = await post("machine", "/oauth/register", body, { type: "application/json" });
    if (answer.status !== 201) continue;
    const { client_id } = JSON.parse(answer.body) as { client_id: string };
    const { url } = createAuthorizationRequest(running, { client_id, redirect_uri: CALLBACK });
    const page = await createBrowser().get(url);
    expect(page.status).toBe(200);
    expect(page.body).toContain("Acme");
    expect(page.body).not.toMatch(/<script|<svg onload|\0|\u202E|\r\nSet-Cookie/u);
    shown += 1;
  }
  expect(shown).toBeGreaterThan(30);
}, 120_000);

it("a live callback redeems nothing for hostile values, and never shows them raw", async () => {
  const exchanges = (): number =>
    running.sandbox.control.requests().filter(({ path }) => path === "/oauth/token").length;
  const before = exchanges();
  for (const value of HOSTILE_VALUES) {
    const browser = createBrowser();
    const page = await openConsent(browser);
    const chosen = await browser.submitForm(page, {
      button: "approve",
      stop: (url) => url.origin !== running.publicUrl,
    });
    const state = chosen.stoppedAt?.searchParams.get("state") ?? "";
    expect(state).not.toBe("");
    const cookies = browser.cookiesFor(running.publicUrl);
    const query = new URLSearchParams({ state: state + value, code: value }).toString();
    if (value !== "") {
      const answer = await oracle.judge("page", {
        method: "GET",
        path: `/oauth/callback?${query}`,
        headers: {
          host: new URL(running.publicUrl).host,
          accept: "text/html",
          cookie: [...cookies].map(([name, one]) => `${name}=${one}`).join("; "),
        },
      });
      expect(answer.status).toBe(400);
      expect(answer.headers["location"]).toBeUndefined();
    }
  }
  expect(exchanges()).toBe(before);
}, 120_000);

it("the forms of a signed-in person change nothing when one field is hostile", async () => {
  const browser = createBrowser();
  const mine = await obtainTokens(running, { redirectUri: CALLBACK, signIn: { browser } });
  const page = await browser.get(`${running.publicUrl}/grants`);
  expect(page.forms.map((form) => form.action)).toEqual(
    expect.arrayContaining(["/grants/revoke", "/connections/disconnect", "/sign-out"]),
  );
  const cookies = browser.cookiesFor(running.publicUrl);
  for (const form of page.forms) {
    for (const name of Object.keys(form.fields)) {
      for (const value of HOSTILE_VALUES) {
        const body = new URLSearchParams({
          ...(form.fields as Record<string, string>),
          [name]: value,
        });
        const answer = await post("page", form.action, body.toString(), { cookies });
        expect([400, 403, 404, 413]).toContain(answer.status);
      }
    }
  }
  expect((await browser.get(`${running.publicUrl}/grants`)).forms).toHaveLength(page.forms.length);
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} });
  const sent = { bearer: mine.access_token, type: "application/json" };
  expect((await post("machine", "/mcp", body, sent)).status).toBe(200);
}, 120_000);

/** A tool with its parameters, as tools/list shows it. */
interface Listed {
  readonly name: string;
  readonly inputSchema: { readonly properties?: Record<string, unknown> };
}

const callMcp = async (method: string, params: object): Promise<Record<string, unknown>> => {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const answer = await post("machine", "/mcp", body, {
    bearer: tokens.access_token,
    type: "application/json",
  });
  expect({ body, status: answer.status }).toEqual({ body, status: 200 });
  const text = answer.headers["content-type"]?.startsWith("text/event-stream")
    ? (/^data: (.*)$/mu.exec(answer.body)?.[1] ?? "")
    : answer.body;
  return JSON.parse(text) as Record<string, unknown>;
};

it("every parameter of every tool takes hostile values without breaking the tool", async () => {
  const { result } = await callMcp("tools/list", {});
  const { tools } = result as { tools: readonly Listed[] };
  // GoHighLevel allows 100 requests in ten seconds; a value in six leaves most of that
  const nasty: readonly unknown[] = [
    ...HOSTILE_VALUES,
    null,
    [],
    {},
    { a: { b: [] } },
    -1,
    1e308,
    true,
  ];
  let turn = 0;
  let refused = 0;
  for (const tool of tools) {
    for (const name of Object.keys(tool.inputSchema.properties ?? {})) {
      for (let round = 0; round < 6; round += 1, turn += 1) {
        const value = nasty[turn % nasty.length];
        const args = { [name]: value };
        const answer = await callMcp("tools/call", { name: tool.name, arguments: args });
        const text = JSON.stringify(answer);
        expect({ args, broke: text.includes("the server failed on this call") }).toEqual({
          args,
          broke: false,
        });
        if (text.includes(`"isError":true`)) refused += 1;
      }
    }
  }
  expect(turn).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(20);
}, 120_000);

it("nothing of all that broke anything, and no secret is in the log", () => {
  expect(oracle.errorLines()).toEqual([]);
  expect(oracle.secretsInLog()).toEqual([]);
});
