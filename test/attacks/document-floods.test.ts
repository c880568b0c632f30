import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AttackClient, toAttackClient, toTokens } from "../support/attack-client.ts";
import { countRows } from "../support/attack-store.ts";
import {
  postFormFrom,
  postJsonFrom,
  type RawAnswer,
  sendMany,
  sendRaw,
} from "../support/attack-wire.ts";
import { createClientKey, withAssertion } from "../support/client-keys.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { createAuthorizationRequest } from "../support/interop-oauth.ts";
import { type MetadataHost, startMetadataHost } from "../support/metadata-host.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** Strangers without an account who make the server fetch, with the limits that it has by default. */

const APP = "app.example";
const CALLBACK = "https://app.example/cb";
const HOUR = 3600;
const ATTACKER = "127.0.0.9";
const NEIGHBOUR = "127.0.0.8";

let clock: FakeClock;
let host: MetadataHost;
let running: RunningApp;

/** What the host had been asked when the test began. */
let before: { readonly lookups: number; readonly requests: number };

beforeAll(async () => {
  host = await startMetadataHost([APP, "new.example", "evil.example"]);
});
afterAll(() => host.close());
beforeEach(async () => {
  clock = createFakeClock();
  running = await startApp({ clock, clientDocuments: host.settings });
  before = { lookups: host.lookups().length, requests: host.requests().length };
});
afterEach(() => running.close());

const lookups = (): number => host.lookups().length - before.lookups;
const requests = (): number => host.requests().length - before.requests;

let made = 0;

function publish(at: string, headers: Record<string, string> = {}): string {
  const path = `/oauth/client-${(made += 1)}.json`;
  const clientId = `https://${at}${path}`;
  const document = { client_id: clientId, client_name: "App", redirect_uris: [CALLBACK] };
  host.serveJson(at, path, document, headers);
  return clientId;
}

const toClient = (clientId: string): AttackClient =>
  toAttackClient(running, {
    client_id: clientId,
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: "none",
  });

const makeUpAt = (origin: string): string => `https://${origin}/no/${(made += 1)}.json`;
const makeUpHost = (): string => `https://h${(made += 1)}.example/client.json`;

/** A request that names a client, from an address that claims in headers to be others. */
const ENDPOINTS: Readonly<Record<string, (clientId: string, from: string) => Promise<RawAnswer>>> =
  {
    "/oauth/token": (client_id, from) =>
      post("/oauth/token", from, { grant_type: "refresh_token", refresh_token: "x", client_id }),
    "/oauth/revoke": (client_id, from) => post("/oauth/revoke", from, { token: "x", client_id }),
    "/oauth/introspect": (client_id, from) =>
      post("/oauth/introspect", from, { token: "x", client_id }),
    "/oauth/authorize": (client_id, from) => {
      const { url } = createAuthorizationRequest(running, { client_id, redirect_uri: CALLBACK });
      return sendRaw(running.config.port, {
        path: url.pathname + url.search,
        from,
        headers: { accept: "application/json", "x-forwarded-for": `203.0.113.${made % 250}` },
      });
    },
  };

const post = (
  path: string,
  from: string,
  fields: Readonly<Record<string, string>>,
): Promise<RawAnswer> =>
  sendRaw(running.config.port, {
    method: "POST",
    path,
    from,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-forwarded-for": `203.0.113.${made % 250}`,
    },
    body: new URLSearchParams(fields).toString(),
  });

const ask = (endpoint: string, clientId: string, from: string): Promise<RawAnswer> => {
  const send = ENDPOINTS[endpoint];
  if (send === undefined) throw new Error(`no endpoint ${endpoint}`);
  return send(clientId, from);
};

/** Made-up ids at the token endpoint, 8 at a time. */
const flood = (count: number, from: string, makeUp: () => string): Promise<readonly RawAnswer[]> =>
  sendMany(count, 8, () => ask("/oauth/token", makeUp(), from));

const refusedOf = (answers: readonly RawAnswer[]): readonly RawAnswer[] =>
  answers.filter(({ status }) => status === 429);

/** That somebody who connects a client for the first time gets as far as the consent page. */
const expectFirstSignIn = async (clientId: string, from: string): Promise<void> => {
  const answer = await ask("/oauth/authorize", clientId, from);
  expect([answer.status, answer.headers["location"]]).toEqual([
    303,
    expect.stringContaining("/oauth/consent?transaction="),
  ]);
};

describe("one address that makes up ids", () => {
  it.each(Object.keys(ENDPOINTS))(
    "C15: 200 of them at %s cause 15 fetches, and no other address waits",
    async (endpoint) => {
      const answers = await sendMany(200, 8, () => ask(endpoint, makeUpHost(), ATTACKER));
      expect(lookups()).toBe(15);
      const refused = refusedOf(answers);
      expect(refused).toHaveLength(185);
      for (const { headers, body } of refused) {
        expect(JSON.parse(body)).toMatchObject({ error: "temporarily_unavailable" });
        expect(Number(headers["retry-after"])).toBeGreaterThan(0);
        expect(headers["location"]).toBeUndefined();
      }
      expect(countRows(running.databasePath, "client_document")).toBe(0);
      expect(countRows(running.databasePath, "authorization")).toBe(0);
      await expectFirstSignIn(publish("new.example"), NEIGHBOUR);

      const asked = lookups();
      expect((await ask(endpoint, makeUpHost(), ATTACKER)).status).toBe(429);
      expect(lookups()).toBe(asked);
      clock.advance(Number(refused.at(-1)?.headers["retry-after"]));
      expect((await ask(endpoint, makeUpHost(), ATTACKER)).status).not.toBe(429);
      expect(lookups()).toBe(asked + 1);
    },
  );

  it("C15: going from endpoint to endpoint gives no new allowance", async () => {
    const endpoints = Object.keys(ENDPOINTS);
    const answers = await sendMany(80, 8, (index) =>
      ask(endpoints[index % endpoints.length] ?? "", makeUpHost(), ATTACKER),
    );
    expect([refusedOf(answers).length, lookups()]).toEqual([65, 15]);
  });

  it("C15: at the origin of a new client, they do not keep others from signing in with it", async () => {
    for (let second = 0; second < 60; second += 1) {
      await flood(2, ATTACKER, () => makeUpAt(APP));
      clock.advance(1);
    }
    expect(requests()).toBe(20);
    await expectFirstSignIn(publish(APP), NEIGHBOUR);
  });

  it("C15: at hosts that do not answer, they leave room for others at the same moment", async () => {
    const silent: (() => void)[] = [];
    for (let n = 0; n < 40; n += 1) {
      host.serve("evil.example", `/silent/${n}`, (req) => silent.push(() => req.socket.destroy()));
    }
    const held = Array.from({ length: 40 }, (_, n) =>
      ask("/oauth/token", `https://evil.example/silent/${n}`, ATTACKER),
    );
    await expect.poll(requests).toBe(15);
    await expectFirstSignIn(publish("new.example"), NEIGHBOUR);
    for (const hangUp of silent) hangUp();
    expect(refusedOf(await Promise.all(held))).toHaveLength(25);
    expect(requests()).toBe(16);
  });

  it("C15: clients that are known go on working from that address, and are read again", async () => {
    const client = toClient(publish(APP));
    const { refresh_token: token } = await client.obtain();
    const { pathname } = new URL(client.clientId);
    const reads = (): number =>
      host.requests().filter((one) => one === `${APP} ${pathname}`).length;
    const refresh = (refreshToken: string): Promise<RawAnswer> =>
      post("/oauth/token", ATTACKER, {
        grant_type: "refresh_token",
        refresh_token: refreshToken,
        client_id: client.clientId,
      });
    await flood(40, ATTACKER, () => makeUpAt(APP));
    const first = await refresh(token);
    expect([first.status, reads()]).toEqual([200, 1]);
    await expectFirstSignIn(client.clientId, ATTACKER);

    clock.advance(2 * HOUR);
    await flood(40, ATTACKER, () => makeUpAt(APP));
    const { refresh_token: next } = JSON.parse(first.body) as { readonly refresh_token: string };
    expect([(await refresh(next)).status, reads()]).toEqual([200, 2]);
  });

  it("C18: made-up addresses of keys, named by clients that anybody may register, count as well", async () => {
    const key = await createClientKey("ES256", "one");
    const answers = await sendMany(60, 6, async () => {
      const registered = await postJsonFrom(running.config.port, ATTACKER, {
        path: "/oauth/register",
        body: {
          redirect_uris: [CALLBACK],
          token_endpoint_auth_method: "private_key_jwt",
          jwks_uri: makeUpHost(),
        },
      });
      const { client_id } = JSON.parse(registered.body) as { readonly client_id: string };
      const proof = withAssertion(await key.sign({ sub: client_id }));
      const fields = { token: "x", client_id, ...proof };
      return postFormFrom(running.config.port, ATTACKER, { path: "/oauth/introspect", fields });
    });
    expect([refusedOf(answers).length, lookups()]).toEqual([45, 15]);
    await expectFirstSignIn(publish("new.example"), NEIGHBOUR);
  });

  it("C15: with documents of its own to be read again it does not keep others from being read", async () => {
    const known = toClient(publish(APP));
    const { refresh_token: token } = await known.obtain();
    const own: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      own.push(publish("evil.example", { "cache-control": "no-store" }));
      await expectFirstSignIn(own.at(-1) ?? "", ATTACKER);
      clock.advance(10);
    }
    clock.advance(2 * HOUR);
    const earlier = requests();
    // What may not be read again is taken from the copy: nobody who shares the address is turned away.
    for (const clientId of own) await expectFirstSignIn(clientId, ATTACKER);
    expect(requests() - earlier).toBe(10);
    toTokens(await known.refresh(token));
    expect(host.requests().at(-1)).toBe(`${APP} ${new URL(known.clientId).pathname}`);
    expect(requests() - earlier).toBe(11);
  });
});

describe("many addresses that make up ids", () => {
  it("C15: they use up what there is for strangers, and a known client lives through 26 hours of it", async () => {
    const client = toClient(publish(APP));
    let tokens = await client.obtain();
    const attack = async (): Promise<void> => {
      for (let address = 1; address <= 12; address += 1) {
        await flood(10, `127.0.4.${address}`, () => makeUpAt(APP));
        await flood(10, `127.0.5.${address}`, makeUpHost);
      }
    };
    for (const hours of [1, 12, 13]) {
      clock.advance(hours * HOUR);
      const earlier = lookups();
      await attack();
      expect(lookups() - earlier).toBe(120);
      const stranger = await ask("/oauth/authorize", publish("new.example"), NEIGHBOUR);
      expect(stranger.status).toBe(429);
      tokens = toTokens(await client.refresh(tokens.refresh_token));
      expect(host.requests().at(-1)).toBe(`${APP} ${new URL(client.clientId).pathname}`);
      await expectFirstSignIn(client.clientId, NEIGHBOUR);
    }
  });
});
