import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toTransactionId } from "../../../src/core/ids.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";
import { CLAIM_COOKIE, type LoginPurpose } from "../../../src/upstream/upstream.ts";
import { chooseAtSandbox, type Rig, startRig, tokenOf } from "./upstream-rig.ts";

const DAY = 86_400;
const AUTHORIZATION: LoginPurpose = {
  kind: "authorization",
  transactionId: toTransactionId("transaction-1"),
};

let rig: Rig;
let here: string;
let hereName: string;

beforeEach(async () => {
  rig = await startRig();
  const [first] = rig.sandbox.locations;
  [here, hereName] = [first?.id ?? "", first?.name ?? ""];
  rig.sandbox.control.dropState(true);
});
afterEach(() => rig.close());

const begin = async (purpose: LoginPurpose = AUTHORIZATION) => {
  const { authorizeUrl, cookie } = await rig.upstream.startLogin(purpose);
  return { authorizeUrl, cookie: [cookie.name, cookie.value] as const };
};

/** A marketplace installation: GoHighLevel's own link knows nothing of our state. */
const marketplaceUrl = (): string => {
  const url = new URL(rig.sandbox.authorizeUrl);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: rig.settings.clientId ?? "",
    redirect_uri: rig.settings.redirectUri,
    scope: rig.settings.scopes.join(" "),
  }).toString();
  return url.href;
};

type Cookies = ReadonlyMap<string, string>;

/** Comes back from GoHighLevel, and gives the cookies of the browser afterwards. */
const arrive = async (
  authorizeUrl: string,
  cookies: Cookies = new Map(),
  choice = here,
): Promise<Cookies> => {
  const query = await chooseAtSandbox(authorizeUrl, { choice, decision: "allow" });
  const received = await rig.upstream.installs.receive({ query, cookies });
  if (!received.ok) throw new Error(JSON.stringify(received.failure));
  const { name, value } = received.value.cookie;
  return new Map([...cookies, [name, value]]);
};
const unclaimed = () => rig.upstream.installs.list();
const stored = () => rig.upstream.listConnections();

describe("an installation without a state", () => {
  it("is kept unclaimed, named, and serves nobody", async () => {
    const cookies = await arrive(marketplaceUrl());
    expect(await unclaimed()).toEqual([
      {
        kind: "location",
        companyId: rig.sandbox.companyId,
        locationId: here,
        arrivedAt: rig.clock.nowSeconds(),
      },
    ]);
    expect(await rig.upstream.installs.find(cookies)).toMatchObject({
      name: hereName,
      detail: `location ${here}`,
      purpose: { kind: "sign_in" },
    });
    expect(await stored()).toEqual([]);
    expect(rig.logged.join("")).not.toContain(cookies.get(CLAIM_COOKIE));
  });

  it("becomes a connection when it is claimed, once", async () => {
    const cookies = await arrive(marketplaceUrl());
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => rig.upstream.installs.claim(cookies)),
    );
    const claimed = outcomes.filter((outcome) => outcome.ok);
    expect(claimed).toHaveLength(1);
    expect(claimed[0]).toMatchObject({
      value: {
        purpose: { kind: "sign_in" },
        cookieNames: [CLAIM_COOKIE],
        connection: { kind: "location", locationId: here, status: "active" },
      },
    });
    expect(await stored()).toHaveLength(1);
    expect(await unclaimed()).toEqual([]);
  });

  it("works after the claim: its tokens are good and refresh", async () => {
    const cookies = await arrive(marketplaceUrl());
    rig.clock.advance(3000);
    const claimed = await rig.upstream.installs.claim(cookies);
    if (!claimed.ok) throw new Error("not claimed");
    const { id: connectionId, tokenExpiresAt } = claimed.value.connection;
    // Counted from the answer, not from the claim.
    expect(tokenExpiresAt).toBe(rig.clock.nowSeconds() - 3000 + 86_399);
    tokenOf(await rig.upstream.tokens.getToken({ connectionId, tokenClass: "location" }));
    expect((await rig.upstream.refreshNow(connectionId)).ok).toBe(true);
  });

  it("can be claimed for an hour; after that it stays, without a way to claim it", async () => {
    const cookies = await arrive(marketplaceUrl());
    rig.clock.advance(3599);
    expect(await rig.upstream.installs.find(cookies)).toBeDefined();
    rig.clock.advance(1);
    expect(await rig.upstream.installs.find(cookies)).toBeUndefined();
    expect(await rig.upstream.installs.claim(cookies)).toEqual({ ok: false, failure: "gone" });
    expect(await stored()).toEqual([]);
    rig.clock.advance(364 * DAY);
    expect(await unclaimed()).toHaveLength(1);
    rig.clock.advance(DAY);
    expect(await unclaimed()).toEqual([]);
  });

  it.each([
    ["no cookie", new Map<string, string>()],
    ["a made-up cookie", new Map([[CLAIM_COOKIE, "x".repeat(43)]])],
  ])("cannot be claimed with %s", async (_name, cookies) => {
    await arrive(marketplaceUrl());
    expect(await rig.upstream.installs.find(cookies)).toBeUndefined();
    expect((await rig.upstream.installs.claim(cookies)).ok).toBe(false);
    expect(await unclaimed()).toHaveLength(1);
  });

  it("is not there for another GoHighLevel on the same store", async () => {
    const cookies = await arrive(marketplaceUrl());
    const { installs } = rig.another({ environment: "other.example" });
    expect(await installs.find(cookies)).toBeUndefined();
    expect(await installs.list()).toEqual([]);
  });

  it("is one record however often it comes, and only the last browser may claim it", async () => {
    const first = await arrive(marketplaceUrl());
    rig.clock.advance(1);
    const second = await arrive(marketplaceUrl());
    expect(await unclaimed()).toHaveLength(1);
    expect((await rig.upstream.installs.claim(first)).ok).toBe(false);
    expect((await rig.upstream.installs.claim(second)).ok).toBe(true);
  });

  it("stays when the person leaves it, and then cannot be claimed", async () => {
    const cookies = await arrive(marketplaceUrl());
    await rig.upstream.installs.leave(cookies);
    expect((await rig.upstream.installs.claim(cookies)).ok).toBe(false);
    expect(await unclaimed()).toHaveLength(1);
  });

  it("leaves the tokens of a live connection of the same location alone", async () => {
    rig.sandbox.control.dropState(false);
    const { id: connectionId } = await rig.connect(here);
    const request = { connectionId, tokenClass: "location" } as const;
    const before = tokenOf(await rig.upstream.tokens.getToken(request)).reveal();
    rig.clock.advance(5);
    await arrive(marketplaceUrl());
    expect(tokenOf(await rig.upstream.tokens.getToken(request)).reveal()).toBe(before);
    expect(await stored()).toHaveLength(1);
    expect(await unclaimed()).toHaveLength(1);
  });

  it("is replaced by a sign-in to the same location, whose newer tokens a late claim cannot undo", async () => {
    const cookies = await arrive(marketplaceUrl());
    rig.sandbox.control.dropState(false);
    rig.clock.advance(5);
    const { id } = await rig.connect(here);
    expect(await unclaimed()).toEqual([]);
    expect((await rig.upstream.installs.claim(cookies)).ok).toBe(false);
    expect((await stored()).map((one) => one.id)).toEqual([id]);
  });

  it("is replaced by a sign-in also where the process died before it could drop the older tokens", async () => {
    const cookies = await arrive(marketplaceUrl());
    rig.sandbox.control.dropState(false);
    rig.clock.advance(5);
    const dying: RecordStore = {
      ...rig.store,
      put: async (at, value, options) => {
        if (at.namespace === "unclaimed_install") throw new Error("killed");
        return rig.store.put(at, value, options);
      },
    };
    const upstream = rig.another({}, dying);
    const { authorizeUrl, cookie } = await upstream.startLogin({ kind: "sign_in" });
    const query = await chooseAtSandbox(authorizeUrl, { choice: here, decision: "allow" });
    const own = new Map([[cookie.name, cookie.value]]);
    await expect(upstream.completeLogin({ query, cookies: own })).rejects.toThrow("killed");
    expect(await stored()).toHaveLength(1);
    expect(await rig.upstream.installs.find(cookies)).toBeUndefined();
    expect((await rig.upstream.installs.claim(cookies)).ok).toBe(false);
  });

  it("is gone after its uninstall, and others stay", async () => {
    const there = rig.sandbox.locations[1]?.id ?? "";
    await arrive(marketplaceUrl());
    await arrive(marketplaceUrl(), new Map(), there);
    rig.clock.advance(1);
    const { body, headers } = rig.sandbox.control.signWebhook({
      type: "UNINSTALL",
      companyId: rig.sandbox.companyId,
      locationId: here,
    });
    const signature = headers["x-ghl-signature"] ?? "";
    const outcome = await rig.upstream.receiveWebhook({ body, signature, requestId: "r1" });
    expect(outcome).toEqual({ kind: "accepted", effect: "done" });
    expect((await unclaimed()).map((one) => one.locationId)).toEqual([there]);
  });

  it("is named by its id where GoHighLevel does not tell the name", async () => {
    rig.sandbox.control.misbehave({
      pathPrefix: "/locations/",
      count: 1,
      how: { kind: "status", status: 500 },
    });
    const cookies = await arrive(marketplaceUrl());
    expect(await rig.upstream.installs.find(cookies)).toMatchObject({ name: here });
  });

  it.each([
    ["company", /^an agency with (\d+) locations$/],
    ["company-alone", /^an agency with no locations$/],
  ])("of an agency (%s) is named by what it reaches", async (choice, name) => {
    const cookies = await arrive(marketplaceUrl(), new Map(), choice);
    expect((await rig.upstream.installs.find(cookies))?.name).toMatch(name);
  });

  it.each([
    ["no code", ""],
    ["an empty code", "code="],
    ["two codes", "code=a&code=b"],
    ["an error beside the code", "code=a&error=access_denied"],
    ["an endless code", `code=${"x".repeat(3000)}`],
  ])("with %s asks GoHighLevel nothing", async (_name, query) => {
    const outcome = await rig.upstream.installs.receive({
      query: new URLSearchParams(query),
      cookies: new Map(),
    });
    expect(outcome).toEqual({ ok: false, failure: { kind: "state_missing" } });
    expect(rig.sent).toEqual([]);
  });

  it("with a made-up code stores nothing", async () => {
    const query = new URLSearchParams({ code: "made-up" });
    const outcome = await rig.upstream.installs.receive({ query, cookies: new Map() });
    expect(outcome).toMatchObject({ failure: { kind: "exchange_refused" } });
    expect(await unclaimed()).toEqual([]);
    expect(await rig.store.list("unclaimed_install", "sandbox")).toEqual([]);
  });
});

describe("a sign-in whose state GoHighLevel dropped", () => {
  it("goes on with the browser's one open sign-in once the person confirms", async () => {
    rig.sandbox.control.setPkce("verify");
    const { authorizeUrl, cookie } = await begin();
    const cookies = await arrive(authorizeUrl, new Map([cookie]));
    expect(await rig.upstream.installs.find(cookies)).toMatchObject({ purpose: AUTHORIZATION });
    const claimed = await rig.upstream.installs.claim(cookies);
    expect(claimed).toMatchObject({
      value: { purpose: AUTHORIZATION, cookieNames: [CLAIM_COOKIE, cookie[0]] },
    });
  });

  it("uses the open sign-in up, so that nothing else can go on with it", async () => {
    const { authorizeUrl, cookie } = await begin();
    const first = await arrive(authorizeUrl, new Map([cookie]));
    await rig.upstream.installs.claim(first);
    const second = await arrive(marketplaceUrl(), new Map([cookie]));
    expect(await rig.upstream.installs.find(second)).toMatchObject({
      purpose: { kind: "sign_in" },
    });
  });

  it.each([
    ["none", 0],
    ["two", 2],
  ])("guesses nothing where the browser has %s open", async (_name, count) => {
    const begun = await Promise.all(Array.from({ length: count }, () => begin()));
    const cookies = await arrive(marketplaceUrl(), new Map(begun.map(({ cookie }) => cookie)));
    expect(await rig.upstream.installs.claim(cookies)).toMatchObject({
      value: { purpose: { kind: "sign_in" } },
    });
  });

  it("goes on with nothing when the open sign-in has expired meanwhile", async () => {
    const { authorizeUrl, cookie } = await begin();
    const cookies = await arrive(authorizeUrl, new Map([cookie]));
    rig.clock.advance(601);
    expect(await rig.upstream.installs.claim(cookies)).toMatchObject({
      value: { purpose: { kind: "sign_in" } },
    });
  });

  it("takes no cookie that the browser was not given: neither another's, nor one made of a state", async () => {
    const mine = await begin();
    const [name, value] = mine.cookie;
    const key = value.split(".")[0] ?? "";
    for (const forged of [`${key}.guess`, key, `${"x".repeat(43)}.y`]) {
      const cookies = await arrive(marketplaceUrl(), new Map([[name, forged]]));
      expect(await rig.upstream.installs.find(cookies)).toMatchObject({
        purpose: { kind: "sign_in" },
      });
    }
  });

  it("refuses an attacker's code where GoHighLevel verifies PKCE, and the person's own goes on", async () => {
    rig.sandbox.control.setPkce("verify");
    const { authorizeUrl, cookie } = await begin();
    const attackers = await chooseAtSandbox(marketplaceUrl(), { choice: here, decision: "allow" });
    const cookies = new Map([cookie]);
    expect(await rig.upstream.installs.receive({ query: attackers, cookies })).toMatchObject({
      failure: { kind: "exchange_refused", purpose: { kind: "sign_in" } },
    });
    expect(await unclaimed()).toEqual([]);
    const own = await arrive(authorizeUrl, cookies);
    expect(await rig.upstream.installs.claim(own)).toMatchObject({
      value: { purpose: AUTHORIZATION },
    });
  });

  it("cannot be ended by an attacker's code: the sign-in with its state still finishes", async () => {
    const { authorizeUrl, cookie } = await begin();
    const cookies = await arrive(marketplaceUrl(), new Map([cookie]));
    rig.sandbox.control.dropState(false);
    const query = await chooseAtSandbox(authorizeUrl, { choice: here, decision: "allow" });
    expect(await rig.upstream.completeLogin({ query, cookies })).toMatchObject({
      value: { purpose: AUTHORIZATION },
    });
  });
});
