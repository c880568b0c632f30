import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import type { Secret } from "../../src/core/secret.ts";
import { toSecret } from "../../src/core/secret.ts";
import { systemRandom } from "../../src/crypto/random.ts";
import { createHttpClient } from "../../src/net/undici-http-client.ts";
import {
  type AttackClient,
  callTool,
  createAttackClient,
  probe,
  toAttackClient,
  toTokens,
} from "../support/attack-client.ts";
import { overwriteRow, readRows, type StoredRow } from "../support/attack-store.ts";
import { createBrowser } from "../support/browser.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { createMemoryLogger } from "../support/memory-logger.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

const HOUR = 3600;
const OLD_KEY = toSecret(Buffer.alloc(32, 7).toString("base64"));
const NEW_KEY = toSecret(Buffer.alloc(32, 8).toString("base64"));

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const start = async (options: Parameters<typeof startApp>[0] = {}): Promise<RunningApp> => {
  const running = await startApp(options);
  closers.push(() => running.close());
  return running;
};

/** Whether the call of a tool came to something. */
const works = async (
  running: RunningApp,
  token: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<boolean> => {
  const answer = await callTool(running, token, { name: "search_contacts", arguments: args });
  const result = answer.json?.["result"] as { readonly isError?: boolean } | undefined;
  return result !== undefined && result.isError !== true;
};

describe("damage", () => {
  const isSealed = (row: StoredRow): boolean => row.value.startsWith("v1.");

  it("S03: one flipped bit in a sealed record fails the call, says so in the log, and overwrites nothing", async () => {
    const running = await start();
    const client = await createAttackClient(running);
    const tokens = await client.obtain();
    expect(await works(running, tokens.access_token)).toBe(true);
    const sealed = readRows(running.databasePath).filter(isSealed);
    expect(sealed.length).toBeGreaterThan(0);
    for (const row of sealed) {
      for (const place of [row.value.length - 5, row.value.length >> 1, 20]) {
        overwriteRow(running.databasePath, { ...row, value: flipBit(row.value, place) });
      }
    }
    const damaged = readRows(running.databasePath).filter(isSealed);
    expect(damaged).not.toEqual(sealed);

    // Half a second long the server may remember what it has read (ADR 49).
    await expect
      .poll(() => works(running, tokens.access_token), { timeout: 1_000, interval: 50 })
      .toBe(false);
    running.sandbox.control.clearRequests();
    expect(await works(running, tokens.access_token)).toBe(false);
    expect(running.sandbox.control.requests()).toEqual([]);
    expect(readRows(running.databasePath).filter(isSealed)).toEqual(damaged);
    expect(running.logLines.join("\n")).toMatch(/does not open: it was changed/);

    for (const row of sealed) overwriteRow(running.databasePath, row);
    expect(await works(running, tokens.access_token)).toBe(true);
  });

  it("S03: a sealed record that is moved to another address does not open there", async () => {
    const running = await start();
    const client = await createAttackClient(running);
    const [mine, theirs] = running.sandbox.locations;
    const one = await client.obtain({ choose: mine?.id ?? "" });
    const other = await client.obtain({ choose: theirs?.id ?? "" });
    const vault = readRows(running.databasePath).filter(isSealed);
    const [from, to] = vault.filter(({ namespace }) => namespace === vault[0]?.namespace);
    if (from === undefined || to === undefined)
      throw new Error("two connections, and not two records");
    overwriteRow(running.databasePath, { ...to, value: from.value });
    running.sandbox.control.clearRequests();
    const outcomes = [
      await works(running, one.access_token),
      await works(running, other.access_token),
    ];
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(running.logLines.join("\n")).toMatch(
      /does not open: it was changed, or belongs to another/,
    );
    // The zone of the location is asked for as well; only for the record that opens.
    const paths = running.sandbox.control.requests().map(({ path }) => path);
    expect(paths.filter((path) => !path.startsWith("/locations/"))).toHaveLength(1);
    expect(paths.length).toBeLessThanOrEqual(2);
  });

  it("S03: another master key stops the start with words that help, and changes no byte of the store", async () => {
    const running = await start();
    const client = await createAttackClient(running);
    const tokens = await client.obtain();
    await stop(running);
    const before = readFileSync(running.databasePath);
    const rows = readRows(running.databasePath);
    for (const keys of [[NEW_KEY], [NEW_KEY, toSecret(Buffer.alloc(32, 9).toString("base64"))]]) {
      await expect(openAgain(running, keys)).rejects.toMatchObject({
        code: "master_key_invalid",
        message: expect.stringMatching(
          /written with master key .*give that key again.*nothing was changed/s,
        ),
      });
    }
    expect(readFileSync(running.databasePath).equals(before)).toBe(true);
    expect(readRows(running.databasePath)).toEqual(rows);
    const again = await restart(running, [OLD_KEY]);
    expect(await works(again, tokens.access_token)).toBe(true);
  });
});

describe("a new master key", () => {
  it("S04: with the old one behind it everything goes on, and new records are under the new one", async () => {
    const running = await start();
    const client = await createAttackClient(running, {
      token_endpoint_auth_method: "client_secret_post",
    });
    const tokens = await client.obtain();
    const pending = await client.authorize();
    const open = client.request();
    const browser = createBrowser();
    const kids = (own: RunningApp): ReadonlySet<string> =>
      new Set(
        readRows(own.databasePath)
          .filter(({ value }) => value.startsWith("v1."))
          .map(({ value }) => value.split(".")[1] ?? ""),
      );
    const oldKids = kids(running);
    expect(oldKids.size).toBe(1);
    await stop(running);

    const rotated = await restart(running, [NEW_KEY, OLD_KEY]);
    const same = toAttackClient(rotated, client.registration);
    // Nobody notices: access tokens, refresh tokens, a code under way, client secrets, GoHighLevel's tokens.
    expect(await works(rotated, tokens.access_token)).toBe(true);
    const refreshed = toTokens(await same.refresh(tokens.refresh_token));
    toTokens(await same.redeem(pending));
    expect((await browser.get(open.url)).status).toBe(200);
    expect(kids(rotated)).toEqual(oldKids);

    // What is written now is under the new key; until nothing is under the old one it must stay.
    rotated.sandbox.control.expireAccessTokens();
    expect(await works(rotated, refreshed.access_token)).toBe(true);
    const newKids = [...kids(rotated)].filter((kid) => !oldKids.has(kid));
    expect(newKids).toHaveLength(1);
    await stop(rotated);
    const rows = readRows(rotated.databasePath);
    await expect(openAgain(rotated, [NEW_KEY])).rejects.toMatchObject({
      code: "master_key_invalid",
    });
    expect(readRows(rotated.databasePath)).toEqual(rows);
    const after = await restart(rotated, [NEW_KEY, OLD_KEY]);
    expect(await works(after, refreshed.access_token)).toBe(true);
  });
});

describe("a clock that jumps", () => {
  let clock: FakeClock;
  let running: RunningApp;
  let client: AttackClient;
  const begin = async (): Promise<void> => {
    clock = createFakeClock();
    running = await start({ clock });
    client = await createAttackClient(running);
  };

  it.each([
    ["forward", HOUR],
    ["back", -HOUR],
  ])("S05: an hour %s logs nobody out", async (_way, jump) => {
    await begin();
    const tokens = await client.obtain();
    clock.advance(jump);
    expect(await works(running, tokens.access_token)).toBe(true);
    const refreshed = toTokens(await client.refresh(tokens.refresh_token));
    expect(await works(running, refreshed.access_token)).toBe(true);
    clock.advance(-jump);
    expect(await works(running, refreshed.access_token)).toBe(true);
    const again = toTokens(await client.refresh(refreshed.refresh_token));
    expect(await works(running, again.access_token)).toBe(true);
  });

  it("S05: an hour back does not bring long-expired tokens and codes to life again", async () => {
    await begin();
    const tokens = await client.obtain();
    const authorized = await client.authorize();
    clock.advance(8 * HOUR + 2 * HOUR);
    expect(await probe(running, tokens.access_token)).toBe(401);
    clock.advance(-HOUR);
    expect(await probe(running, tokens.access_token)).toBe(401);
    expect((await client.redeem(authorized)).json?.["error"]).toBe("invalid_grant");

    clock.advance(60 * 24 * HOUR);
    expect((await client.refresh(tokens.refresh_token)).json?.["error"]).toBe("invalid_grant");
    clock.advance(-HOUR);
    expect((await client.refresh(tokens.refresh_token)).json?.["error"]).toBe("invalid_grant");
  });

  it("S05: an hour back locks nobody out who was near a limit", async () => {
    clock = createFakeClock();
    running = await start({
      clock,
      rates: { authorizationPerAddress: { burst: 3, perSecond: 0.001 } },
    });
    client = await createAttackClient(running);
    const open = async (): Promise<number> =>
      (await createBrowser().get(client.request().url)).status;
    expect([await open(), await open(), await open(), await open()]).toEqual([200, 200, 200, 429]);
    clock.advance(-HOUR);
    expect(await open()).toBe(200);
  });
});

function flipBit(text: string, place: number): string {
  const letter = text.charAt(place);
  // The lowest bit of a base64url letter, so that the text stays one.
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const index = ALPHABET.indexOf(letter);
  return text.slice(0, place) + (ALPHABET[index ^ 1] ?? "A") + text.slice(place + 1);
}

/** Ends a server; what comes next on its port must not meet connections that are left of this one. */
async function stop(running: RunningApp): Promise<void> {
  await running.app.close();
  const refusal = (): Promise<unknown> =>
    fetch(running.publicUrl).then(
      () => "answered",
      (error: unknown) => (error as { readonly cause?: { readonly code?: string } }).cause?.code,
    );
  await expect.poll(refusal).toBe("ECONNREFUSED");
}

/** The same server, store and address with other master keys. */
async function restart(running: RunningApp, keys: readonly Secret[]): Promise<RunningApp> {
  const { host, port, publicUrl, redirectUri, storageUrl } = running.config;
  const again = await startApp({
    sandbox: running.sandbox,
    config: {
      host,
      port,
      publicUrl,
      redirectUri,
      storageUrl,
      masterKey: { source: "given", keys },
    },
  });
  closers.push(() => again.close());
  return { ...again, publicUrl, mcpUrl: running.mcpUrl, databasePath: running.databasePath };
}

/** Opens the store of a server that has ended, as the start of the next one does. */
async function openAgain(running: RunningApp, keys: readonly Secret[]): Promise<never> {
  const { sandbox, config } = running;
  const http = createHttpClient();
  try {
    const app = await createApp(
      { ...config, masterKey: { source: "given", keys } },
      {
        http,
        clock: createFakeClock(),
        random: systemRandom,
        log: createMemoryLogger().log,
        settings: {
          environment: "sandbox",
          apiBaseUrl: sandbox.baseUrl,
          authorizeUrl: sandbox.authorizeUrl,
          clientId: sandbox.clientId,
          clientSecret: toSecret(sandbox.clientSecret),
          redirectUri: config.redirectUri,
          scopes: config.scopes,
        },
      },
    );
    await app.close();
  } finally {
    await http.close();
  }
  throw new Error("it started");
}
