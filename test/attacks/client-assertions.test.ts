import { createHmac, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type Answer,
  type AttackClient,
  type Changes,
  probe,
  sendForm,
  toAttackClient,
  toTokens,
} from "../support/attack-client.ts";
import { countRows } from "../support/attack-store.ts";
import { type ClientKeyPair, createClientKey, withAssertion } from "../support/client-keys.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { type IssuedTokens, postJson, type Registered } from "../support/interop-oauth.ts";
import { type MetadataHost, startMetadataHost } from "../support/metadata-host.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** Clients with a metadata document after they have signed in: when it is gone, and when they sign. */

const APP = "app.example";
const CALLBACK = "https://app.example/cb";
const HOUR = 3600;
const DAY = 24 * HOUR;

let clock: FakeClock;
let host: MetadataHost;
let running: RunningApp;

beforeAll(async () => {
  clock = createFakeClock();
  host = await startMetadataHost([APP, "keys.example"]);
  running = await startApp({ clock, clientDocuments: { ...host.settings, timeoutMs: 2000 } });
});
afterAll(async () => {
  await running.close();
  await host.close();
});
// Each test has the whole fetch budget of a minute.
beforeEach(() => clock.advance(61));

let documents = 0;

/** Publishes a document, and gives the client that it describes. */
function publish(changes: Readonly<Record<string, unknown>> = {}): AttackClient & {
  readonly path: string;
} {
  const path = `/oauth/signing-${(documents += 1)}.json`;
  const clientId = `https://${APP}${path}`;
  host.serveJson(APP, path, {
    client_id: clientId,
    client_name: "App",
    redirect_uris: [CALLBACK],
    ...changes,
  });
  return { ...toClient(clientId), path };
}

const toClient = (clientId: string): AttackClient =>
  toAttackClient(running, {
    client_id: clientId,
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: "none",
  });

const refusalOf = ({ status, json, headers }: Answer): Readonly<Record<string, unknown>> => ({
  status,
  error: json?.["error"],
  cached: headers.get("cache-control"),
});
const INVALID_CLIENT = { status: 401, error: "invalid_client", cached: "no-store" };
const UNAVAILABLE = { status: 503, error: "temporarily_unavailable", cached: "no-store" };

describe("a metadata host that is gone", () => {
  it.each<[string, (path: string) => void]>([
    ["answers 404", (path) => host.serve(APP, path, (_req, res) => void res.writeHead(404).end())],
    ["answers 500", (path) => host.serve(APP, path, (_req, res) => void res.writeHead(500).end())],
    ["hangs up", (path) => host.serve(APP, path, (req) => void req.socket.destroy())],
    ["does not answer", (path) => host.serve(APP, path, () => {})],
  ])("C17: a client refreshes from the kept copy while its host %s", async (_what, breakHost) => {
    const client = publish();
    const tokens = await client.obtain();
    breakHost(client.path);
    clock.advance(2 * HOUR);
    const requests = host.requests().length;
    const refreshed = toTokens(await client.refresh(tokens.refresh_token));
    expect(host.requests().slice(requests)).toEqual([`${APP} ${client.path}`]);
    expect(await probe(running, refreshed.access_token)).toBe(200);

    // When the copy is too old the client is told to wait, not that it is unknown.
    clock.advance(2 * DAY);
    const grants = countRows(running.databasePath, "grant");
    const refused = await client.refresh(refreshed.refresh_token);
    expect(refusalOf(refused)).toEqual(UNAVAILABLE);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(countRows(running.databasePath, "grant")).toBe(grants);

    host.serveJson(APP, client.path, {
      client_id: client.clientId,
      client_name: "App",
      redirect_uris: [CALLBACK],
    });
    toTokens(await client.refresh(refreshed.refresh_token));
  });
});

describe("private_key_jwt", () => {
  let key: ClientKeyPair;
  let other: ClientKeyPair;
  let rsa: ClientKeyPair;
  let client: AttackClient;
  let tokens: IssuedTokens;

  const claimsOf = (clientId: string): Record<string, unknown> => {
    const now = clock.nowSeconds();
    const jti = randomUUID();
    return { iss: clientId, sub: clientId, aud: running.publicUrl, iat: now, exp: now + 60, jti };
  };
  const sound = (clientId: string, from = key): Promise<string> => from.sign(claimsOf(clientId));
  const signingDocument = { token_endpoint_auth_method: "private_key_jwt" };

  /** Signs in; the code is redeemed with an assertion. */
  const obtain = async (signer: AttackClient, from = key): Promise<IssuedTokens> =>
    toTokens(
      await signer.redeem(
        await signer.authorize(),
        withAssertion(await sound(signer.clientId, from)),
      ),
    );
  const introspect = (assertion: string, changes: Changes = {}): Promise<Answer> =>
    client.introspect(tokens.access_token, { ...withAssertion(assertion), ...changes });

  beforeAll(async () => {
    key = await createClientKey("ES256", "one");
    other = await createClientKey("ES256", "one");
    rsa = await createClientKey("RS256", "two");
    client = publish({ ...signingDocument, jwks: { keys: [key.jwk, rsa.jwk] } });
    tokens = await obtain(client);
  });

  it("C18: a sound assertion signs in, refreshes, introspects and revokes, each with a new jti", async () => {
    const mine = publish({ ...signingDocument, jwks: { keys: [key.jwk] } });
    const first = await obtain(mine);
    const assert = async (): Promise<Changes> => withAssertion(await sound(mine.clientId));
    const second = toTokens(await mine.refresh(first.refresh_token, await assert()));
    const seen = await mine.introspect(second.access_token, await assert());
    expect(seen.json).toMatchObject({ active: true, client_id: mine.clientId });
    expect((await mine.revoke(second.refresh_token, await assert())).status).toBe(200);
    expect(await probe(running, second.access_token)).toBe(401);
  });

  it.each(["ES256", "EdDSA", "RS256", "PS256"])("C18: %s is accepted", async (algorithm) => {
    const pair = await createClientKey(algorithm, "k");
    const mine = publish({ ...signingDocument, jwks: { keys: [pair.jwk] } });
    expect(await obtain(mine, pair)).toMatchObject({ token_type: "Bearer" });
  });

  it("C18: the audience may be the token endpoint, and client_id may be left out", async () => {
    const claims = { ...claimsOf(client.clientId), aud: [`${running.publicUrl}/oauth/token`] };
    const answer = await introspect(await key.sign(claims), { client_id: null });
    expect(answer.json).toMatchObject({ active: true });
  });

  type Forge = () => Promise<string> | string;
  const change =
    (changes: () => Readonly<Record<string, unknown>>): Forge =>
    () =>
      key.sign({ ...claimsOf(client.clientId), ...changes() });
  const head =
    (header: Readonly<Record<string, unknown>>): Forge =>
    () =>
      key.sign(claimsOf(client.clientId), header);
  const encode = (value: unknown): string =>
    Buffer.from(JSON.stringify(value)).toString("base64url");
  const byHand = (header: unknown, sign: (text: string) => string): string => {
    const text = `${encode(header)}.${encode(claimsOf(client.clientId))}`;
    return `${text}.${sign(text)}`;
  };
  const now = (): number => clock.nowSeconds();

  const FORGERIES: readonly (readonly [string, Forge])[] = [
    ["for another server", change(() => ({ aud: "https://other.example" }))],
    [
      "for this server and another",
      change(() => ({ aud: [running.publicUrl, "https://other.example"] })),
    ],
    ["for nobody", change(() => ({ aud: [] }))],
    ["without an audience", change(() => ({ aud: undefined }))],
    ["for this server's address with a slash", change(() => ({ aud: `${running.publicUrl}/` }))],
    ["that is good for a day", change(() => ({ exp: now() + DAY }))],
    ["that is good for 6 minutes", change(() => ({ exp: now() + 360 }))],
    ["that has expired", change(() => ({ exp: now() - 60 }))],
    ["without an end", change(() => ({ exp: undefined }))],
    ["with a text as its end", change(() => ({ exp: String(now() + 60) }))],
    ["that is not good yet", change(() => ({ nbf: now() + 120 }))],
    ["from the future", change(() => ({ iat: now() + 120 }))],
    ["without a jti", change(() => ({ jti: undefined }))],
    ["with an empty jti", change(() => ({ jti: "" }))],
    ["by another issuer", change(() => ({ iss: "https://evil.example/c.json" }))],
    ["about another client", change(() => ({ sub: "https://evil.example/c.json" }))],
    ["signed with another key", () => sound(client.clientId, other)],
    ["with the alg none", () => byHand({ alg: "none" }, () => "")],
    ["with the alg None", () => byHand({ alg: "None", kid: "one" }, () => "")],
    [
      "with HS256 and the public key as the secret",
      () =>
        byHand({ alg: "HS256", kid: "one" }, (text) =>
          createHmac("sha256", JSON.stringify(key.jwk)).update(text).digest("base64url"),
        ),
    ],
    ["with ES256 in the name of the RSA key", head({ kid: "two" })],
    ["with a kid that is a path", head({ kid: "../../../../dev/null" })],
    ["with a kid that is a query", head({ kid: "one' OR '1'='1" })],
    ["with a kid that nobody has", head({ kid: "__proto__" })],
    [
      "with its own key in the header",
      () => other.sign(claimsOf(client.clientId), { kid: "own", jwk: other.jwk }),
    ],
    [
      "with an address of keys in the header",
      () => other.sign(claimsOf(client.clientId), { kid: "own", jku: `https://${APP}/jku.json` }),
    ],
    ["that is another kind of token", head({ typ: "at+jwt" })],
    ["that is a proof of possession", head({ typ: "dpop+jwt" })],
    ["that is no JWT", () => "a.b.c"],
    ["that is empty but for its dots", () => ".."],
    ["of one part", () => encode(claimsOf(client.clientId))],
  ];

  it.each(FORGERIES)("C18: refuses an assertion %s", async (_what, forge) => {
    const spent = countRows(running.databasePath, "client_assertion");
    const requests = host.requests().length;
    const assertion = await forge();
    expect(refusalOf(await introspect(assertion))).toEqual(INVALID_CLIENT);
    const token = tokens.refresh_token;
    expect(refusalOf(await client.refresh(token, withAssertion(assertion)))).toEqual(
      INVALID_CLIENT,
    );
    expect(refusalOf(await client.revoke(token, withAssertion(assertion)))).toEqual(INVALID_CLIENT);
    expect(await probe(running, tokens.access_token)).toBe(200);
    expect(countRows(running.databasePath, "client_assertion")).toBe(spent);
    expect(host.requests()).toHaveLength(requests);
  });

  it("C18: takes the same assertion once, whichever endpoint it comes to", async () => {
    const assertion = await sound(client.clientId);
    expect((await introspect(assertion)).json).toMatchObject({ active: true });
    expect(refusalOf(await introspect(assertion))).toEqual(INVALID_CLIENT);
    const replayed = await client.refresh(tokens.refresh_token, withAssertion(assertion));
    expect(refusalOf(replayed)).toEqual(INVALID_CLIENT);
    // A new signature over the same jti is the same assertion.
    const claims = claimsOf(client.clientId);
    expect((await introspect(await key.sign(claims))).status).toBe(200);
    expect(refusalOf(await introspect(await key.sign(claims)))).toEqual(INVALID_CLIENT);
  });

  it("C18: of 20 that come with one assertion at once, one gets in", async () => {
    const assertion = await sound(client.clientId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => introspect(assertion)));
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(19);
  });

  it("C18: remembers an assertion until it has expired, with the difference of clocks", async () => {
    const claims = { ...claimsOf(client.clientId), exp: now() + 300 };
    expect((await introspect(await key.sign(claims))).status).toBe(200);
    clock.advance(329);
    expect(refusalOf(await introspect(await key.sign(claims)))).toEqual(INVALID_CLIENT);
    // The sound one shows that 29 s after the end is within the difference that is allowed.
    const late = { ...claimsOf(client.clientId), exp: now() - 29 };
    expect((await introspect(await key.sign(late))).status).toBe(200);
    clock.advance(2);
    expect(refusalOf(await introspect(await key.sign(claims)))).toEqual(INVALID_CLIENT);
  });

  it.each<[string, Changes]>([
    ["without any proof", { client_assertion: null, client_assertion_type: null }],
    ["without the assertion", { client_assertion: null }],
    ["without the type", { client_assertion_type: null }],
    ["with another type", { client_assertion_type: "urn:ietf:params:oauth:saml2-bearer" }],
    ["in the name of another client", { client_id: "https://evil.example/c.json" }],
  ])("C18: a client that has to sign does not get in %s", async (_what, changes) => {
    const assertion = await sound(client.clientId);
    expect(refusalOf(await introspect(assertion, changes))).toEqual(INVALID_CLIENT);
  });

  it("C18: an assertion and a secret together are refused, in the form or in the header", async () => {
    const fields = {
      ...withAssertion(await sound(client.clientId)),
      client_id: client.clientId,
      token: tokens.access_token,
    };
    const basic = `Basic ${Buffer.from(`${encodeURIComponent(client.clientId)}:x`).toString("base64")}`;
    const path = "/oauth/introspect";
    const answers = [
      await sendForm(running, path, { ...fields, client_secret: "x" }),
      await sendForm(running, path, fields, { authorization: basic }),
    ];
    expect(answers.map((answer) => answer.json?.["active"])).toEqual([undefined, undefined]);
    expect(answers.map((answer) => [400, 401].includes(answer.status))).toEqual([true, true]);
  });

  it("C18: a client without keys does not get in by an assertion, not even its own", async () => {
    const plain = publish({ jwks: { keys: [key.jwk] } });
    const { access_token: token } = await plain.obtain();
    const proof = withAssertion(await sound(plain.clientId));
    expect(refusalOf(await plain.introspect(token, proof))).toEqual(INVALID_CLIENT);
    expect((await plain.introspect(token)).json).toMatchObject({ active: true });
  });

  it("C18: a registered client proves itself with the key that it registered", async () => {
    const answer = await postJson(running, "/oauth/register", {
      ...signingDocument,
      redirect_uris: [CALLBACK],
      jwks: { keys: [key.jwk] },
    });
    const registered = (await answer.json()) as Registered;
    expect(registered).toMatchObject(signingDocument);
    expect(registered).not.toHaveProperty("client_secret");
    const mine = toAttackClient(running, registered);
    const { access_token: token } = await obtain(mine);
    expect(refusalOf(await mine.introspect(token))).toEqual(INVALID_CLIENT);
    const forged = withAssertion(await sound(mine.clientId, other));
    expect(refusalOf(await mine.introspect(token, forged))).toEqual(INVALID_CLIENT);
  });

  describe("with keys at an address", () => {
    const both = {
      ...signingDocument,
      token_endpoint_auth_methods_supported: ["none", "private_key_jwt"],
    };

    it.each([
      "https://169.254.169.254/jwks.json",
      "https://127.0.0.1/jwks.json",
      "https://[::1]/jwks.json",
      "http://keys.example/jwks.json",
      "https://inside.example/jwks.json",
    ])("C18: no packet goes to keys at %s", async (address) => {
      host.resolveTo("inside.example", ["10.0.0.1"]);
      const mine = publish({ ...both, jwks_uri: address });
      const { access_token: token } = await mine.obtain();
      const connections = host.connections();
      const proof = withAssertion(await sound(mine.clientId));
      expect(refusalOf(await mine.introspect(token, proof))).toEqual(INVALID_CLIENT);
      expect(host.connections()).toBe(connections);
      // It may still come without a proof, as its document says.
      expect((await mine.introspect(token)).json).toMatchObject({ active: true });
    });

    it("C18: keys are fetched once, and again when the client has replaced them", async () => {
      host.serveJson("keys.example", "/rotating.json", { keys: [key.jwk] });
      const mine = publish({ ...signingDocument, jwks_uri: "https://keys.example/rotating.json" });
      const asked = (): number =>
        host.requests().filter((one) => one === "keys.example /rotating.json").length;
      const { access_token: token } = await obtain(mine);
      const check = async (pair: ClientKeyPair): Promise<number> =>
        (await mine.introspect(token, withAssertion(await sound(mine.clientId, pair)))).status;
      expect([await check(key), await check(key), asked()]).toEqual([200, 200, 1]);

      const next = await createClientKey("ES256", "next");
      host.serveJson("keys.example", "/rotating.json", { keys: [next.jwk] });
      // Whoever sends wrong signatures causes at most one fetch a minute.
      expect([await check(next), await check(other), asked()]).toEqual([401, 401, 1]);
      clock.advance(60);
      expect([await check(next), asked()]).toEqual([200, 2]);
      expect([await check(key), asked()]).toEqual([401, 2]);
    });

    it.each<[string, () => unknown]>([
      ["no key set", () => ({ hello: "world" })],
      ["no keys", () => ({ keys: [] })],
      ["the private half too", () => ({ keys: [{ ...key.jwk, d: "c2VjcmV0" }] })],
      ["a redirect", () => undefined],
    ])("C18: an address that holds %s proves nothing", async (_what, make) => {
      const body = make();
      const path = `/keys-${(documents += 1)}.json`;
      if (body === undefined) {
        host.serveJson("keys.example", "/real.json", { keys: [key.jwk] });
        host.serve(
          "keys.example",
          path,
          (_req, res) =>
            void res.writeHead(302, { location: "https://keys.example/real.json" }).end(),
        );
      } else host.serveJson("keys.example", path, body);
      const mine = publish({ ...both, jwks_uri: `https://keys.example${path}` });
      const { access_token: token } = await mine.obtain();
      const proof = withAssertion(await sound(mine.clientId));
      const answer = await mine.introspect(token, proof);
      expect(refusalOf(answer)).toEqual(body === undefined ? UNAVAILABLE : INVALID_CLIENT);
      expect(host.requests()).not.toContain("keys.example /real.json");
    });

    it("C17: keys that cannot be fetched now are no reason to forget the client", async () => {
      const mine = publish({ ...signingDocument, jwks_uri: "https://keys.example/away.json" });
      host.serve("keys.example", "/away.json", (req) => void req.socket.destroy());
      const authorized = await mine.authorize();
      const refused = await mine.redeem(authorized, withAssertion(await sound(mine.clientId)));
      expect(refusalOf(refused)).toEqual(UNAVAILABLE);
      host.serveJson("keys.example", "/away.json", { keys: [key.jwk] });
      const redeemed = await mine.redeem(authorized, withAssertion(await sound(mine.clientId)));
      toTokens(redeemed);
      // Later the kept copy serves while the address is away.
      host.serve("keys.example", "/away.json", (req) => void req.socket.destroy());
      clock.advance(2 * HOUR);
      const refreshed = await mine.refresh(
        toTokens(redeemed).refresh_token,
        withAssertion(await sound(mine.clientId)),
      );
      toTokens(refreshed);
    });
  });
});
