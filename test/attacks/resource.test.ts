import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Answer,
  type AttackClient,
  callMcp,
  callTool,
  createAttackClient,
  openMcp,
  probe,
  resultOf,
} from "../support/attack-client.ts";
import { sendRaw } from "../support/attack-wire.ts";
import { createFakeClock } from "../support/clock.ts";
import { findFreePort } from "../support/free-port.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

/** The protected resource. Time stands still unless a test moves it; all instances share it. */

const clock = createFakeClock();
let running: RunningApp;
/** A second instance of the same server on the same store. */
let twin: RunningApp;
let client: AttackClient;

const twinTarget = () => ({ publicUrl: `http://localhost:${twin.config.port}` });

beforeAll(async () => {
  running = await startApp({ clock });
  const { publicUrl, redirectUri, storageUrl } = running.config;
  twin = await startApp({
    clock,
    sandbox: running.sandbox,
    config: { publicUrl, redirectUri, storageUrl },
  });
  client = await createAttackClient(running);
});
afterAll(async () => {
  await twin.close();
  await running.close();
});

/** A challenge that points to our metadata and asks for the working set, and no tool output. */
function expectChallenge(answer: Answer, error: string | undefined): void {
  expect(answer.status).toBe(401);
  const challenge = answer.headers.get("www-authenticate") ?? "";
  expect(challenge).toMatch(/^Bearer /u);
  expect(challenge).toContain(
    `resource_metadata="${running.publicUrl}/.well-known/oauth-protected-resource/mcp"`,
  );
  expect(challenge).toContain('scope="read write"');
  if (error === undefined) expect(challenge).not.toContain("error=");
  else expect(challenge).toContain(`error="${error}"`);
  expect(answer.json).not.toHaveProperty("result");
  expect(answer.text).not.toContain("search_contacts");
}

const list = (token: string | undefined): Promise<Answer> =>
  callMcp(running, token, { method: "tools/list" });

describe("tokens that are none", () => {
  it("P02: challenges without an error code where no token was sent", async () => {
    expectChallenge(await list(undefined), undefined);
  });

  it("P02: refuses an expired token from its last second on, and does not call GoHighLevel", async () => {
    const tokens = await client.obtain();
    clock.advance(tokens.expires_in - 1);
    expect(await probe(running, tokens.access_token)).toBe(200);
    clock.advance(1);
    running.sandbox.control.clearRequests();
    expectChallenge(
      await callTool(running, tokens.access_token, { name: "search_contacts" }),
      "invalid_token",
    );
    expect(running.sandbox.control.requests()).toEqual([]);
  });

  it("P02: refuses a token of which one character is missing, added or changed", async () => {
    const { access_token: token } = await client.obtain();
    const last = token.endsWith("A") ? "B" : "A";
    for (const near of [
      token.slice(0, -1),
      `${token}A`,
      token.slice(0, -1) + last,
      token.toUpperCase(),
      token.replace("ghlmcp_at_", "ghlmcp_rt_"),
      token.replace("ghlmcp_at_", ""),
    ]) {
      expectChallenge(await list(near), "invalid_token");
    }
    expect(await probe(running, token)).toBe(200);
  });

  it.each([
    ["garbage", "garbage"],
    ["the empty string", ""],
    ["SQL", "' OR '1'='1"],
    ["a path", "../../../../etc/passwd"],
    ["two tokens", "a b"],
    ["a property name", "__proto__"],
    ["8 KB", "A".repeat(8 * 1024)],
  ])("P02: refuses %s", async (_name, token) => {
    expectChallenge(await list(token), "invalid_token");
  });

  it("P02: refuses 100 KB before it reads them to the end, and lives on", async () => {
    const answer = await sendRaw(running.config.port, {
      method: "POST",
      path: "/mcp",
      headers: { authorization: `Bearer ${"A".repeat(100 * 1024)}` },
    });
    expect(answer.status).toBe(431);
    expect(await probe(running, (await client.obtain()).access_token)).toBe(200);
  });

  it("P02: does not take a token from the query string or the body", async () => {
    const { access_token: token } = await client.obtain();
    const answer = await callMcp(
      running,
      undefined,
      { method: "tools/list", params: { access_token: token } },
      { path: `/mcp?access_token=${token}` },
    );
    expectChallenge(answer, undefined);
  });

  it("P03: refuses a token that the same authorization server issued for another resource", async () => {
    const port = await findFreePort();
    const publicUrl = `http://localhost:${port}`;
    const sibling = await startApp({
      clock,
      sandbox: running.sandbox,
      config: {
        port,
        publicUrl,
        redirectUri: `${publicUrl}/oauth/callback`,
        storageUrl: running.config.storageUrl,
      },
    });
    try {
      const foreign = await (await createAttackClient({ publicUrl })).obtain();
      expect(await probe({ publicUrl }, foreign.access_token)).toBe(200);
      expectChallenge(await list(foreign.access_token), "invalid_token");
      const own = await client.obtain();
      expect(await probe({ publicUrl }, own.access_token)).toBe(401);
    } finally {
      await sibling.close();
    }
  });
});

describe("tokens that look signed", () => {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
  const now = clock.nowSeconds();
  const claims = (changes: object = {}): object => ({
    iss: running.publicUrl,
    aud: running.mcpUrl.href,
    sub: "admin",
    scope: "read write critical",
    client_id: client.clientId,
    iat: now,
    exp: now + 3600,
    ...changes,
  });
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const publicPem = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();

  const unsigned = (header: object, payload: object): string =>
    `${encode(header)}.${encode(payload)}.`;
  const rs256 = (header: object, payload: object): string => {
    const text = `${encode({ alg: "RS256", typ: "at+jwt", ...header })}.${encode(payload)}`;
    return `${text}.${sign("sha256", Buffer.from(text), rsa.privateKey).toString("base64url")}`;
  };
  const hs256 = (header: object, payload: object): string => {
    const text = `${encode({ alg: "HS256", typ: "at+jwt", ...header })}.${encode(payload)}`;
    return `${text}.${createHmac("sha256", publicPem).update(text).digest("base64url")}`;
  };

  const forgeries: readonly (readonly [string, () => string])[] = [
    ["alg none", () => unsigned({ alg: "none", typ: "at+jwt" }, claims())],
    ["alg nOnE", () => unsigned({ alg: "nOnE" }, claims())],
    ["a signature with the public key as the secret", () => hs256({}, claims())],
    ["a key of their own", () => rs256({}, claims())],
    ["a path as the key id", () => hs256({ kid: "../../../../dev/null" }, claims())],
    ["a key set of theirs", () => rs256({ jku: `${running.sandbox.baseUrl}/jwks` }, claims())],
    [
      "a certificate of theirs",
      () => rs256({ x5u: `${running.sandbox.baseUrl}/certificate` }, claims()),
    ],
    ["a key inside", () => rs256({ jwk: rsa.publicKey.export({ format: "jwk" }) }, claims())],
    ["a wrong issuer", () => rs256({}, claims({ iss: "https://evil.example" }))],
    ["a start in the future", () => rs256({}, claims({ nbf: now + 3600 }))],
    ["the type of an id token", () => rs256({ typ: "JWT" }, claims())],
  ];

  it.each(forgeries)(
    "P04: takes no signed token at all, with %s neither, and fetches nothing",
    async (_name, forge) => {
      running.sandbox.control.clearRequests();
      expectChallenge(await list(forge()), "invalid_token");
      expect(running.sandbox.control.requests()).toEqual([]);
    },
  );
});

describe("scope", () => {
  const CREATE = {
    name: "create_contact",
    arguments: { first_name: "Eve", email: "eve@example.com" },
  };

  it("P05: answers a write tool beyond a reading grant with everything that it needs", async () => {
    const tokens = await client.obtain({ consent: { access: "read" } });
    expect(tokens.scope).toBe("read");
    running.sandbox.control.clearRequests();
    const answer = await callTool(running, tokens.access_token, CREATE);
    expect(answer.status).toBe(403);
    expect(answer.json).toEqual({
      error: "insufficient_scope",
      error_description: expect.any(String),
    });
    const challenge = answer.headers.get("www-authenticate") ?? "";
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="read write"');
    expect(challenge).toContain(
      `resource_metadata="${running.publicUrl}/.well-known/oauth-protected-resource/mcp"`,
    );
    expect(running.sandbox.control.requests()).toEqual([]);
  });

  it("P05: names the area too, at once, where the grant is limited to others", async () => {
    const tokens = await client.obtain({ parameters: { scope: "read area:opportunities" } });
    expect(tokens.scope).toBe("read area:opportunities");
    const create = await callTool(running, tokens.access_token, CREATE);
    expect(create.status).toBe(403);
    expect(create.headers.get("www-authenticate")).toContain('scope="read write area:contacts"');
    const search = await callTool(running, tokens.access_token, { name: "search_contacts" });
    expect(search.status).toBe(403);
    expect(search.headers.get("www-authenticate")).toContain('scope="read area:contacts"');
  });

  it("P05: a grant with what the challenge named is let in", async () => {
    const tokens = await client.obtain({ parameters: { scope: "read write area:contacts" } });
    const answer = await callTool(running, tokens.access_token, CREATE);
    expect(answer.status).toBe(200);
    expect(resultOf(answer)).not.toHaveProperty("isError", true);
  });

  it("P05: tells a client of the older revisions, which cannot ask for more, in words", async () => {
    const tokens = await client.obtain({ consent: { access: "read" } });
    running.sandbox.control.clearRequests();
    const answer = await callTool(running, tokens.access_token, CREATE, { era: "legacy" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("www-authenticate")).toBeNull();
    expect(resultOf(answer)).toMatchObject({ isError: true });
    expect(answer.text).toContain("connect this server again and allow more");
    expect(running.sandbox.control.requests()).toEqual([]);
  });

  it("P05: a token narrowed by its client reaches no further than that", async () => {
    const tokens = await client.obtain();
    const narrow = await client.refresh(tokens.refresh_token, { scope: "read" });
    const token = String(narrow.json?.["access_token"]);
    expect((await callTool(running, token, CREATE)).status).toBe(403);
    expect(await probe(running, token)).toBe(200);
  });
});

describe("pages of other sites", () => {
  it.each(["https://evil.example", "null", "https://localhost.evil.example", "http://127.0.0.2"])(
    "P06: refuses the origin %s with a good token, without CORS headers",
    async (origin) => {
      const { access_token: token } = await client.obtain();
      const answer = await callMcp(
        running,
        token,
        { method: "tools/list" },
        { headers: { origin } },
      );
      expect(answer.status).toBe(403);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
      expect(answer.text).not.toContain("search_contacts");
    },
  );

  it.each(["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "169.254.169.254"])(
    "P06: refuses the host name %s (DNS rebinding) with a good token",
    async (name) => {
      const { access_token: token } = await client.obtain();
      const answer = await sendRaw(running.config.port, {
        method: "POST",
        path: "/mcp",
        headers: {
          host: `${name}:${running.config.port}`,
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} }),
      });
      // 421: the request came to a server that does not answer for this name (RFC 9110 §15.5.20).
      expect(answer.status).toBe(421);
      expect(answer.body).not.toContain("search_contacts");
    },
  );

  it("P09: exposes what clients read and never allows credentials", async () => {
    const { access_token: token } = await client.obtain();
    const origin = "http://localhost:6274";
    const answers = [
      await callMcp(running, token, { method: "tools/list" }, { headers: { origin } }),
      await callMcp(running, undefined, { method: "tools/list" }, { headers: { origin } }),
    ];
    for (const { headers } of answers) {
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.get("access-control-allow-credentials")).toBeNull();
      expect(headers.get("access-control-expose-headers")?.split(", ")).toEqual(
        expect.arrayContaining(["WWW-Authenticate", "Mcp-Session-Id"]),
      );
    }
    const preflight = await fetch(running.mcpUrl, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
  });
});

describe("answers that are still open", () => {
  const openSse = async (token: string, target = running.publicUrl) => {
    const answer = await fetch(`${target}/sse`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    if (answer.body === null) throw new Error("no stream");
    const reader = answer.body.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain("event: endpoint");
    let isOpen = true;
    const closed = (async () => {
      try {
        while (!(await reader.read()).done);
      } catch {
        // A connection that is cut ends here; both count as closed.
      }
      isOpen = false;
    })();
    return { closed, isOpen: () => isOpen, cancel: () => reader.cancel() };
  };

  /** Moves the time, and waits until everyone who was woken has looked and sleeps again. */
  const moveOn = async (seconds: number): Promise<void> => {
    const sleeping = clock.sleeping();
    clock.advance(seconds);
    await clock.whenSleeping(sleeping);
  };

  it("P08: cuts the event streams of a revoked grant within 10 seconds on every instance, and no others", async () => {
    const [revoked, kept] = [await client.obtain(), await client.obtain()];
    const [here, there, stays] = [
      await openSse(revoked.access_token),
      await openSse(revoked.access_token, twinTarget().publicUrl),
      await openSse(kept.access_token),
    ];
    await moveOn(10);
    expect([here.isOpen(), there.isOpen(), stays.isOpen()]).toEqual([true, true, true]);
    await client.revoke(revoked.refresh_token);
    clock.advance(10);
    await Promise.all([here.closed, there.closed]);
    await moveOn(10);
    expect(stays.isOpen()).toBe(true);
    await stays.cancel();
  });

  it("P08: cuts a stream whose access token alone was revoked", async () => {
    const tokens = await client.obtain();
    const stream = await openSse(tokens.access_token);
    await client.revoke(tokens.access_token);
    clock.advance(10);
    await stream.closed;
  });

  it("P08: leaves a stream open whose token has merely expired, until its grant ends", async () => {
    const brief = await startApp({
      clock,
      sandbox: running.sandbox,
      config: { accessTokenTtlSeconds: 60 },
    });
    try {
      const own = await createAttackClient(brief);
      const tokens = await own.obtain();
      const stream = await openSse(tokens.access_token, brief.publicUrl);
      await moveOn(61);
      expect(await probe(brief, tokens.access_token)).toBe(401);
      expect(stream.isOpen()).toBe(true);
      await own.revoke(tokens.refresh_token);
      clock.advance(10);
      await stream.closed;
    } finally {
      await brief.close();
    }
  });

  it("P08: cuts a call at /mcp that is still running when its grant ends", async () => {
    const tokens = await client.obtain();
    running.sandbox.control.misbehave({
      pathPrefix: "/contacts/search",
      count: 1,
      how: { kind: "delay", delayMs: 3_600_000 },
    });
    const sleeping = clock.sleeping();
    const call = openMcp(running, tokens.access_token, {
      method: "tools/call",
      params: { name: "search_contacts", arguments: {} },
    }).then((answer) => answer.text());
    // The sandbox, and the watch over the open answer.
    await clock.whenSleeping(sleeping + 2);
    await client.revoke(tokens.refresh_token);
    clock.advance(10);
    await expect(call).rejects.toThrow(/terminated|fetch failed/u);
  });

  it("P08: keeps no stream open in the current revision, where nothing is announced", async () => {
    const tokens = await client.obtain();
    const answer = await callMcp(running, tokens.access_token, {
      method: "subscriptions/listen",
      params: { notifications: { toolsListChanged: true } },
    });
    expect(answer.text).toContain('"resultType":"complete"');
  });

  it("P08: another grant cannot post to a stream whose id it knows", async () => {
    const [owner, thief] = [await client.obtain(), await client.obtain()];
    const answer = await fetch(`${running.publicUrl}/sse`, {
      headers: { authorization: `Bearer ${owner.access_token}` },
    });
    const reader = answer.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    const path = /data: (\S+)/u.exec(first)?.[1] ?? "";
    const stolen = await callMcp(
      running,
      thief.access_token,
      { method: "tools/list" },
      { path, era: "legacy" },
    );
    expect(stolen.status).toBe(404);
    await reader?.cancel();
  });
});
