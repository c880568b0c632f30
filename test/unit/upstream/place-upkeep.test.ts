import { describe, expect, it } from "vitest";
import { toSecret } from "../../../src/core/secret.ts";
import { createKeyring } from "../../../src/crypto/keyring.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import { createSealedStore } from "../../../src/storage/sealed-store.ts";
import { createConnections } from "../../../src/upstream/connections.ts";
import { createConnectionPlaces } from "../../../src/upstream/place-index.ts";
import { createPlaceUpkeep } from "../../../src/upstream/place-upkeep.ts";
import type { TokenAnswer } from "../../../src/upstream/token-answer.ts";
import { createUnclaimedInstalls } from "../../../src/upstream/unclaimed-installs.ts";
import { createVault } from "../../../src/upstream/vault.ts";
import { findHeld } from "../../../src/upstream/webhooks/find-held.ts";
import { createFakeClock } from "../../support/clock.ts";

const answerOf = (companyId: string, locationId?: string): TokenAnswer => ({
  access_token: "a",
  refresh_token: "r",
  expires_in: 86_399,
  scope: "",
  userType: locationId === undefined ? "Company" : "Location",
  companyId,
  locationId,
  userId: undefined,
});

const createRig = () => {
  const clock = createFakeClock();
  const store = createMemoryStore({ clock });
  const keyring = createKeyring([toSecret(Buffer.alloc(32, 7).toString("base64"))]);
  const random = systemRandom;
  const sealed = createSealedStore({ store, keyring, random });
  const environment = "live";
  const vault = createVault({ sealed, environment });
  const connections = createConnections({ environment, vault, store, clock, random });
  const unclaimed = createUnclaimedInstalls({ sealed, store, environment });
  const places = createConnectionPlaces({ store, environment });
  const parts = { environment, store, places, vault, connections, unclaimed };
  /** As another process on the store would make it. */
  const makeUpkeep = () => createPlaceUpkeep(parts);
  /** Takes the index away: as an earlier version left the store. */
  const forgetPlaces = async (): Promise<number> => {
    let forgotten = 0;
    for await (const { namespace, key } of store.entries()) {
      if (!["connection_place", "install_place", "place_index"].includes(namespace)) continue;
      await store.delete({ namespace, key });
      forgotten += 1;
    }
    return forgotten;
  };
  return { ...parts, clock, makeUpkeep, forgetPlaces };
};

const idle = new AbortController().signal;

describe("the index of places", () => {
  it("finds what an event may be about, and the same as going through all before it is complete", async () => {
    const rig = createRig();
    const keys = {
      agency: (await rig.connections.record(answerOf("c1"))).id,
      first: (await rig.connections.record(answerOf("c1", "l1"))).id,
      second: (await rig.connections.record(answerOf("c1", "l2"))).id,
      elsewhere: (await rig.connections.record(answerOf("c2", "l3"))).id,
      otherAgency: (await rig.connections.record(answerOf("c2"))).id,
    };
    const find = async (
      placeUpkeep: ReturnType<typeof rig.makeUpkeep>,
      kind: "installed" | "uninstalled",
      whom: Readonly<Record<string, string>>,
    ) => {
      const found = await findHeld({ ...rig, placeUpkeep }, { kind, ...whom } as never);
      const ids = new Set<string>(found.map(({ connection }) => connection.id));
      return Object.entries(keys).flatMap(([name, id]) => (ids.has(id) ? [name] : []));
    };
    const check = async (upkeep: ReturnType<typeof rig.makeUpkeep>): Promise<void> => {
      const company = { companyId: "c1" };
      expect(await find(upkeep, "uninstalled", { ...company, locationId: "l1" })).toEqual([
        "agency",
        "first",
      ]);
      expect(await find(upkeep, "uninstalled", company)).toEqual(["agency", "first", "second"]);
      expect(await find(upkeep, "uninstalled", { locationId: "l2" })).toEqual([
        "agency",
        "second",
        "otherAgency",
      ]);
      expect(await find(upkeep, "installed", { ...company, locationId: "l9" })).toEqual(["agency"]);
      expect(await find(upkeep, "uninstalled", { companyId: "c9" })).toEqual([]);
    };
    expect(await rig.forgetPlaces()).toBe(10);
    const early = rig.makeUpkeep();
    expect(await early.isComplete()).toBe(false);
    await check(early);
    await early.complete(idle);
    expect(await rig.makeUpkeep().isComplete()).toBe(true);
    await check(early);
    // From the index and nothing else: without it nothing is found any more.
    await rig.forgetPlaces();
    expect(await find(early, "uninstalled", { locationId: "l2" })).toEqual([]);
  });

  it("forgets a connection that is removed, and is not complete where the work was stopped", async () => {
    const rig = createRig();
    const { id } = await rig.connections.record(answerOf("c1", "l1"));
    expect(await rig.places.ofLocation("l1")).toEqual([id]);
    await rig.connections.remove(id, { by: "person" });
    expect(await rig.places.ofLocation("l1")).toEqual([]);
    expect(await rig.places.ofCompany("c1")).toEqual([]);
    await rig.connections.record(answerOf("c1", "l1"));
    const upkeep = rig.makeUpkeep();
    await upkeep.complete(AbortSignal.abort());
    expect(await upkeep.isComplete()).toBe(false);
  });

  it("finds unclaimed installations, those of before it as well, for as long as they are kept", async () => {
    const rig = createRig();
    const kept = { claimHash: "h", arrivedAt: rig.clock.nowSeconds() };
    await rig.unclaimed.keep({ ...kept, answer: answerOf("c1", "l1") });
    await rig.unclaimed.keep({ ...kept, answer: answerOf("c1") });
    await rig.unclaimed.keep({ ...kept, answer: answerOf("c2", "l2") });
    const count = async (whom: Parameters<typeof rig.unclaimed.findOf>[0]): Promise<number> =>
      (await rig.unclaimed.findOf(whom)).length;
    const check = async (): Promise<void> => {
      expect(await count({ companyId: "c1", locationId: "l1" })).toBe(1);
      expect(await count({ locationId: "l2" })).toBe(1);
      expect(await count({ companyId: "c1" })).toBe(2);
      expect(await count({})).toBe(0);
    };
    await check();
    await rig.forgetPlaces();
    expect(await count({ companyId: "c1" })).toBe(0);
    await rig.makeUpkeep().complete(idle);
    await check();
    rig.clock.advance(365 * 86_400);
    expect(await rig.store.list("install_place", "")).toEqual([]);
    await rig.store.sweep();
    for await (const { namespace } of rig.store.entries()) expect(namespace).toBe("place_index");
  });
});
