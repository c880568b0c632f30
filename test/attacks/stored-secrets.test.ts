import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMemoryStore } from "../../src/storage/memory.ts";
import type { RecordStore } from "../../src/storage/record-store.ts";
import type { MaintainableStore } from "../../src/storage/maintainable-store.ts";
import { openSpoolFolder } from "../../src/storage/spool-folder.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import {
  findMissing,
  postgres,
  redis,
  sqlite,
  type StoreKind,
  type StorePlace,
  withPostgres,
  withRedis,
} from "../contract/store-places.ts";
import { callTool, createAttackClient, resultOf, toTokens } from "../support/attack-client.ts";
import { readFiles } from "../support/attack-store.ts";
import { createMemoryLogger } from "../support/memory-logger.ts";
import { startApp } from "../support/running-app.ts";
import { startWiretap, type Wiretap } from "../support/wiretap.ts";
import { startRig, tokenOf } from "../unit/upstream/upstream-rig.ts";

/** After a whole life of a sign-in, no secret of it lies anywhere in the open. */

const missing = await findMissing();
const closers: (() => Promise<void>)[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-secrets-"));
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true, force: true });
});

type Needle = readonly [what: string, value: string];
type Haystacks = Readonly<Record<string, Buffer>>;

/** Everything that a place holds, by where it was found. */
const dumpers: ReadonlyMap<StoreKind, (place: StorePlace) => Promise<Haystacks>> = new Map([
  [sqlite, async ({ url }: StorePlace) => readFiles(url.slice("sqlite:".length))],
  [
    postgres,
    async ({ url }: StorePlace) => {
      const schema = new URL(url).searchParams.get("schema") ?? "";
      const { rows } = await withPostgres((client) =>
        client.query<{ line: string; value: Buffer }>(
          `SELECT value, concat_ws(' ', namespace, key, version, expires_at, grp) AS line FROM ${schema}.records`,
        ),
      );
      return {
        values: Buffer.concat(rows.map(({ value }) => value)),
        columns: Buffer.from(rows.map(({ line }) => line).join("\n")),
      };
    },
  ],
  [
    redis,
    async ({ url }: StorePlace) => {
      const prefix = `{${new URL(url).searchParams.get("prefix") ?? ""}}`;
      return withRedis(async (client) => {
        const keys = await client.keys(`${prefix}*`);
        const read = async (key: string): Promise<unknown> => {
          const type = await client.type(key);
          if (type === "hash") return client.hgetall(key);
          return type === "string" ? client.get(key) : client.zrange(key, "0", "-1");
        };
        const values = await Promise.all(keys.map(read));
        return { keys: Buffer.from(keys.join("\n")), values: Buffer.from(JSON.stringify(values)) };
      });
    },
  ],
]);

/** A log and a spool that keep a copy of all that was ever in them. */
const createWitness = () => {
  const kept = join(folder, "kept");
  const spoolDir = join(folder, "spool");
  mkdirSync(kept);
  const logger = createMemoryLogger();
  return {
    spoolDir,
    logger,
    trace: {
      reached: (step: string) => {
        if (step !== "answer_spooled") return;
        for (const name of readdirSync(spoolDir)) {
          copyFileSync(join(spoolDir, name), join(kept, name));
        }
      },
    },
    read: (): Haystacks => ({
      log: Buffer.from(logger.lines.join("\n")),
      spool: Buffer.concat(readdirSync(kept).map((name) => readFileSync(join(kept, name)))),
    }),
  };
};

/** What GoHighLevel and we have said to each other that must stay between us. */
const toUpstreamNeedles = (tap: Wiretap): readonly Needle[] => [
  ...tap
    .exchanges()
    .flatMap(({ body }) => [...body.matchAll(/"(access_token|refresh_token)":"([^"]+)"/g)])
    .map(([, kind, value]) => [`GoHighLevel ${kind ?? ""}`, value ?? ""] as const),
  ...tap
    .exchanges()
    .flatMap(({ sent }) => [...sent.matchAll(/(?:^|[&\n])code=([^&\n]+)/g)])
    .map(([, code]) => ["GoHighLevel code", decodeURIComponent(code ?? "")] as const),
];

/** Which needles lie in which haystack: as they are, without their prefix, encoded, or decoded. */
const hunt = (haystacks: Haystacks, needles: readonly Needle[]): readonly string[] => {
  const found = new Set<string>();
  for (const [name, bytes] of Object.entries(haystacks)) {
    for (const [what, value] of needles) {
      if (value.length <= 15) throw new Error(`${what} is too short to be looked for`);
      const secretPart = value.replace(/^ghlmcp_[a-z]+_/, "");
      const encoded = Buffer.from(value).toString("base64").slice(0, -4);
      const decoded = Buffer.from(secretPart, "base64url");
      const forms = [value, secretPart, encoded, ...(decoded.length >= 12 ? [decoded] : [])];
      if (forms.some((form) => bytes.includes(form))) found.add(`${what} in ${name}`);
    }
  }
  return [...found];
};

for (const kind of [sqlite, postgres, redis])
  describe.skipIf(missing.has(kind))(`after a whole life on ${kind.name}`, () => {
    it("S01: no token, code, secret or verifier is in the store, in the spool or in the log", async () => {
      const place = await kind.makePlace();
      closers.push(() => place.dispose());
      const tap = await startWiretap();
      closers.push(() => tap.close());
      const sandbox = await startSandbox();
      closers.push(() => sandbox.close());
      tap.setTarget(sandbox.baseUrl);
      const witness = createWitness();
      const running = await startApp({
        sandbox: { ...sandbox, baseUrl: tap.url },
        config: { storageUrl: place.url, spoolDir: witness.spoolDir },
        log: witness.logger.log,
        trace: witness.trace,
      });
      closers.push(() => running.close());
      const client = await createAttackClient(running, {
        token_endpoint_auth_method: "client_secret_post",
      });
      const search = async (token: string): Promise<unknown> => {
        const location = sandbox.locations[0]?.id;
        const call = { name: "search_contacts", arguments: { location } };
        return resultOf(await callTool(running, token, call))["isError"] ?? false;
      };

      const unused = await client.authorize();
      const authorized = await client.authorize({ choose: "company" });
      const first = toTokens(await client.redeem(authorized));
      const second = toTokens(await client.refresh(first.refresh_token));
      expect(await search(second.access_token)).toBe(false);
      sandbox.control.expireAccessTokens();
      expect(await search(second.access_token)).toBe(false);

      const upstream = toUpstreamNeedles(tap);
      expect([...new Set(upstream.map(([what]) => what))].toSorted()).toEqual([
        "GoHighLevel access_token",
        "GoHighLevel code",
        "GoHighLevel refresh_token",
      ]);
      const needles: readonly Needle[] = [
        ...upstream,
        ["access token", first.access_token],
        ["access token", second.access_token],
        ["refresh token", first.refresh_token],
        ["refresh token", second.refresh_token],
        ["spent code", authorized.code],
        ["unspent code", unused.code],
        ["verifier", authorized.verifier],
        ["verifier", unused.verifier],
        ["client secret", client.registration.client_secret ?? ""],
        ["our client secret at GoHighLevel", sandbox.clientSecret],
        ["master key", Buffer.alloc(32, 7).toString("base64")],
      ];
      const connections = await running.app.upstream.listConnections();
      const refreshed = connections.find((one) => one.lastRefreshAt !== undefined);
      const stored = (await dumpers.get(kind)?.(place)) ?? {};
      // That the search finds what is there.
      expect(hunt(stored, [["client id", client.clientId]])).not.toEqual([]);
      const aside = witness.read();
      const id: Needle = ["connection id", refreshed?.id ?? ""];
      expect(hunt(aside, [id])).toEqual(["connection id in log", "connection id in spool"]);
      expect(hunt({ ...stored, ...aside }, needles)).toEqual([]);
    });
  });

it("S01: no token, code or secret is in the memory store, in the spool or in the log", async () => {
  const tap = await startWiretap();
  closers.push(() => tap.close());
  const witness = createWitness();
  const spool = openSpoolFolder(witness.spoolDir, { log: witness.logger.log });
  const stores: MaintainableStore[] = [];
  const rig = await startRig({
    makeStore: (clock): RecordStore => {
      const store = createMemoryStore({ clock });
      stores.push(store);
      return store;
    },
    ports: { spool, trace: witness.trace },
  });
  closers.push(() => rig.close());
  tap.setTarget(rig.sandbox.baseUrl);
  const upstream = rig.another({ apiBaseUrl: tap.url });
  const { id } = await rig.connect(rig.sandbox.locations[0]?.id ?? "");
  expect(await upstream.refreshNow(id)).toMatchObject({ ok: true });
  tokenOf(await upstream.tokens.getToken({ connectionId: id, tokenClass: "location" }));
  const records: string[] = [];
  for (const store of stores) {
    for await (const entry of store.entries()) records.push(JSON.stringify(entry));
  }
  const haystacks = { records: Buffer.from(records.join("\n")), ...witness.read() };
  const codes = rig.forms().flatMap((form) => form.get("code") ?? []);
  const used = rig.forms().flatMap((form) => form.get("refresh_token") ?? []);
  expect([codes.length, used.length]).toEqual([1, 1]);
  const needles: readonly Needle[] = [
    ...toUpstreamNeedles(tap),
    ...codes.map((code) => ["GoHighLevel code", code] as const),
    ...used.map((token) => ["used refresh token", token] as const),
    ["our client secret at GoHighLevel", rig.sandbox.clientSecret],
  ];
  expect(hunt(haystacks, [["connection id", id]])).toContain("connection id in records");
  expect(hunt(haystacks, needles)).toEqual([]);
});
