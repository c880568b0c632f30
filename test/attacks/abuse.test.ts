import { Agent } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AttackClient,
  callMcp,
  createAttackClient,
  openMcp,
  probe,
  readAnswer,
  sendForm,
  toTokens,
} from "../support/attack-client.ts";
import { countRows } from "../support/attack-store.ts";
import {
  postFormFrom,
  postJsonFrom,
  type RawAnswer,
  type RawRequest,
  sendMany,
  sendRaw,
} from "../support/attack-wire.ts";
import { createBrowser } from "../support/browser.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

const LOOPBACK = "http://127.0.0.1:46001/callback";
const HTML = "text/html,application/xhtml+xml";

let clock: FakeClock;
let running: RunningApp;

const start = async (rates?: Parameters<typeof startApp>[0]): Promise<void> => {
  clock = createFakeClock();
  running = await startApp({ clock, ...rates });
};

const toBasic = (user: string, secret: string): string =>
  `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;

const transactions = (): number => countRows(running.databasePath, "authorization");

describe("abandoned sign-ins", () => {
  beforeAll(() => start());
  afterAll(() => running.close());

  it("D01: 10,000 of one address leave 200 records, others sign in meanwhile, and time sweeps them away", async () => {
    const client = await createAttackClient(running);
    const { pathname, search } = client.request().url;
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const statuses = await sendMany(10_000, 20, async () => {
      const answer = await sendRaw(running.config.port, {
        path: pathname + search,
        from: "127.0.0.9",
        headers: { accept: HTML },
        agent,
      });
      return answer.status;
    });
    agent.destroy();
    expect(statuses.filter((status) => status === 303)).toHaveLength(200);
    expect(statuses.filter((status) => status === 429)).toHaveLength(9800);
    expect(transactions()).toBe(200);

    const tokens = await client.obtain();
    expect(await probe(running, tokens.access_token)).toBe(200);

    await clock.whenSleeping();
    clock.advance(601);
    await expect.poll(transactions).toBe(0);
    expect((await client.obtain()).token_type).toBe("Bearer");
  }, 60_000);

  it("D01: addresses without end meet a cap on open sign-ins, which grows again with time", async () => {
    const client = await createAttackClient(running);
    const { pathname, search } = client.request().url;
    clock.advance(700);
    await expect.poll(transactions).toBe(0);
    const answers = await sendMany(2100, 20, (index) =>
      sendRaw(running.config.port, {
        path: pathname + search,
        from: `127.0.3.${(index % 100) + 1}`,
        headers: { accept: HTML },
      }),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(2000);
    expect(transactions()).toBe(2000);
    clock.advance(1);
    expect((await createBrowser().get(client.request().url)).status).toBe(200);
  }, 60_000);
});

describe("guessing", () => {
  beforeAll(() => start());
  afterAll(() => running.close());

  const guessFrom = (
    from: string,
    client: AttackClient,
    code = "ghlmcp_ac_guess",
  ): Promise<RawAnswer> =>
    postFormFrom(running.config.port, from, {
      path: "/oauth/token",
      fields: {
        grant_type: "authorization_code",
        client_id: client.clientId,
        code,
        code_verifier: "v".repeat(43),
      },
    });

  it("D02: 200 wrong codes of one client from one address are throttled, and only they", async () => {
    const client = await createAttackClient(running, { client_name: "Guesser" });
    const other = await createAttackClient(running, { client_name: "Bystander" });
    const tokens = await client.obtain();
    const authorized = await client.authorize();

    const answers = await sendMany(200, 10, (index) =>
      guessFrom("127.0.0.1", client, `ghlmcp_ac_${index}`),
    );
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(60);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(140);

    // The same client refreshes from the same address, another address redeems, another client too.
    const refreshed = toTokens(await client.refresh(tokens.refresh_token));
    expect(await probe(running, refreshed.access_token)).toBe(200);
    expect((await guessFrom("127.0.0.2", client)).status).toBe(400);
    expect((await other.obtain()).token_type).toBe("Bearer");

    // Nobody is locked out: the owner's code is good in the middle of it, and its replay ends the grant.
    const owned = toTokens(await client.redeem(authorized));
    clock.advance(2);
    await sendMany(10, 10, () => guessFrom("127.0.0.1", client));
    expect((await client.redeem(authorized)).status).toBe(429);
    expect(await probe(running, owned.access_token)).toBe(401);
    clock.advance(Number(refused[0]?.headers["retry-after"]) * 60);
    expect((await guessFrom("127.0.0.1", client)).status).toBe(400);
  });

  it("D02: wrong secrets are throttled for the client that they are of, however it is spelled", async () => {
    const client = await createAttackClient(running, {
      token_endpoint_auth_method: "client_secret_basic",
    });
    const other = await createAttackClient(running, {
      token_endpoint_auth_method: "client_secret_post",
    });
    const tokens = await other.obtain();
    const spell = (index: number): string =>
      [...client.clientId]
        .map((letter, place) =>
          (index >> (place % 8)) & 1 ? `%${letter.charCodeAt(0).toString(16)}` : letter,
        )
        .join("");
    const answers = await sendMany(100, 10, (index) =>
      sendRaw(running.config.port, {
        method: "POST",
        path: ["/oauth/token", "/oauth/revoke", "/oauth/introspect"][index % 3] ?? "",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          authorization: toBasic(spell(index), `wrong${index}`),
        },
        body: "grant_type=refresh_token&refresh_token=x&token=x",
      }),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(30);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(70);
    toTokens(await other.refresh(tokens.refresh_token));
    const right = await sendForm(
      running,
      "/oauth/introspect",
      { token: "x" },
      { authorization: toBasic(client.clientId, client.registration.client_secret ?? "") },
    );
    expect([right.status, right.json]).toEqual([200, { active: false }]);
  });

  it("D02: success is never counted: 300 refreshes at one moment from one address", async () => {
    const client = await createAttackClient(running, { client_name: "Busy" });
    const chains = await sendMany(3, 1, () => client.obtain());
    await Promise.all(
      chains.map(async ({ refresh_token: first }) => {
        let token = first;
        for (let round = 0; round < 100; round += 1) {
          token = toTokens(await client.refresh(token)).refresh_token;
        }
      }),
    );
  });
});

describe("sizes", () => {
  let token: string;
  beforeAll(async () => {
    await start({ rates: UNLIMITED });
    const client = await createAttackClient(running);
    token = (await client.obtain()).access_token;
  });
  afterAll(() => running.close());

  type Endpoint = readonly [method: "GET" | "POST", path: string, contentType: string];
  const ENDPOINTS: readonly Endpoint[] = [
    ["POST", "/oauth/register", "application/json"],
    ["POST", "/oauth/token", "application/x-www-form-urlencoded"],
    ["POST", "/oauth/revoke", "application/x-www-form-urlencoded"],
    ["POST", "/oauth/introspect", "application/x-www-form-urlencoded"],
    ["POST", "/oauth/authorize", "application/x-www-form-urlencoded"],
    ["POST", "/oauth/consent", "application/x-www-form-urlencoded"],
    ["POST", "/mcp", "application/json"],
    ["POST", "/messages", "application/json"],
    ["GET", "/oauth/authorize", ""],
    ["GET", "/oauth/consent", ""],
    ["GET", "/oauth/callback", ""],
    ["GET", "/sse", ""],
    ["GET", "/", ""],
    ["GET", "/grants", ""],
    ["GET", "/.well-known/oauth-authorization-server", ""],
  ];

  const NAMES = [
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "code",
    "transaction",
    "token",
    "client_name",
  ];
  // One of these letters becomes 18 under NFKC, and a letter can carry marks without end.
  const BOMBS = [
    "\uFDFA".repeat(1500),
    `a${"\u0301".repeat(2500)}`,
    "\u{1F469}\u200D".repeat(900),
    "\uD800",
  ];

  const ATTACKS: Readonly<Record<string, (type: string) => Partial<RawRequest>>> = {
    "a header of 64 KB": () => ({ headers: { "x-big": "h".repeat(65_536) } }),
    "10,000 parameters in the query": () => ({ path: `?${"a=1&".repeat(10_000)}` }),
    "10,000 parameters in the body": (type) => ({
      body:
        type === "application/json"
          ? JSON.stringify(
              Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`p${n}`, 1])),
            )
          : "a=1&".repeat(10_000),
    }),
    "1 MB in the body": (type) => ({
      body:
        type === "application/json"
          ? JSON.stringify({ a: "a".repeat(1_048_576) })
          : `a=${"%41".repeat(349_525)}`,
    }),
  };
  const REFUSED = [400, 401, 404, 405, 413, 415, 431];

  const measure = async (
    [method, path, type]: Endpoint,
    attack: Partial<RawRequest>,
  ): Promise<{ readonly statuses: readonly number[]; readonly cpuMs: number }> => {
    const ROUNDS = 6;
    const statuses: number[] = [];
    // The cheapest round tells what the request costs: the first loads code, and a busy machine adds to any.
    let cpuMs = Infinity;
    for (let round = 0; round < ROUNDS; round += 1) {
      const started = process.cpuUsage();
      const answer = await sendRaw(running.config.port, {
        ...attack,
        method,
        path: path + (attack.path ?? ""),
        headers: {
          authorization: `Bearer ${path === "/sse" ? "none" : token}`,
          ...(type === "" ? {} : { "content-type": type }),
          ...attack.headers,
        },
      });
      const { user, system } = process.cpuUsage(started);
      cpuMs = Math.min(cpuMs, (user + system) / 1000);
      statuses.push(answer.status);
    }
    return { statuses, cpuMs };
  };

  describe.each(Object.entries(ATTACKS))("%s", (_name, make) => {
    const endpoints = ENDPOINTS.filter(([, , type]) => type !== "" || make("").body === undefined);
    it.each(endpoints)(
      "D03: is refused by %s %s in less than 50 ms of CPU",
      async (...endpoint) => {
        const [, path, type] = endpoint;
        const attack = make(type);
        const before = countRows(running.databasePath);
        const { cpuMs, statuses } = await measure(endpoint, attack);
        const tooLarge = path.startsWith("/oauth/") && (attack.body?.length ?? 0) > 65_536;
        for (const status of statuses) expect(tooLarge ? [413] : REFUSED).toContain(status);
        expect(cpuMs).toBeLessThan(50);
        expect(countRows(running.databasePath)).toBe(before);
      },
    );
  });

  it.each(ENDPOINTS)(
    "D03: %s %s takes no unicode bomb for more than it is",
    async (...endpoint) => {
      const [method, , type] = endpoint;
      for (const bomb of BOMBS) {
        const fields = Object.fromEntries(NAMES.map((name) => [name, bomb]));
        // In a query each byte is three characters: one parameter fits.
        const query = `?state=${encodeURIComponent(bomb.toWellFormed()).slice(0, 12_000)}`;
        const body =
          type === "application/json"
            ? JSON.stringify({ ...fields, redirect_uris: [bomb] })
            : new URLSearchParams(fields).toString();
        const { cpuMs, statuses } = await measure(
          endpoint,
          method === "GET" ? { path: query } : { body },
        );
        for (const status of statuses) expect(status).toBeLessThan(500);
        expect(cpuMs).toBeLessThan(50);
      }
    },
  );
});

describe("the shape of a 429", () => {
  const ONE = { burst: 1, perSecond: 0.1 };
  let client: AttackClient;
  beforeAll(async () => {
    await start({
      rates: {
        registrationPerAddress: { burst: 2, perSecond: 0.1 },
        authorizationPerAddress: { burst: 3, perSecond: 0.1 },
        decisionPerAddress: { burst: 2, perSecond: 0.1 },
        codeFailure: ONE,
        secretFailure: ONE,
        callPerGrant: ONE,
      },
    });
    client = await createAttackClient(running);
  });
  afterAll(() => running.close());

  const expectOAuthShape = (answer: RawAnswer): void => {
    expect(answer.status).toBe(429);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.headers["location"]).toBeUndefined();
    expect(answer.headers["retry-after"]).toMatch(/^[1-9]\d*$/);
    const body = JSON.parse(answer.body) as Record<string, unknown>;
    expect(Object.keys(body).toSorted()).toEqual(["error", "error_description"]);
    expect(body["error"]).toBe("temporarily_unavailable");
  };

  it("D05: registration answers it as an OAuth error, to pages of every origin", async () => {
    const send = (): Promise<RawAnswer> =>
      postJsonFrom(running.config.port, "127.0.0.5", {
        path: "/oauth/register",
        body: { redirect_uris: [LOOPBACK] },
      });
    await send();
    await send();
    const refused = await send();
    expectOAuthShape(refused);
    expect(refused.headers["access-control-allow-origin"]).toBe("*");
    expect(refused.headers["access-control-expose-headers"]).toContain("Retry-After");
    clock.advance(Number(refused.headers["retry-after"]));
    expect((await send()).status).toBe(201);
  });

  it.each([
    [
      "a wrong code",
      { grant_type: "authorization_code", code: "x", code_verifier: "v".repeat(43) },
    ],
    [
      "an unexpected secret",
      { grant_type: "refresh_token", refresh_token: "x", client_secret: "x" },
    ],
  ])("D05: the token endpoint answers it as an OAuth error after %s", async (_what, fields) => {
    const send = (): Promise<RawAnswer> =>
      postFormFrom(running.config.port, "127.0.0.5", {
        path: "/oauth/token",
        fields: { client_id: client.clientId, ...fields },
      });
    expect([400, 401]).toContain((await send()).status);
    expectOAuthShape(await send());
  });

  it("D05: the authorization endpoint answers a person with a page and a program with JSON", async () => {
    const { pathname, search } = client.request().url;
    const open = (accept: string): Promise<RawAnswer> =>
      sendRaw(running.config.port, {
        path: pathname + search,
        from: "127.0.0.6",
        headers: { accept },
      });
    for (let round = 0; round < 3; round += 1) expect((await open(HTML)).status).toBe(303);
    const before = transactions();
    const page = await open(HTML);
    expect(page.status).toBe(429);
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.headers["retry-after"]).toMatch(/^[1-9]\d*$/);
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(page.body).toContain("Too many requests");
    expectOAuthShape(await open("application/json"));
    expect(transactions()).toBe(before);
  });

  it("D05: decisions sent again and again meet it too, and the page stays open", async () => {
    const post = (): Promise<RawAnswer> =>
      sendRaw(running.config.port, {
        method: "POST",
        path: "/oauth/consent",
        from: "127.0.0.7",
        headers: { accept: HTML, "content-type": "application/x-www-form-urlencoded" },
        body: "transaction=x",
      });
    for (let round = 0; round < 2; round += 1) expect([400, 403]).toContain((await post()).status);
    const refused = await post();
    expect([refused.status, refused.headers["retry-after"]]).toEqual([
      429,
      expect.stringMatching(/^\d+$/),
    ]);
    const page = await sendRaw(running.config.port, {
      path: "/oauth/consent?transaction=x",
      from: "127.0.0.7",
    });
    expect(page.status).toBe(404);
  });

  it("D05: calls of one grant meet it in the shape of JSON-RPC, calls of another do not", async () => {
    clock.advance(60);
    const mine = await client.obtain();
    clock.advance(60);
    const theirs = await client.obtain();
    const before = running.sandbox.control.requests().length;
    expect(await probe(running, mine.access_token)).toBe(200);
    const refused = await readAnswer(
      await openMcp(running, mine.access_token, {
        method: "tools/call",
        params: { name: "search_contacts", arguments: {} },
      }),
    );
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(refused.headers.get("access-control-allow-origin")).toBe("*");
    expect(refused.json).toMatchObject({
      jsonrpc: "2.0",
      id: null,
      error: { code: expect.any(Number) },
    });
    expect(running.sandbox.control.requests()).toHaveLength(before);
    expect(await probe(running, theirs.access_token)).toBe(200);
    clock.advance(Number(refused.headers.get("retry-after")));
    expect((await callMcp(running, mine.access_token, { method: "tools/list" })).status).toBe(200);
  });
});

const MANY = { burst: 1_000_000, perSecond: 1_000_000 };
const UNLIMITED = {
  registrationPerAddress: MANY,
  registrationInAll: MANY,
  authorizationPerAddress: MANY,
  authorizationInAll: MANY,
  decisionPerAddress: MANY,
  activityPerAddress: MANY,
  usagePerAddress: MANY,
  personPagePerAddress: MANY,
  codeFailure: MANY,
  secretFailure: MANY,
  callPerGrant: MANY,
};
