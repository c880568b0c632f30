import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { toEpochSeconds } from "../../../src/core/clock.ts";
import { renderActivityPage, renderActivitySignedOut } from "../../../src/web/activity-page.ts";
import { renderClaimPage, renderLeftPage } from "../../../src/web/claim-page.ts";
import { renderConsentPage, type ConsentView } from "../../../src/web/consent-page.ts";
import {
  renderConnectionsPage,
  renderConnectionsSignedOut,
} from "../../../src/web/connections-page.ts";
import { renderDisconnectPage } from "../../../src/web/disconnect-page.ts";
import { renderErrorPage } from "../../../src/web/error-page.ts";
import { renderGrantsPage, renderSignedOutPage } from "../../../src/web/grants-page.ts";
import { renderHomePage } from "../../../src/web/home-page.ts";
import { renderPrivateTokenPage } from "../../../src/web/private-token-page.ts";
import { renderUsagePage, renderUsageSignedOut } from "../../../src/web/usage-page.ts";
import {
  activity,
  ALLOWED_AT,
  connection,
  connections,
  consent,
  disconnect,
  grants,
  slots,
  usage,
} from "./fixtures.ts";

const PAGES = {
  activity: renderActivityPage(activity),
  "activity-empty": renderActivityPage({
    sandbox: true,
    fields: { kind: "", client: "", connection: "", from: "", to: "" },
    clients: [],
    connections: [],
    rows: [],
  }),
  "activity-signed-out": renderActivitySignedOut({ sandbox: false }),
  connections: await renderConnectionsPage(connections),
  "connections-empty": await renderConnectionsPage({
    ...connections,
    connections: [],
    notice: "The account is disconnected.",
    sandbox: true,
  }),
  "connections-signed-out": renderConnectionsSignedOut({ sandbox: true, notice: undefined }),
  usage: await renderUsagePage(usage),
  "usage-empty": await renderUsagePage({
    ...usage,
    span: "month",
    sandbox: true,
    hasAccounts: false,
    cards: [],
    places: [],
    place: "",
    more: 0,
  }),
  "usage-signed-out": renderUsageSignedOut({ sandbox: false }),
  disconnect: renderDisconnectPage(disconnect),
  "disconnect-agency": renderDisconnectPage({ ...disconnect, kind: "company", grants: 1 }),
  "disconnect-private": renderDisconnectPage({ ...disconnect, kind: "private", grants: 0 }),
  "consent-registered": renderConsentPage(consent),
  "consent-metadata-document": renderConsentPage({
    ...consent,
    clientHost: "claude.ai",
    redirectHost: "claude.ai",
    redirectIsLoopback: false,
    requestedAccess: "read",
    requestedAreas: ["contacts", "calendars"],
    sandbox: false,
    notice: "Choose at least one area, or deny the request.",
  }),
  error: renderErrorPage({
    title: "This sign-in has ended",
    text: "It was finished already.",
    advice: "Go back to the application and connect again.",
    requestId: "request-1",
    sandbox: false,
  }),
  home: renderHomePage({ mcpUrl: "https://mcp.example/mcp", sandbox: false, isReady: true }),
  "home-sandbox": renderHomePage({
    mcpUrl: "http://localhost:8000/mcp",
    sandbox: true,
    isReady: false,
  }),
  "consent-signed-in": renderConsentPage({
    ...consent,
    accounts: [
      { id: "connection-1", name: "Harbor Dental" },
      { id: "connection-2", name: "your agency (2 locations)", detail: "Harbor Dental, Cedar Vet" },
    ],
  }),
  "consent-allowed-before": renderConsentPage({
    ...consent,
    accounts: [{ id: "connection-1", name: "Harbor Dental" }],
    approvedBefore: ALLOWED_AT,
  }),
  "consent-token-only": renderConsentPage({
    ...consent,
    hasApp: false,
    sandbox: false,
    notice: "The token does not belong to this location. Nothing was kept.",
    chosen: { access: "read", areas: ["contacts"] },
    locationId: "location-1",
  }),
  claim: renderClaimPage({
    kind: "location",
    name: "Harbor Dental",
    detail: "location location-1",
    csrfToken: "csrf-3",
    sandbox: false,
  }),
  "claim-for-client": renderClaimPage({
    kind: "company",
    name: "an agency with 2 locations",
    detail: "agency company-1: Harbor Dental, Cedar Vet",
    client: { label: "claude.ai", redirectHost: "claude.ai" },
    csrfToken: "csrf-3",
    sandbox: false,
  }),
  "claim-left": renderLeftPage({ sandbox: false }),
  "private-token": renderPrivateTokenPage({ csrfToken: "csrf-4", sandbox: false, hasApp: true }),
  "private-token-refused": renderPrivateTokenPage({
    csrfToken: "csrf-4",
    sandbox: false,
    hasApp: false,
    locationId: "location-1",
    requestId: "request-2",
    notice: "Enter the location id and the private integration token.",
  }),
  grants: renderGrantsPage(grants),
  "grants-empty": renderGrantsPage({ ...grants, accounts: [], grants: [], notice: undefined }),
  "grants-signed-out": renderSignedOutPage({ sandbox: true, notice: undefined }),
};

describe.each(Object.entries(PAGES))("the page %s", (name, page) => {
  it("is the one kept as golden", () => {
    const file = new URL(`goldens/${name}.html`, import.meta.url);
    if (process.env["UPDATE_GOLDENS"] === "1") writeFileSync(file, page);
    expect(page).toBe(readFileSync(file, "utf8"));
  });

  it("has no script, no inline style and nothing from elsewhere, as its policy demands", () => {
    expect(page).not.toMatch(/<script|\sstyle=|\son[a-z]+=|<iframe|<img/iu);
    for (const [, target] of page.matchAll(/\s(?:href|src|action)="([^"]*)"/gu)) {
      // besides our own pages, only the links by which Cursor and VS Code add a server
      expect(target).toMatch(
        /^(?:\/(?!\/)|data:,$|cursor:\/\/anysphere\.cursor-deeplink\/mcp\/install\?|vscode:mcp\/install\?)/u,
      );
    }
  });

  it("has one heading of the first level, a language and a title", () => {
    expect(page.match(/<h1>/gu)).toHaveLength(1);
    expect(page).toContain('<html lang="en">');
    expect(page).toMatch(/<title>[^<]+ · ghl-mcp<\/title>/u);
  });
});

const HOSTILE = `"><script>alert(1)</script><b id='x' onload=\`y\`>\u202Ecod.exe`;

const HOSTILE_PAGES = {
  activity: renderActivityPage({
    sandbox: true,
    fields: {
      kind: HOSTILE,
      client: HOSTILE,
      connection: HOSTILE,
      from: HOSTILE,
      to: HOSTILE,
    },
    clients: [{ value: HOSTILE, label: HOSTILE }],
    connections: [{ value: HOSTILE, label: HOSTILE }],
    rows: [
      {
        at: ALLOWED_AT,
        title: HOSTILE,
        actor: HOSTILE,
        outcome: HOSTILE,
        client: HOSTILE,
        account: HOSTILE,
        location: HOSTILE,
      },
    ],
    newest: HOSTILE,
    older: HOSTILE,
  }),
  connections: await renderConnectionsPage({
    csrfToken: HOSTILE,
    notice: HOSTILE,
    sandbox: true,
    connections: [
      {
        ...connection,
        id: HOSTILE,
        name: HOSTILE,
        accountId: HOSTILE,
        status: "needs_reauth",
        reason: HOSTILE,
        scopes: [HOSTILE],
        missingScopes: [{ scope: HOSTILE, loss: HOSTILE }],
        clients: [HOSTILE],
        locations: { names: [HOSTILE], total: 100, page: 2, pages: 3, isOpen: true },
      },
    ],
  }),
  usage: await renderUsagePage({
    ...usage,
    sandbox: true,
    place: HOSTILE,
    places: [
      { value: HOSTILE, label: HOSTILE },
      { value: "", label: "" },
    ],
    cards: [{ name: HOSTILE, account: HOSTILE, slots, budget: undefined }],
  }),
  disconnect: renderDisconnectPage({
    ...disconnect,
    id: HOSTILE,
    name: HOSTILE,
    csrfToken: HOSTILE,
  }),
  consent: renderConsentPage({
    clientName: HOSTILE,
    clientHost: HOSTILE,
    redirectHost: HOSTILE,
    redirectIsLoopback: true,
    requestedAccess: "write",
    requestedAreas: "all",
    transactionId: HOSTILE,
    csrfToken: HOSTILE,
    accounts: [{ id: HOSTILE, name: HOSTILE, detail: HOSTILE }],
    sandbox: true,
    hasApp: true,
    notice: HOSTILE,
    locationId: HOSTILE,
  }),
  claim: renderClaimPage({
    kind: "company",
    name: HOSTILE,
    detail: HOSTILE,
    client: { label: HOSTILE, redirectHost: HOSTILE },
    csrfToken: HOSTILE,
    sandbox: true,
  }),
  "private token": renderPrivateTokenPage({
    csrfToken: HOSTILE,
    sandbox: true,
    hasApp: false,
    locationId: HOSTILE,
    notice: HOSTILE,
  }),
  "consent by name": renderConsentPage({ ...consent, clientName: HOSTILE }),
  error: renderErrorPage({
    title: HOSTILE,
    text: HOSTILE,
    advice: HOSTILE,
    requestId: HOSTILE,
    sandbox: true,
  }),
  home: renderHomePage({ mcpUrl: HOSTILE, sandbox: true, isReady: true }),
  grants: renderGrantsPage({
    ...grants,
    csrfToken: HOSTILE,
    mcpUrl: HOSTILE,
    notice: HOSTILE,
    accounts: grants.accounts.map((account) => ({
      ...account,
      id: HOSTILE,
      name: HOSTILE,
      detail: HOSTILE,
    })),
    grants: grants.grants.map((grant) => ({
      ...grant,
      id: HOSTILE,
      clientName: HOSTILE,
      redirectHost: HOSTILE,
      accountName: HOSTILE,
      locationNames: [HOSTILE],
    })),
  }),
  "signed out": renderSignedOutPage({ sandbox: true, notice: HOSTILE }),
};

it.each(Object.entries(HOSTILE_PAGES))(
  "shows hostile text on the %s page as text",
  (_name, page) => {
    expect(page).toContain("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).not.toContain("<script");
    expect(page).not.toContain("<b id=");
    expect(page).not.toContain("\u202E");
    expect(page).not.toContain("onload=`");
  },
);

it("puts the client's host before the name that it gives itself", () => {
  expect(PAGES["consent-metadata-document"]).toMatch(/<h1>\s*<bdi>claude\.ai<\/bdi> asks/u);
  expect(PAGES["consent-metadata-document"]).toMatch(
    /calls itself<\/dt>\s*<dd><bdi>Claude<\/bdi>/u,
  );
  expect(PAGES["consent-registered"]).toMatch(/<h1>[^<]*calls itself “<bdi>Claude<\/bdi>”/u);
});

it("says that a nameless client has no name", () => {
  const { clientName: _, ...nameless } = consent;
  expect(renderConsentPage(nameless)).toContain("A client without a name asks");
});

it("warns of a loopback address only where the answer goes to one", () => {
  expect(PAGES["consent-registered"]).toContain('class="warning"');
  expect(PAGES["consent-metadata-document"]).not.toContain('class="warning"');
});

it("takes the first account that the person is signed in to unless told otherwise", () => {
  const choices = [
    ...PAGES["consent-signed-in"].matchAll(/<input\s[^>]*name="connection"[^>]*>/gu),
  ].map(([input]) => [/value="([^"]*)"/u.exec(input)?.[1], /\schecked\b/u.test(input)]);
  expect(choices).toEqual([
    ["connection-1", true],
    ["connection-2", false],
    ["other", false],
  ]);
  expect(PAGES["consent-registered"]).not.toContain('name="connection"');
});

it("offers only a token where there is no app to sign in with", () => {
  const page = PAGES["consent-token-only"];
  expect(page).not.toContain("GoHighLevel’s own page opens");
  expect(page).not.toContain("<summary>Use a private");
  expect(page).toMatch(/<input\s[^>]*name="private_token"[^>]*type="password"/u);
  expect(page).toMatch(/name="private_location"[^>]*value="location-1"/u);
});

it("shows the choices again as they were made when a token was not taken", () => {
  const page = PAGES["consent-token-only"];
  expect(/value="(\w+)"[^<]* checked/.exec(page)?.[1]).toBe("read");
  expect([...page.matchAll(/name="area"[^>]*checked/gu)]).toHaveLength(1);
});

it("never fills a token in", () => {
  const fields = Object.values(PAGES).flatMap((page) => [
    ...page.matchAll(/<input\s[^>]*name="private_token"[^>]*>/gu),
  ]);
  expect(fields.length).toBeGreaterThan(5);
  expect(fields.filter(([input]) => input.includes("value="))).toEqual([]);
});

it("presses the approval when Enter is pressed, whatever field the person is in", () => {
  const [first] = PAGES["consent-signed-in"].matchAll(/<button\s[^>]*value="(\w+)"/gu);
  expect(first?.[1]).toBe("approve");
});

it("says what was allowed before, and still shows who asks and for what", () => {
  const page = PAGES["consent-allowed-before"];
  expect(page).toContain("You allowed this before");
  expect(page).toContain("It asks for");
  expect(page).toContain('class="warning"');
  expect(page).toMatch(/<details class="reach">[\s\S]*name="access"/u);
  expect(PAGES["consent-signed-in"]).not.toContain("before");
});

it("names what each button ends, for those who do not see the page", () => {
  expect(PAGES.grants).toContain('Revoke<span class="unseen"> the access of claude.ai</span>');
  expect(PAGES.grants).toContain('Disconnect now<span class="unseen">: Harbor Dental</span>');
});

const chosenLevel = (view: ConsentView): string | undefined =>
  /value="(\w+)"[^<]* checked/.exec(renderConsentPage(view))?.[1];

it("chooses what was asked for beforehand, but never full access at the first time", () => {
  expect(chosenLevel({ ...consent, requestedAccess: "read" })).toBe("read");
  expect(chosenLevel({ ...consent, requestedAccess: "write" })).toBe("write");
  expect(chosenLevel({ ...consent, requestedAccess: "critical" })).toBe("write");
  const approvedBefore = toEpochSeconds(1_767_225_600);
  expect(chosenLevel({ ...consent, requestedAccess: "critical", approvedBefore })).toBe("critical");
});

it("ticks all areas when all are asked for, and else those that are", () => {
  const ticked = (page: string): string[] =>
    [...page.matchAll(/<input\s[^>]*name="area"[^>]*>/gu)]
      .filter(([input]) => /\schecked\b/u.test(input))
      .map(([input]) => /value="([^"]*)"/u.exec(input)?.[1] ?? "");
  expect(ticked(PAGES["consent-registered"])).toHaveLength(12);
  expect(ticked(PAGES["consent-metadata-document"])).toEqual(["contacts", "calendars"]);
});
