import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chooseAtSandbox, type Rig, startRig } from "./upstream-rig.ts";

const DAY = 86_400;

describe("PKCE towards GoHighLevel", () => {
  let rig: Rig;
  let here: string;

  beforeEach(async () => {
    rig = await startRig();
    here = rig.sandbox.locations[0]?.id ?? "";
  });
  afterEach(() => rig.close());

  const start = async (upstream = rig.upstream) => {
    const { authorizeUrl, cookie } = await upstream.startLogin({ kind: "sign_in" });
    const { searchParams } = new URL(authorizeUrl);
    return { authorizeUrl, cookies: new Map([[cookie.name, cookie.value]]), searchParams };
  };
  const choose = (authorizeUrl: string) =>
    chooseAtSandbox(authorizeUrl, { choice: here, decision: "allow" });
  /** Whether each exchange so far carried a verifier. */
  const verified = (): readonly boolean[] =>
    rig
      .forms()
      .filter((form) => form.get("grant_type") === "authorization_code")
      .map((form) => form.has("code_verifier"));

  it("sends an S256 challenge and the verifier that belongs to it, new for each sign-in", async () => {
    rig.sandbox.control.setPkce("verify");
    const [first, second] = [await start(), await start()];
    expect(first.searchParams.get("code_challenge_method")).toBe("S256");
    expect(first.searchParams.get("code_challenge")).toMatch(/^[\w-]{43}$/);
    expect(second.searchParams.get("code_challenge")).not.toBe(
      first.searchParams.get("code_challenge"),
    );
    const query = await choose(first.authorizeUrl);
    expect(await rig.upstream.completeLogin({ query, cookies: first.cookies })).toMatchObject({
      ok: true,
    });
    expect(verified()).toEqual([true]);
  });

  it("is not noticed by a GoHighLevel that ignores it", async () => {
    expect((await rig.signIn(here)).ok).toBe(true);
    expect(verified()).toEqual([true]);
  });

  it("refuses somebody else's code where GoHighLevel verifies, and does not try it without", async () => {
    rig.sandbox.control.setPkce("verify");
    const [own, foreign] = [await start(), await start()];
    const stolen = await choose(foreign.authorizeUrl);
    const query = new URLSearchParams({
      code: stolen.get("code") ?? "",
      state: own.searchParams.get("state") ?? "",
    });
    expect(await rig.upstream.completeLogin({ query, cookies: own.cookies })).toMatchObject({
      failure: { kind: "exchange_refused", status: 400 },
    });
    expect(verified()).toEqual([true]);
    expect(await rig.upstream.listConnections()).toEqual([]);
  });

  it("refuses a code that was got without a challenge where GoHighLevel verifies", async () => {
    rig.sandbox.control.setPkce("verify");
    const own = await start();
    const bare = new URL(own.authorizeUrl);
    bare.searchParams.delete("code_challenge");
    bare.searchParams.delete("code_challenge_method");
    const query = await choose(bare.href);
    const outcome = await rig.upstream.completeLogin({ query, cookies: own.cookies });
    expect(outcome).toMatchObject({ failure: { kind: "exchange_refused" } });
    expect(verified()).toEqual([true]);
  });

  it("is dropped where the token endpoint does not know it, and the person notices nothing", async () => {
    rig.sandbox.control.setPkce("refuse_at_token");
    const [first, second] = [await start(), await start()];
    const query = await choose(first.authorizeUrl);
    expect((await rig.upstream.completeLogin({ query, cookies: first.cookies })).ok).toBe(true);
    expect(verified()).toEqual([true, false]);

    // Sign-ins that had begun, those that begin now, and other processes do without.
    const late = await choose(second.authorizeUrl);
    expect((await rig.upstream.completeLogin({ query: late, cookies: second.cookies })).ok).toBe(
      true,
    );
    expect(verified()).toEqual([true, false, false]);
    const other = await start(rig.another());
    expect(other.searchParams.has("code_challenge")).toBe(false);
  });

  it("is tried again a month after it was refused, and not before", async () => {
    rig.sandbox.control.setPkce("refuse_at_token");
    await rig.connect(here);
    rig.clock.advance(30 * DAY - 1);
    expect((await start()).searchParams.has("code_challenge")).toBe(false);
    rig.clock.advance(1);
    expect((await start()).searchParams.has("code_challenge")).toBe(true);
  });

  it("is remembered for one GoHighLevel, not for another", async () => {
    rig.sandbox.control.setPkce("refuse_at_token");
    await rig.connect(here);
    const elsewhere = await start(rig.another({ environment: "other.example" }));
    expect(elsewhere.searchParams.has("code_challenge")).toBe(true);
  });

  it.each([
    [400, { message: "Invalid parameter: code_verifier is wrong" }],
    [400, { message: "Invalid grant: code_verifier does not match" }],
    [401, { message: ["property code_verifier should not exist"] }],
    [500, { message: ["property code_verifier should not exist"] }],
  ])("is not dropped for status %i and %j", async (status, body) => {
    const { authorizeUrl, cookies } = await start();
    const query = await choose(authorizeUrl);
    rig.sandbox.control.misbehave({
      pathPrefix: "/oauth/token",
      count: 1,
      how: { kind: "status", status, body: JSON.stringify(body) },
    });
    expect((await rig.upstream.completeLogin({ query, cookies })).ok).toBe(false);
    expect(verified()).toEqual([true]);
    expect((await start()).searchParams.has("code_challenge")).toBe(true);
  });

  it.each([
    '{"message":["property code_verifier should not exist"]}',
    '{"error":"invalid_request","error_description":"unknown parameter: code_verifier"}',
    '{"message":"parameter \\"code_verifier\\" is not allowed"}',
  ])("is dropped for the complaint %s", async (body) => {
    const { authorizeUrl, cookies } = await start();
    const query = await choose(authorizeUrl);
    rig.sandbox.control.misbehave({
      pathPrefix: "/oauth/token",
      count: 1,
      how: { kind: "status", status: 400, body },
    });
    expect((await rig.upstream.completeLogin({ query, cookies })).ok).toBe(true);
    expect(verified()).toEqual([true, false]);
  });

  it("is never sent when it is switched off, which a sign-in page that refuses it needs", async () => {
    rig.sandbox.control.setPkce("refuse_at_page");
    const { authorizeUrl } = await start();
    await expect(choose(authorizeUrl)).rejects.toThrow("the sandbox answered 400");
    const off = await start(rig.another({ pkce: "off" }));
    expect(off.searchParams.has("code_challenge")).toBe(false);
    const query = await choose(off.authorizeUrl);
    expect((await rig.upstream.completeLogin({ query, cookies: off.cookies })).ok).toBe(true);
    expect(verified()).toEqual([false]);
  });
});
