import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MaintainableStore } from "../../../src/storage/maintainable-store.ts";
import { openSqliteStore } from "../../../src/storage/sqlite.ts";
import { chooseAtSandbox, type Rig, startRig, tokenOf } from "./upstream-rig.ts";

describe("connections", () => {
  let rig: Rig;
  let folder: string;
  let store: MaintainableStore;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ghl-mcp-vault-"));
    rig = await startRig({
      makeStore: (clock) => {
        store = openSqliteStore(join(folder, "store.db"), { clock });
        return store;
      },
    });
  });
  afterEach(async () => {
    await rig.close();
    await rm(folder, { recursive: true });
  });

  const keysOf = async (wanted: string): Promise<readonly string[]> => {
    const keys: string[] = [];
    for await (const { namespace, key } of store.entries())
      if (namespace === wanted) keys.push(key);
    return keys;
  };

  const idOf = (index: number) => String(rig.sandbox.locations[index]?.id);

  it("are one per location, however often its people sign in", async () => {
    const first = await rig.connect(idOf(0));
    rig.clock.advance(100);
    const second = await rig.connect(idOf(0));
    expect(second.id).toBe(first.id);
    expect(second.connectedAt).toBe(rig.clock.nowSeconds());
    expect(await rig.upstream.listConnections()).toEqual([second]);
  });

  it("are one when two people sign in at the same moment", async () => {
    const logins = await Promise.all([rig.signIn(idOf(0)), rig.signIn(idOf(0))]);
    expect(logins.every((login) => login.ok)).toBe(true);
    expect(await rig.upstream.listConnections()).toHaveLength(1);
  });

  it("are several for several locations and their agency, newest first", async () => {
    const kinds: string[] = [];
    for (const choice of [idOf(0), "company", idOf(1)]) {
      rig.clock.advance(1);
      kinds.unshift((await rig.connect(choice)).id);
    }
    expect((await rig.upstream.listConnections()).map(({ id }) => id)).toEqual(kinds);
  });

  it("get a new id after a disconnect, so that nothing old reaches the new one", async () => {
    const first = await rig.connect(idOf(0));
    await rig.upstream.removeConnection(first.id);
    await rig.upstream.removeConnection(first.id);
    expect(await rig.upstream.listConnections()).toEqual([]);
    expect((await rig.connect(idOf(0))).id).not.toBe(first.id);
  });

  it("do not take the tokens of another account, whatever the unsealed index says", async () => {
    await rig.connect(idOf(0));
    const [own = ""] = await keysOf("connection_identity");
    await rig.connect(idOf(1));
    const foreign = (await keysOf("connection_identity")).find((key) => key !== own) ?? "";
    const at = (key: string) => ({ namespace: "connection_identity", key });
    const target = await rig.store.get(at(own));
    await rig.store.put(at(foreign), target?.value ?? "");
    const before = await rig.upstream.listConnections();
    await expect(rig.signIn(idOf(1))).rejects.toMatchObject({ code: "storage_corrupt" });
    expect(await rig.upstream.listConnections()).toEqual(before);
  });

  it("keep to their environment", async () => {
    await rig.connect(idOf(0));
    const live = rig.another({ environment: "services.leadconnectorhq.com" });
    expect(await live.listConnections()).toEqual([]);
    const { authorizeUrl, cookie } = await live.startLogin({ kind: "sign_in" });
    const query = await chooseAtSandbox(authorizeUrl, { choice: idOf(0), decision: "allow" });
    await live.completeLogin({ query, cookies: new Map([[cookie.name, cookie.value]]) });
    expect(await live.listConnections()).toHaveLength(1);
    expect(await rig.upstream.listConnections()).toHaveLength(1);
  });

  it("[S01] [U07] leave no token, code, state, cookie or client secret in the files or the log", async () => {
    const connection = await rig.connect(idOf(0));
    const company = await rig.connect("company");
    const request = { connectionId: connection.id, tokenClass: "location" } as const;
    const secrets = [tokenOf(await rig.upstream.tokens.getToken(request)).reveal()];
    rig.clock.advance(86_400);
    secrets.push(tokenOf(await rig.upstream.tokens.getToken(request)).reveal());
    for (const { id } of rig.sandbox.locations) {
      const of = { connectionId: company.id, tokenClass: "location", locationId: id } as object;
      const minted = await rig.upstream.tokens.getToken({ ...request, ...of });
      secrets.push(tokenOf(minted).reveal());
    }
    rig.sandbox.control.revokeRefreshTokens();
    await rig.upstream.refreshNow(connection.id);
    const open = await rig.upstream.startLogin({ kind: "sign_in" });
    secrets.push(open.cookie.value, new URL(open.authorizeUrl).searchParams.get("state") ?? "");
    for (const form of rig.forms()) {
      for (const name of ["client_secret", "code", "refresh_token"]) {
        secrets.push(...form.getAll(name));
      }
    }

    const files = await readdir(folder);
    const bytes = await Promise.all(files.map((file) => readFile(join(folder, file))));
    const all = Buffer.concat([...bytes, Buffer.from(rig.logged.join("\n"))]);
    expect(files).toContain("store.db-wal");
    expect(all.includes(connection.id)).toBe(true);
    expect(new Set(secrets).size).toBeGreaterThan(10);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(10);
      expect(all.includes(secret)).toBe(false);
    }
  });
});
