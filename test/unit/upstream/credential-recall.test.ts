import { describe, expect, it } from "vitest";
import type { ConnectionId } from "../../../src/core/ids.ts";
import { toCompanyId, toConnectionId, toLocationId } from "../../../src/core/ids.ts";
import { addSeconds } from "../../../src/core/clock.ts";
import { createLocalEvents } from "../../../src/core/events.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { createKeyring } from "../../../src/crypto/keyring.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import { createSealedStore } from "../../../src/storage/sealed-store.ts";
import { createCredentialRecall } from "../../../src/upstream/credential-recall.ts";
import { createVault, type HeldConnection } from "../../../src/upstream/vault.ts";
import { createFakeClock } from "../../support/clock.ts";

const createRig = () => {
  const clock = createFakeClock();
  const events = createLocalEvents();
  const store = createMemoryStore({ clock });
  const operations: string[] = [];
  const counted = {
    ...store,
    get: (at: Parameters<typeof store.get>[0]) => {
      operations.push("get");
      return store.get(at);
    },
    list: (...given: Parameters<typeof store.list>) => {
      operations.push("list");
      return store.list(...given);
    },
  };
  const keyring = createKeyring([toSecret(Buffer.alloc(32, 7).toString("base64"))]);
  const sealed = createSealedStore({ store: counted, keyring, random: systemRandom });
  const vault = createVault({ sealed, environment: "live", events });
  const recall = createCredentialRecall({
    connections: { find: (id) => vault.read(id) },
    privates: { find: () => Promise.reject(new Error("not used here")) },
    clock,
    events,
  });
  const toHeld = (id: ConnectionId, accessToken: string): HeldConnection => ({
    connection: {
      id,
      kind: "location",
      environment: "live",
      companyId: toCompanyId("company"),
      locationId: toLocationId(`location-${id}`),
      scopes: [],
      status: "active",
      connectedAt: clock.nowSeconds(),
      tokenExpiresAt: addSeconds(clock.nowSeconds(), 3600),
    },
    tokens: {
      accessToken: toSecret(accessToken),
      refreshToken: toSecret("refresh-token-of-the-connection"),
      expiresAt: addSeconds(clock.nowSeconds(), 3600),
      refreshAfter: addSeconds(clock.nowSeconds(), 3000),
    },
    approvedLocations: "all",
  });
  const tokenOf = async (id: ConnectionId): Promise<string | undefined> => {
    const found = await recall.find(id);
    return found?.kind === "oauth" ? found.held.tokens.accessToken.reveal() : undefined;
  };
  return { vault, recall, operations, toHeld, tokenOf };
};

const [ONE, TWO] = [toConnectionId("one"), toConnectionId("two")];

describe("what is remembered of a connection", () => {
  it.each([1, 100, 2000])(
    "costs one read at first and none after that, with %i connections in the vault",
    async (count) => {
      const { vault, operations, toHeld, tokenOf } = createRig();
      for (let index = 0; index < count; index += 1) {
        const id = toConnectionId(`c${index}`);
        await vault.write(toHeld(id, `token ${index}`), "absent");
      }
      operations.length = 0;
      expect(await tokenOf(toConnectionId("c0"))).toBe("token 0");
      expect(await tokenOf(toConnectionId("c0"))).toBe("token 0");
      expect(operations).toEqual(["get"]);
    },
  );

  it("is never given out for another connection", async () => {
    const { vault, toHeld, tokenOf } = createRig();
    await vault.write(toHeld(ONE, "token of one"), "absent");
    expect(await tokenOf(ONE)).toBe("token of one");
    expect(await tokenOf(TWO)).toBeUndefined();
  });

  it("is replaced at once when new tokens are written, and gone when the connection is removed", async () => {
    const { vault, recall, toHeld, tokenOf } = createRig();
    await vault.write(toHeld(ONE, "old"), "absent");
    expect(await tokenOf(ONE)).toBe("old");
    await vault.write(toHeld(ONE, "new"), 1);
    expect(await tokenOf(ONE)).toBe("new");
    expect(await vault.remove(ONE, 2)).toBe(true);
    expect(recall.peek(ONE)).toBeUndefined();
    expect(await tokenOf(ONE)).toBeUndefined();
  });

  it("has no refresh token in it", async () => {
    const { vault, recall, toHeld } = createRig();
    await vault.write(toHeld(ONE, "token"), "absent");
    const found = await recall.find(ONE);
    expect(found?.kind === "oauth" && Object.keys(found.held.tokens)).toEqual([
      "accessToken",
      "expiresAt",
      "refreshAfter",
    ]);
  });
});
