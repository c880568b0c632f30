import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../src/core/connection.ts";
import { AppError } from "../../../src/core/errors.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import type { TokenRequest } from "../../../src/ghl/ports.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";
import { openSpoolFolder } from "../../../src/storage/spool-folder.ts";
import type { RefreshStep } from "../../../src/upstream/refresh-trace.ts";
import { type Rig, startRig, tokenOf } from "./upstream-rig.ts";

const DAY = 86_399;
const LEASE = 30;

describe("tokens that the store does not have yet", () => {
  let folder: string;
  let rig: Rig;
  let connection: Connection;
  let request: TokenRequest;
  let steps: RefreshStep[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "ghl-mcp-spooled-"));
    steps = [];
    rig = await startRig({
      ports: {
        spool: openSpoolFolder(folder, { log: silentLogger }),
        trace: { reached: (step) => steps.push(step) },
      },
    });
    connection = await rig.connect(rig.sandbox.locations[0]?.id ?? "");
    const { locationId } = connection;
    request = {
      connectionId: connection.id,
      tokenClass: "location",
      ...(locationId === undefined ? {} : { locationId }),
    };
  });
  afterEach(async () => {
    await rig.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const files = () => readdirSync(folder);
  const status = async () => (await rig.upstream.findConnection(connection.id))?.status;

  /** A store that takes no connections; all else works. */
  const withoutWrites = (): RecordStore => ({
    ...rig.store,
    put: async (at, value, options) => {
      if (at.namespace === "connection") {
        throw new AppError("storage_unavailable", "the store is down");
      }
      return rig.store.put(at, value, options);
    },
  });

  /** A process refreshes, cannot write, and dies: all that is left of it is the spool. */
  const dieWithTokens = async (): Promise<void> => {
    rig.clock.advance(DAY);
    const { tokens } = rig.another({}, withoutWrites());
    const given = Promise.resolve(tokens.getToken(request)).catch((error: unknown) => error);
    for (let wait = 0; wait < 5; wait += 1) {
      await rig.clock.whenSleeping();
      rig.clock.advance(2);
    }
    expect(await given).toMatchObject({ code: "storage_unavailable" });
    expect(files()).toHaveLength(1);
    rig.clock.advance(LEASE);
  };

  it("are on the disk before they are read, and leave it once they are in the store", async () => {
    rig.clock.advance(DAY);
    tokenOf(await rig.upstream.tokens.getToken(request));
    expect(steps).toEqual([
      "before_lease",
      "lease_taken",
      "request_sent",
      "answer_received",
      "answer_spooled",
      "before_store_write",
      "store_written",
      "spool_emptied",
      "before_lease_release",
      "lease_released",
    ]);
    expect(files()).toEqual([]);
  });

  it("are restored by the next process at its start, with the same refresh and no other", async () => {
    await dieWithTokens();
    const [name = ""] = files();
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const next = rig.another();
    await next.upkeep.restore();
    expect(files()).toEqual([]);
    tokenOf(await next.tokens.getToken(request));
    expect(rig.grants("refresh_token")).toBe(1);
    expect(await next.refreshNow(connection.id)).toMatchObject({ ok: true });
    expect(rig.logged.join("\n")).toContain("found GoHighLevel tokens in the spool folder");
  });

  it("are found by a running process on the same folder when it uses the connection", async () => {
    await dieWithTokens();
    tokenOf(await rig.upstream.tokens.getToken(request));
    expect(rig.grants("refresh_token")).toBe(1);
    expect(files()).toEqual([]);
  });

  it("bring a connection back that another machine had to give up on", async () => {
    await dieWithTokens();
    const [name = ""] = files();
    const content = readFileSync(join(folder, name));
    rmSync(join(folder, name));
    // The other machine sees the store alone: the token there is used up.
    expect(await rig.upstream.tokens.getToken(request)).toMatchObject({
      failure: { kind: "needs_reauth" },
    });
    writeFileSync(join(folder, name), content);
    await rig.another().upkeep.restore();
    expect(await status()).toBe("active");
    expect(await rig.upstream.refreshNow(connection.id)).toMatchObject({ ok: true });
  });

  it("are discarded when the person has signed in again meanwhile", async () => {
    await dieWithTokens();
    await rig.connect(String(connection.locationId));
    const fresh = tokenOf(await rig.upstream.tokens.getToken(request)).reveal();
    await rig.another().upkeep.restore();
    expect(tokenOf(await rig.upstream.tokens.getToken(request)).reveal()).toBe(fresh);
    expect(files()).toEqual([]);
  });

  it("are kept, and change nothing, while nobody can tell whether they are newer", async () => {
    await dieWithTokens();
    // Signed in again on a machine whose clock is behind.
    rig.clock.advance(-DAY);
    await rig.connect(String(connection.locationId));
    const fresh = tokenOf(await rig.upstream.tokens.getToken(request)).reveal();
    await rig.another().upkeep.restore();
    expect(tokenOf(await rig.upstream.tokens.getToken(request)).reveal()).toBe(fresh);
    expect(files()).toHaveLength(1);
  });

  it("win over a store that was restored from an older backup", async () => {
    const backup = await rig.store.get({
      namespace: "connection",
      key: `sandbox/${connection.id}`,
    });
    rig.clock.advance(DAY);
    tokenOf(await rig.upstream.tokens.getToken(request));
    await dieWithTokens();
    await rig.store.delete({ namespace: "connection", key: `sandbox/${connection.id}` });
    await rig.store.put(
      { namespace: "connection", key: `sandbox/${connection.id}` },
      backup?.value ?? "",
      { group: "sandbox" },
    );
    await rig.another().upkeep.restore();
    expect(files()).toEqual([]);
    expect(await rig.upstream.refreshNow(connection.id)).toMatchObject({ ok: true });
  });

  it("are removed with their connection, and never bring it back", async () => {
    await dieWithTokens();
    await rig.upstream.removeConnection(connection.id);
    expect(files()).toEqual([]);
    await rig.another().upkeep.restore();
    expect(await rig.upstream.listConnections()).toEqual([]);
  });

  it("stay where they are for a store that does not know the connection, up to 30 days", async () => {
    await dieWithTokens();
    await rig.store.delete({ namespace: "connection", key: `sandbox/${connection.id}` });
    await rig.another().upkeep.restore();
    expect(files()).toHaveLength(1);
    rig.clock.advance(31 * DAY);
    await rig.another().upkeep.restore();
    expect(files()).toEqual([]);
  });

  it("are left to the servers of the GoHighLevel that they are from", async () => {
    await dieWithTokens();
    const logged = rig.logged.length;
    await rig.another({ environment: "services.example" }).upkeep.restore();
    expect(files()).toHaveLength(1);
    expect(rig.logged.slice(logged)).toEqual([]);
  });

  it("stay where they are, with a word in the log, if they cannot be opened", async () => {
    await dieWithTokens();
    const [name = ""] = files();
    const text = readFileSync(join(folder, name), "utf8");
    const changes = [
      text.replace(/"version":\d+/u, '"version":9'),
      text.replace(connection.id, "AAAAAAAAAAAAAAAAAAAAAA"),
      text.slice(0, -20),
      "",
    ];
    for (const changed of changes) {
      writeFileSync(join(folder, name), changed);
      const before = rig.logged.length;
      await rig.another().upkeep.restore();
      expect(files()).toEqual([name]);
      expect(rig.logged.slice(before).join("\n")).toContain("cannot be opened; it stays");
      expect(await status()).toBe("active");
    }
    writeFileSync(join(folder, name), text);
    await rig.another().upkeep.restore();
    expect(files()).toEqual([]);
    expect(rig.grants("refresh_token")).toBe(1);
  });

  it("hold no token in the open, on the disk or in the log", async () => {
    await dieWithTokens();
    const [name = ""] = files();
    const text = readFileSync(join(folder, name), "utf8");
    expect(text).toContain(connection.id);
    expect(text).toMatch(/"sealed":"v1\./u);
    await rig.another().upkeep.restore();
    const refreshed = tokenOf(await rig.upstream.tokens.getToken(request)).reveal();
    const used = rig.forms().map((form) => form.get("refresh_token") ?? "none");
    for (const secret of [refreshed, ...used]) {
      expect(text).not.toContain(secret);
      expect(rig.logged.join("\n")).not.toContain(secret);
    }
  });

  it("are written to the store as always when the spool cannot be written", async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "a file where the folder was");
    rig.clock.advance(DAY);
    tokenOf(await rig.upstream.tokens.getToken(request));
    expect(rig.logged.join("\n")).toContain("could not be put into the spool folder");
    expect(await rig.upstream.refreshNow(connection.id)).toMatchObject({ ok: true });
  });

  it("are told of once, and again after it worked, while the spool cannot be read", async () => {
    const said = () => rig.logged.filter((line) => line.includes("folder cannot be read"));
    const { upkeep } = rig.another();
    for (const times of [1, 2]) {
      rmSync(folder, { recursive: true });
      writeFileSync(folder, "a file where the folder was");
      for (let round = 0; round < 3; round += 1) await upkeep.restore();
      expect(said()).toHaveLength(times);
      rmSync(folder);
      mkdirSync(folder);
      await upkeep.restore();
    }
    expect(said()[0]).toMatch(/"reason":"ENOTDIR: /u);
    expect(said()[0]).not.toContain("stack");
  });

  it("are not taken from an answer without tokens, which leaves nothing behind", async () => {
    rig.clock.advance(DAY);
    rig.sandbox.control.misbehave({
      pathPrefix: "/oauth/token",
      count: 1,
      how: { kind: "status", status: 200, body: "<html>maintenance</html>" },
    });
    tokenOf(await rig.upstream.tokens.getToken(request));
    expect(rig.grants("refresh_token")).toBe(2);
    await expect.poll(files).toEqual([]);
  });

  it("are written before the store is closed, although the caller has given up", async () => {
    rig.clock.advance(DAY);
    const abort = new AbortController();
    const gone = rig.upstream.tokens.getToken({ ...request, signal: abort.signal });
    abort.abort();
    await gone;
    await rig.upstream.upkeep.stop();
    expect(steps.at(-1)).toBe("lease_released");
  });
});
