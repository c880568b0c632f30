import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../src/core/connection.ts";
import { toSecret } from "../../../src/core/secret.ts";
import type { Address, RecordStore } from "../../../src/storage/record-store.ts";
import type { UpkeptUpstream } from "../../../src/upstream/create-upstream.ts";
import { type Rig, startRig } from "./upstream-rig.ts";

type Removal = { readonly id: Connection["id"]; readonly givenBy: number | undefined };

let rig: Rig;
let here: string;
let revoked: Removal[];
/** Runs once, as soon as a webhook ends the grants of a connection. */
let meanwhile: (() => Promise<unknown>) | undefined;

beforeEach(async () => {
  revoked = [];
  meanwhile = undefined;
  rig = await startRig({
    ports: {
      revokeGrantsOf: async (id, givenBy) => {
        revoked.push({ id, givenBy });
        const once = meanwhile;
        meanwhile = undefined;
        await once?.();
        return 1;
      },
    },
  });
  await rig.store.put({ namespace: "place_index", key: "sandbox" }, "complete");
  here = String(rig.sandbox.locations[0]?.id);
});
afterEach(() => rig.close());

const KINDS = ["location", "private"] as const;
type Kind = (typeof KINDS)[number];

const connect = async (kind: Kind, upstream: UpkeptUpstream = rig.upstream) => {
  if (kind === "location") return rig.connect(here);
  const token = toSecret(rig.sandbox.privateTokens.get(here) ?? "");
  const connected = await upstream.connectPrivate({ token, locationId: here });
  if (!connected.ok) throw new Error(connected.failure.kind);
  return connected.value;
};

const uninstall = (): Promise<unknown> => {
  const timestamp = new Date(rig.clock.nowMs()).toISOString();
  const hook = rig.sandbox.control.signWebhook({ type: "UNINSTALL", locationId: here, timestamp });
  const signature = hook.headers["x-ghl-signature"] ?? "";
  return rig.upstream.receiveWebhook({ body: hook.body, signature, requestId: "request-1" });
};

/** The store of a process that is killed right after one of its writes: none of its calls comes back. */
const dyingAfter = (writes: number): { store: RecordStore; dead: Promise<void> } => {
  const { promise: dead, resolve: die } = Promise.withResolvers<void>();
  let left = writes;
  const counted = async <T>(written: Promise<T>): Promise<T> => {
    const outcome = await written;
    left -= 1;
    if (left > 0) return outcome;
    die();
    return new Promise<never>(() => undefined);
  };
  const store: RecordStore = {
    ...rig.store,
    put: (at, value, options) => counted(rig.store.put(at, value, options)),
    take: (at) => counted(rig.store.take(at)),
    delete: (at) => counted(rig.store.delete(at)),
  };
  return { store, dead };
};

/** A store that does something once, right after a verb at this namespace. */
const after = (
  verb: "get" | "put",
  namespace: string,
  what: () => Promise<unknown>,
): RecordStore => {
  let done = false;
  const interrupt = async (at: Address): Promise<void> => {
    if (done || at.namespace !== namespace) return;
    done = true;
    await what();
  };
  return {
    ...rig.store,
    get: async (at) => {
      const stored = await rig.store.get(at);
      if (verb === "get") await interrupt(at);
      return stored;
    },
    put: async (at, value, options) => {
      const outcome = await rig.store.put(at, value, options);
      if (verb === "put") await interrupt(at);
      return outcome;
    },
  };
};

describe.each(KINDS)("the removal of a connection (%s)", (kind) => {
  it("V06: never lets its id come back, whichever write its process is killed after", async () => {
    let writes = 0;
    for (let isOver = false; !isOver;) {
      writes += 1;
      const first = await connect(kind);
      const { store, dead } = dyingAfter(writes);
      const removed = rig.another({}, store).removeConnection(first.id);
      isOver = (await Promise.race([removed.then(() => "over"), dead])) === "over";
      // Until its tokens are gone the person still has it, and can try again.
      const isThere = (await rig.upstream.findConnection(first.id)) !== undefined;
      if (isThere) await rig.upstream.removeConnection(first.id);
      const second = await connect(kind);
      expect(second.id).not.toBe(first.id);
      expect((await rig.upstream.listConnections()).map(({ id }) => id)).toEqual([second.id]);
      expect((await connect(kind)).id).toBe(second.id);
      await rig.upstream.removeConnection(second.id);
    }
    expect(writes).toBeGreaterThan(3);
  });

  it("takes nothing from a sign-in that comes right after its tokens are gone", async () => {
    const first = await connect(kind);
    let second: Connection | undefined;
    const namespace = kind === "private" ? "private_connection" : "connection";
    const store = after("put", namespace, async () => {
      second = await connect(kind);
    });
    await rig.another({}, store).removeConnection(first.id);
    expect(second?.id).not.toBe(first.id);
    expect((await connect(kind)).id).toBe(second?.id);
    expect(await rig.upstream.listConnections()).toHaveLength(1);
    if (kind === "private") return;
    await uninstall();
    expect(await rig.upstream.listConnections()).toEqual([]);
  });

  it("is not undone by a sign-in that had looked the id up before it", async () => {
    const first = await connect(kind);
    const slow = rig.another(
      {},
      after("get", "connection_identity", () => rig.upstream.removeConnection(first.id)),
    );
    const second = await (kind === "private"
      ? connect(kind, slow)
      : rig.signIn(here, { kind: "sign_in" }, slow).then((login) => {
          if (!login.ok) throw new Error(login.failure.kind);
          return login.value.connection;
        }));
    expect(second.id).not.toBe(first.id);
    expect(await rig.upstream.findConnection(first.id)).toBeUndefined();
    expect((await rig.upstream.listConnections()).map(({ id }) => id)).toEqual([second.id]);
  });
});

describe("an uninstall", () => {
  it("leaves a sign-in that was made while it is handled, and ends what is older", async () => {
    const first = await rig.connect(here);
    rig.clock.advance(10);
    const at = rig.clock.nowSeconds();
    meanwhile = async () => {
      rig.clock.advance(5);
      await rig.connect(here);
    };
    await uninstall();
    expect(revoked).toEqual([{ id: first.id, givenBy: at }]);
    const [left] = await rig.upstream.listConnections();
    expect(left).toMatchObject({ id: first.id, connectedAt: at + 5 });
    expect((await rig.connect(here)).id).toBe(first.id);
    rig.clock.advance(1);
    await uninstall();
    expect(await rig.upstream.listConnections()).toEqual([]);
  });

  it("leaves a sign-in that was made between its last look and the removal", async () => {
    const first = await rig.connect(here);
    rig.clock.advance(10);
    const racing = rig.another(
      {},
      after("put", "connection_identity", async () => {
        rig.clock.advance(5);
        // It had looked the id up in time, and writes its tokens now.
        const early = rig.another({}, withIdentity(first.id));
        expect((await rig.signIn(here, { kind: "sign_in" }, early)).ok).toBe(true);
      }),
    );
    const timestamp = new Date(rig.clock.nowMs()).toISOString();
    const event = { type: "UNINSTALL", locationId: here, timestamp };
    const { body, headers } = rig.sandbox.control.signWebhook(event);
    const signature = headers["x-ghl-signature"] ?? "";
    await racing.receiveWebhook({ body, signature, requestId: "request-1" });
    expect(await rig.upstream.listConnections()).toHaveLength(1);
    expect((await rig.connect(here)).id).toBe(first.id);
  });
});

/** The store as a process saw it whose look at the index was before the id was ended. */
const withIdentity = (id: string): RecordStore => ({
  ...rig.store,
  get: async (at) =>
    at.namespace === "connection_identity" ? { value: id, version: 1 } : rig.store.get(at),
});
